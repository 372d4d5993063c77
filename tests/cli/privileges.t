#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the processes of the early program may do: looked up in /proc while one hangs.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 022

# linux/capability.h: LINUX_IMMUTABLE, SYS_MODULE, SYS_ADMIN, SYSLOG.
allowed=$((1 << 9 | 1 << 16 | 1 << 21 | 1 << 34))
own=$((0x$(sed -n 's/^CapPrm:[[:space:]]*//p' /proc/self/status)))

# start PROGRAM FAULT: in the background, with a step that hangs; $player is its kernel.
start()
{
	rm -rf "$work/root"
	echo "$2" >"$work/faults"
	"$build/machine" "$here/../machines" "$work/root" "$work/machine" || return 1
	printf '[card win11]\naddress = 0000:83:00.0\n[options]\ndeadline = 2\n' \
		>"$work/root/etc/gpupass.conf"
	"$build/sysfs-kernel" -f "$work/faults" -o "$work/report" "$work/root" \
		"$build/$1" --root "$work/root" >/dev/null 2>&1 </dev/null &
	player=$!
}

# child_of PID: the one that it has, as soon as it is there.
child_of()
{
	tries=0
	while [ $tries -lt 50 ]; do
		child=$(cat "/proc/$1/task/$1/children" 2>/dev/null) && child=${child%% *}
		[ -z "$child" ] || { echo "$child" && return; }
		sleep 0.1
		tries=$((tries + 1))
	done
	return 1
}

# field NAME: of the process $worker.
field()
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$worker/status"
}

# judge PROGRAM WHO: the child that hangs now.
judge()
{
	for set in CapPrm CapEff; do
		tap_is "$1: $2: $set is what it needs of what it had" "$((0x$(field $set)))" \
			$((allowed & own))
	done
	tap_is "$1: $2: CapInh is empty" "$((0x$(field CapInh)))" 0
	tap_is "$1: $2: no program that it could start would get more" "$(field NoNewPrivs)" 1
}

echo 'M: testbed' >"$work/machine"
for program in gpupass-early musl/gpupass-early; do
	start "$program" 'hang 0000:83:00.1/driver_override=vfio-pci'
	early=$(child_of "$player") && worker=$(child_of "$early")
	# Past its first steps.
	tries=0
	while [ "$(field CapEff)" != "$(printf '%016x' $((allowed & own)))" ] && [ $tries -lt 20 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	judge "$program" "the worker"
	tap_is "$program: the parent has what it had" \
		"$((0x$(sed -n 's/^CapPrm:[[:space:]]*//p' "/proc/$early/status")))" $own
	wait "$player"
done
tap_done
