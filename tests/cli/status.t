#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass status, the built program, on hosts that the early program has booted. Each case of
# tests/cli/status is one of tests/lib/golden.sh; its run has the words below, and says what
# happens to the host between two looks. Adding a case adds a directory, not code.
# UPDATE=1 writes what is expected instead.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
golden_start
export TZ=UTC ASAN_OPTIONS=detect_leaks=0

export boot_id=0b7dd1ac-4d5d-4b1c-8f0e-5a2f6c1b9e01 earlier=11111111-2222-3333-4444-555555555555
efivars=root/sys/firmware/efi/efivars
variable=$efivars/GpupassGuard-91d5d8b4-2f1b-4794-b32a-4bcca4bd193e

# boot [WORD...]: the early program, with the case's faults and these words on the kernel
# command line. Without a file conf the configuration is one section for the card.
boot()
{
	faults=/dev/null
	[ ! -e "$golden_of/faults" ] || faults=$golden_of/faults
	if [ -e "$golden_of/conf" ]; then
		cp "$golden_of/conf" root/etc/gpupass.conf
	else
		printf '[card win11]\naddress = 0000:83:00.0\n' >root/etc/gpupass.conf
	fi
	[ $# = 0 ] || echo "root=/dev/sda1 $*" >root/proc/cmdline
	"$build/sysfs-kernel" -f "$faults" -c counts -o record root "$build/gpupass-early" --root root \
		>/dev/null 2>&1 </dev/null
	chmod 644 root/run/gpupass/trace
}

# look TEXT: what it says now, and its exit status.
look()
{
	echo "== $1"
	gpupass status --root root
	looked=$?
	echo "status $looked"
}

# look_all TEXT: and the other forms, which have the same status; one is left in ./json.
look_all()
{
	look "$1"
	gpupass status --root root --quiet 2>&1
	[ $? = $looked ] || echo "another status with --quiet"
	gpupass status --root root --json >json 2>/dev/null
	[ $? = $looked ] || echo "another status with --json"
}

# nobody COMMAND...: as somebody who is not root.
nobody()
{
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		"$@"
	fi
}

# driver ADDRESS [DRIVER]: gives a function to another one, or to none.
driver()
{
	rm -f "root/sys/bus/pci/devices/$1/driver" root/sys/bus/pci/drivers/*/"$1"
	[ -z "${2:-}" ] || ln -s "../../../../bus/pci/drivers/$2" "root/sys/bus/pci/devices/$1/driver"
}

# guard KEY=VALUE...: what mkguard writes, in the firmware.
guard()
{
	mkdir -p "$efivars"
	rm -f "$variable"
	[ $# = 0 ] || "$build/mkguard" "$@" >"$variable"
}

# trace: what mktrace makes of standard input, as this boot's.
trace()
{
	mkdir -p root/run/gpupass
	{ echo "boot $boot_id" && cat; } | "$build/mktrace" >root/run/gpupass/trace
}

in_work()
{
	mkdir "$work/$1" && cd "$work/$1" || exit 1
	golden_case "$here/status/$1"
}

# Whatever a trace is cut to, or has in one place, there is an exit status that is documented,
# and printable text.
check_damage()
{
	mkdir "$work/damage" && cd "$work/damage" || exit 1
	golden_of=$work/damage
	echo "M: testbed" >machine
	"$build/machine" "$top/tests/machines" root machine && boot quiet || return 1
	cp root/run/gpupass/trace whole
	for place in 20 64 330 2000 8000; do
		head -c $place whole >root/run/gpupass/trace
		check_bytes "cut at $place" || return 1
		cp whole root/run/gpupass/trace
		printf '\377\033\001\377' |
			dd of=root/run/gpupass/trace bs=1 seek=$place conv=notrunc 2>/dev/null
		check_bytes "other bytes at $place" || return 1
	done
}

check_bytes()
{
	"$build/asan/gpupass" status --root root >out 2>&1
	found=$?
	case $found in 0 | 1 | 3) ;; *) echo "$1: status $found" && cat out && return 1 ;; esac
	! grep -q '[^ -~]' out || { echo "$1: not printable" && return 1; }
	# What is missing is never taken for good news.
	[ "$found" != 0 ] || grep -q 'can start' out || { echo "$1: good?" && cat out && return 1; }
}

for case in "$here"/status/*/; do
	case=${case%/}
	! tap_sample 8 || tap_ok "${case##*/}" in_work "${case##*/}"
done
[ -n "${FAST:-}" ] || tap_ok "damaged traces" check_damage
tap_done
