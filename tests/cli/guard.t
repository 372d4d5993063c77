#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The guard from boot to boot: each file tests/cli/guard/NAME is a story, NAME.expected what
# must come of it. A line of a story:
#
#	machine LINE	a line more of the machine (tests/machines/README) from here on
#	conf LINE	a line of etc/gpupass.conf; the first one empties it
#	fault LINE	what goes wrong (tests/cli/kernel/faults.h) from here on; alone: nothing
#	boot		the next boot: a fresh system, the same firmware
#	run COMMAND	gpupass or gpupass-log on it, and its exit status
#	sh COMMAND	in the system's root directory, or in the firmware's variables before
#			the next boot (firmware/)
#
# Of a boot is shown what concerns the guard: its exit status, sysctls, the order of writes,
# outcomes, last words. UPDATE=1 writes what happens to NAME.expected.
# guard.t [NAME...] runs some.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
[ ! -w /dev/shm ] || export TMPDIR="${TMPDIR:-/dev/shm}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C TZ=UTC ASAN_OPTIONS=detect_leaks=0
efivars=sys/firmware/efi/efivars
umask 022

new_story()
{
	rm -rf "$work/root" "$work/firmware"
	mkdir "$work/firmware"
	boots=0 conf_given=
	: >"$work/faults"
	printf '[card win11]\naddress = 0000:83:00.0\n' >"$work/conf"
	cat >"$work/machine" <<'MACHINE'
M: testbed
F: sys/firmware/efi/efivars/
F: proc/sys/kernel/panic=0
F: proc/sys/kernel/softlockup_panic=0
F: proc/sys/kernel/tainted=0
F: proc/sys/kernel/version=#1 SMP Debian
F: proc/sysrq-trigger=\c
P: class/dmi/id
A: bios_version=F12
A: product_uuid=03000200-0400-0500-0006-000700080009
MACHINE
}

# The firmware's variables outlive the system.
keep_firmware()
{
	[ ! -d "$work/root/$efivars" ] || {
		rm -rf "$work/firmware" && cp -r "$work/root/$efivars" "$work/firmware"
	}
}

new_system()
{
	rm -rf "$work/root"
	"$build/machine" "$here/../machines" "$work/root" "$work/machine" || return
	cp "$work/conf" "$work/root/etc/gpupass.conf"
	[ ! -d "$work/root/$efivars" ] || cp -r "$work/firmware/." "$work/root/$efivars"
	boots=$((boots + 1))
	[ ! -e "$work/root/proc/sys/kernel/random/boot_id" ] ||
		printf '%08d-4d5d-4b1c-8f0e-5a2f6c1b9e01\n' $boots \
			>"$work/root/proc/sys/kernel/random/boot_id"
}

show_boot()
{
	echo "== boot $boots"
	grep -E '^(status|proc/sys|run/gpupass/panic|efivars|drivers|[0-9a-f:.]*/driver_override =|sys/bus/platform|O_CREAT|proc/sysrq)' "$work/found"
	"$build/gpupass-log" --root "$work/root" --json --no-kernel 2>&1 |
		sed -f "$here/early/trace.sed" |
		grep -E '^(guard|last-words|left|taken|failed|refused|would-take|off|dry-run|rescue|reset|deadline|consequence|panic|boot-counter|module-(inserted|builtin): efi)' |
		sed -E 's/combination [0-9a-f]{16}/combination HASH/'
	grep -E '^<3>' "$work/root/dev/kmsg"
}

boot()
{
	keep_firmware
	new_system || return
	"$build/sysfs-kernel" -f "$work/faults" -o "$work/found" "$work/root" \
		"$build/$program" --root "$work/root" >"$work/output" 2>&1 </dev/null
	cat "$work/output"
	show_boot
}

# run PROGRAM ARGUMENT...: times are another boot's each time.
run()
{
	echo "\$ $*"
	run_program=$1
	shift
	run_status=0
	"$build/$run_program" "$@" --root "$work/root" >"$work/output" 2>&1 || run_status=$?
	sed -E "s|$work/root|ROOT|g; s/[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:]{8}( UTC|Z)/TIME/" \
		"$work/output"
	[ $run_status = 0 ] || echo "(exit status $run_status)"
}

tell()
{
	new_story
	while read -r word rest; do
		case $word in
		'' | '#'*) ;;
		machine) printf "%s\n" "$rest" >>"$work/machine" ;;
		fault)
			[ -n "$rest" ] || : >"$work/faults"
			[ -z "$rest" ] || echo "$rest" >>"$work/faults"
			;;
		conf)
			[ -n "$conf_given" ] || : >"$work/conf"
			conf_given=y
			printf "%s\n" "$rest" >>"$work/conf"
			;;
		boot) boot ;;
		run) eval "run $rest" ;;
		sh) (keep_firmware && cd "$work/root" 2>/dev/null || cd "$work" && eval "$rest") ;;
		*) echo "no such word: $word" ;;
		esac
	done <"$1"
}

judge()
{
	name=${1##*/}
	tell "$1" >"$work/told" 2>&1
	[ -z "${UPDATE:-}" ] || cp "$work/told" "$1.expected"
	difference=$(diff -u "$1.expected" "$work/told" 2>&1)
	tap_result $? "$program: $name" "$difference"
}

[ $# -gt 0 ] || set -- "$here"/guard/*
for program in gpupass-early asan/gpupass-early; do
	[ -z "${UPDATE:-}${FAST:-}" ] || [ $program = gpupass-early ] || continue
	for story; do
		case $story in *.expected) continue ;; esac
		tap_sample 16 || continue
		judge "$here/guard/${story##*/}"
	done
done
tap_done
