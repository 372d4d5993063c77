#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass check, the built program. On every machine of tests/machines that is a whole host, with
# a section for each of its cards (those of tests/cli/list): what it says, as text and as
# JSON; and what gpupass status says when such a machine has booted.
# The other directories of tests/cli/check, but kinds (check-kinds.t), are cases of
# tests/lib/golden.sh. UPDATE=1 writes what is expected instead.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
golden_start

check()
{
	gpupass check --root root "$@"
}

# boot: the early program on the machine, whose kernel is played.
boot()
{
	"$build/sysfs-kernel" -f /dev/null -c counts -o record root \
		"$build/gpupass-early" --root root >/dev/null 2>&1 </dev/null
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
	boot
	gpupass status --root root >found.status 2>&1
	echo "(exit status $?)" >>found.status
	golden found.status "$here/check/$1/expected.status" &&
		awk 'length > 80 { print "too wide: " $0; wide = 1 } END { exit wide }' found.txt
}

golden_machines 10 run_machine
golden_cases 5 "$here/check"
tap_done
