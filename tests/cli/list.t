#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass list, the built program. On every machine of tests/machines that is a whole host:
# what it shows, as text and as JSON, and the section of every card, which the early
# program must take for what it is. Adding a machine adds files to tests/cli/list/MACHINE,
# not code: expected.txt, expected.json and expected.conf. The other directories there are
# cases of tests/lib/golden.sh. UPDATE=1 writes what is expected instead.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
golden_start

# The machines have no names of their own, and those of the host that runs this are not
# the same everywhere.
put_names()
{
	mkdir -p root/usr/share/misc
	[ -e root/usr/share/misc/pci.ids ] || cp "$here/list/pci.ids" root/usr/share/misc/
}

list()
{
	gpupass list --root root "$@"
}

# The functions of every card, a card a line, from the JSON.
functions()
{
	awk -F '"' '
		/"functions": \[/ { inside = 1; line = "" }
		/"neighbours": \[/ { inside = 0; print line }
		inside && $2 == "address" { line = line $4 " " }
	' found.json
}

# Any function of a card gives the same section.
sections()
{
	functions | while read -r first rest; do
		[ -n "$first" ] || continue
		# A GPU that cannot be told as a whole has none: what is said is then a comment.
		list --conf "$first" >section 2>&1 || {
			echo "status $?" >>section
			sed -i "s/^/# /" section
		}
		cat section
		for other in $rest; do
			list --conf "$other" | diff section - || echo "# not so from $other"
		done
	done
}

# The early program finds each section's card, and nothing amiss in it but what the machine
# itself lacks.
check_sections()
{
	cp found.conf root/etc/gpupass.conf
	echo "gpupass=dry-run" >root/proc/cmdline
	"$build/gpupass-early" --root root
	"$build/gpupass-log" --root root --json >trace
	grep -E '"event":"refused-(broken|absent|identity|class|no-card|disagree|ambiguous|shared)"' \
		trace && return 1
	[ "$(grep -c '^\[card' found.conf)" = "$(grep -cE '"event":"(would-take|refused)"' trace)" ]
}

run_machine()
{
	"$build/machine" "$top/tests/machines" root "$top/tests/machines/$1.machine" || return 1
	put_names
	list >found.txt 2>&1
	list --json >found.json 2>&1
	sections >found.conf 2>&1
	for form in txt json conf; do
		golden found.$form "$here/list/$1/expected.$form" || return
	done
	awk 'length > 80 { print "too wide: " $0; wide = 1 } END { exit wide }' found.txt &&
		check_sections
}

golden_machines 12 run_machine
golden_cases 5 "$here/list"
tap_done
