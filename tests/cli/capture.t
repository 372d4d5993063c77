#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass capture, the built program. What it writes of a machine makes a machine that is
# listed alike and captured alike: on every machine of tests/machines that is a whole host.
# And the cases of tests/cli/capture (tests/lib/golden.sh).
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
golden_start

expand()
{
	"$build/machine" "$top/tests/machines" "$1" "$2"
}

# same COMMAND...: on the machine and on what was captured of it.
same()
{
	gpupass "$@" --root root >before 2>&1
	gpupass "$@" --root again >after 2>&1
	[ -s before ] && diff -u before after
}

go_round()
{
	expand root "$top/tests/machines/$1.machine" || return 1
	mkdir -p root/usr/share/misc
	[ -e root/usr/share/misc/pci.ids ] || cp "$here/list/pci.ids" root/usr/share/misc/
	gpupass capture --root root >captured || return 1
	expand again captured && same list && same list --json && same capture || return 1
	# Nothing leads nowhere.
	find again -xtype l | grep . && return 1
	return 0
}

golden_machines 12 go_round
golden_cases 4 "$here/capture"
tap_done
