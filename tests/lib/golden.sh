# SPDX-License-Identifier: GPL-2.0-or-later
# What came out against what a file says must come out. Sourced.

# golden FOUND EXPECTED: prints how two files differ; an EXPECTED that is not there stands
# for nothing. With UPDATE=1 it becomes what was found; look at the diff before it goes in.
golden()
{
	if [ -n "${UPDATE:-}" ]; then
		rm -f "$2"
		[ ! -s "$1" ] || { mkdir -p "$(dirname "$2")" && cp "$1" "$2"; }
	fi
	[ -e "$2" ] || set -- "$1" /dev/null "$(basename "$2")"
	diff -u --label "expected ${3:-$(basename "$2")}" --label found "$2" "$1"
}

# golden_case CASE: runs a case, a directory with
#
#	run       shell commands, in a directory of its own; the program is gpupass
#	machine   what build/machine makes in ./root
#	stdout, stderr, status   what must come out (default: nothing, nothing, 0)
#
# and prints what is different. Runs in the current directory; needs build and top.
golden_case()
{
	golden_of=$1
	# shellcheck disable=SC2154 # the test has set them
	"$build/machine" "$top/tests/machines" root "$golden_of/machine" || return 1
	# shellcheck source=/dev/null
	(. "$golden_of/run") >stdout 2>stderr </dev/null
	golden_status=$?
	: >status
	[ $golden_status = 0 ] || echo $golden_status >status
	sed -i "s|$PWD/||g" stdout stderr
	golden stdout "$golden_of/stdout" && golden stderr "$golden_of/stderr" &&
		golden status "$golden_of/status"
}

# golden_start: for a test of the program gpupass: a place to work in, $work, with a copy of it
# where everybody can run it, and the same surroundings on every machine.
golden_start()
{
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	umask 022
	chmod 755 "$work"
	cp "${GPUPASS:-$build/gpupass}" "$work/gpupass" || exit 1
	export LC_ALL=C TERM=xterm PATH="$work:$PATH"
	unset NO_COLOR
}

# golden_in NAME COMMAND...: in a directory of its own.
golden_in()
{
	mkdir "$work/$1" && cd "$work/$1" || exit 1
	shift
	"$@"
}

# golden_machines N COMMAND: COMMAND MACHINE for each of tests/machines that is a whole host, as an
# assertion; with FAST=1 one in N.
golden_machines()
{
	for golden_machine in "$top"/tests/machines/*.machine; do
		golden_name=$(basename "$golden_machine" .machine)
		# What an image adds to a machine is none.
		[ "$golden_name" = image ] || ! tap_sample "$1" ||
			tap_ok "$golden_name" golden_in "$golden_name" "$2" "$golden_name"
	done
}

# golden_cases N DIRECTORY: every case there; with FAST=1 one in N.
golden_cases()
{
	for golden_run in "$2"/*/run; do
		golden_name=$(basename "$(dirname "$golden_run")")
		! tap_sample "$1" ||
			tap_ok "$golden_name" golden_in "case-$golden_name" golden_case "$2/$golden_name"
	done
}
