#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass check, the built program. On every machine of tests/machines that is a whole host, with
# a section for each of its cards (those of tests/cli/list): what it says, as text and as JSON.
# The other directories of tests/cli/check, but kinds (check-kinds.t), are cases of
# tests/lib/golden.sh. UPDATE=1 writes what is expected instead.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 022
chmod 755 "$work"
# Where everybody can run it.
cp "${GPUPASS:-$build/gpupass}" "$work/gpupass" || exit 1
export LC_ALL=C TERM=xterm PATH="$work:$PATH"
unset NO_COLOR

check()
{
	gpupass check --root root "$@"
}

run_machine()
{
	"$build/machine" "$top/tests/machines" root "$top/tests/machines/$1.machine" || return 1
	mkdir -p root/etc
	cp "$here/list/$1/expected.conf" root/etc/gpupass.conf
	check >found.txt 2>&1
	echo "(exit status $?)" >>found.txt
	check --json >found.json 2>&1
	for form in txt json; do
		golden found.$form "$here/check/$1/expected.$form" || return
	done
	awk 'length > 80 { print "too wide: " $0; wide = 1 } END { exit wide }' found.txt
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
		tap_ok "$name" in_work "$name" run_machine "$name"
done
for run in "$here"/check/*/run; do
	case=$(dirname "$run")
	name=$(basename "$case")
	! tap_sample 3 || tap_ok "$name" in_work "case-$name" golden_case "$case"
done
tap_done
