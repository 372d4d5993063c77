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
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 022
cp "${GPUPASS:-$build/gpupass}" "$work/gpupass" || exit 1
export LC_ALL=C PATH="$work:$PATH"

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

# in_work NAME COMMAND...: in a directory of its own.
in_work()
{
	mkdir "$work/$1" && cd "$work/$1" || exit 1
	shift
	"$@"
}

for machine in "$top"/tests/machines/*.machine; do
	name=$(basename "$machine" .machine)
	# What an image adds to a machine is none.
	[ "$name" = image ] || ! tap_sample 5 ||
		tap_ok "$name" in_work "$name" go_round "$name"
done
for run in "$here"/capture/*/run; do
	case=$(dirname "$run")
	name=$(basename "$case")
	tap_ok "$name" in_work "case-$name" golden_case "$case"
done
tap_done
