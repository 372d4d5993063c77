# SPDX-License-Identifier: GPL-2.0-or-later
# The words of a case's `expect`, one function each: expect_WORD ARGUMENT... succeeds when
# it holds, and prints what was found. They read the files that tests/vm/boot left in
# $directory, and nothing else. Sourced by tests/vm/case.
#
# Status 0: it holds; 1: it does not; 2: it cannot be said, which is a failure either way.
# What is said of the card is said of $card, its functions in order, which a line
# "card ADDRESS..." of `expect` sets.
# shellcheck disable=SC2154 # set by tests/vm/case
verdict=$directory/verdict
card='0000:83:00.0 0000:83:00.1 0000:83:00.2 0000:83:00.3'

# have FILE...: the sections that a word needs are there.
have()
{
	for needed; do
		[ -s "$verdict/$needed" ] || { echo "no $needed in the verdict" && return 2; }
	done
}

# of_card FILE FIELD: that field of the file's line about each function of the card.
of_card()
{
	for f in $card; do
		awk -v "f=$f" -v "field=$2" '$1 == f { print $field }' "$verdict/$1"
	done | paste -sd' '
}

# driver D0 D1...: who holds the functions in the booted host.
expect_driver()
{
	have functions || return 2
	found=$(of_card functions 2)
	echo "found: $found"
	[ "$found" = "$*" ]
}

# override O0 O1...: their driver_override.
expect_override()
{
	have functions || return 2
	found=$(of_card functions 3)
	echo "found: $found"
	[ "$found" = "$*" ]
}

# variable_state: the guard's variable, as "STATE failures N", or "none". Its bytes are those
# of hook/core/guard_state.c, after four of attributes.
variable_state()
{
	grep -vx '(none)' "$verdict/variable" >/dev/null || { echo none && return; }
	paste -sd' ' "$verdict/variable" | awk '
		BEGIN { split("armed proven left off disarmed", names, " ") }
		$1 $2 $3 $4 != "07000000" || $5 $6 $7 $8 $9 != "4750554701" { exit 1 }
		{ print names[$10 + 0], "failures", $11 + 0 }
	'
}

# variable none, variable STATE failures N: what the guard's variable says in the booted host.
expect_variable()
{
	have variable || return 2
	found=$(variable_state) || { cat "$verdict/variable" && return 2; }
	echo "found: $found"
	[ "$found" = "$*" ]
}

# variable-kept: its bytes are those of the boot before.
expect_variable_kept()
{
	have variable || return 2
	before=$(dirname "$directory")/$(($(basename "$directory") - 1))/verdict/variable
	[ -s "$before" ] && diff "$before" "$verdict/variable"
}

# efi-writes N: how often the kernel set the guard's variable ("Gpup" in UTF-16) in this boot.
# Its own record, which must not have lost anything.
expect_efi_writes()
{
	have kernel-trace || return 2
	grep -qx "overrun: 0" "$verdict/kernel-trace" || return 2
	found=$(grep -c ' efi_set: .* name=0x70007500700047$' "$verdict/kernel-trace") || :
	echo "found: $found"
	[ "$found" = "$1" ]
}

# status PATTERN: a line of gpupass status.
expect_status()
{
	have status || return 2
	cat "$verdict/status"
	grep -Eq -e "$*" "$verdict/status"
}

# status-is N: its exit status.
expect_status_is()
{
	have status-status || return 2
	echo "found: $(cat "$verdict/status-status" "$verdict/status")"
	[ "$(cat "$verdict/status-status")" = "$1" ]
}

# last-crash PATTERN: a line of gpupass-log --last-crash.
expect_last_crash()
{
	have last-crash || return 2
	cat "$verdict/last-crash"
	grep -Eq -e "$*" "$verdict/last-crash"
}

# last-crash-is N: its exit status.
expect_last_crash_is()
{
	have last-crash-status || return 2
	echo "found: $(cat "$verdict/last-crash-status" "$verdict/last-crash")"
	[ "$(cat "$verdict/last-crash-status")" = "$1" ]
}

# unit NAME STATE: what systemctl is-active says of it.
expect_unit()
{
	have units || return 2
	cat "$verdict/units"
	grep -qx -e "$1 $2" "$verdict/units"
}

# panic A B C: kernel.panic, softlockup_panic and hardlockup_panic.
expect_panic()
{
	have panic || return 2
	echo "found: $(cat "$verdict/panic")"
	[ "$(cat "$verdict/panic")" = "$*" ]
}

# screen ADDRESS: the booted host's screen is on this function.
expect_screen()
{
	have screens || return 2
	cat "$verdict/screens"
	head -n 1 "$verdict/screens" | grep -Eq "/$1(/|\$)"
}

# tried D0 D1...: every driver the kernel ever tried on each function since it started, in
# order, with commas between; "none" for none. From the kernel's own record, which must not
# have lost anything.
expect_tried()
{
	have kernel-trace || return 2
	grep -qx "overrun: 0" "$verdict/kernel-trace" || return 2
	found=$(awk -F'"' -v "card=$card" '
		/ probe: / { tried[$2] = tried[$2] (tried[$2] == "" ? "" : ",") $4 }
		END {
			count = split(card, f, " ")
			for (i = 1; i <= count; i++)
				print tried[f[i]] == "" ? "none" : tried[f[i]]
		}
	' "$verdict/kernel-trace" | paste -sd' ')
	echo "found: $found"
	[ "$found" = "$*" ]
}

# before-initramfs FUNCTION DRIVER: the kernel tried that driver on it before it started /init.
expect_before_initramfs()
{
	have kernel-trace || return 2
	grep -E 'filename=/init | probe: ' "$verdict/kernel-trace"
	awk -F'"' -v "f=$1" -v "driver=$2" '
		/ filename=\/init / { init = 1; exit }
		/ probe: / && $2 == f && $4 == driver { tried = 1 }
		END { exit !(init && tried) }
	' "$verdict/kernel-trace"
}

# ended-before-udev: gpupass-early started, and the last of its processes ended before
# systemd-udevd was executed for the first time. The kernel's record again.
expect_ended_before_udev()
{
	have kernel-trace || return 2
	grep -E 'gpupass-early|filename=.*systemd-udevd' "$verdict/kernel-trace"
	awk '
		{ for (i = 1; i < NF; i++) if ($i ~ /^[0-9]+[.][0-9]+:$/) time = $i + 0 }
		/sched_process_exec: filename=[^ ]*gpupass-early / { started = 1 }
		/sched_process_exit: comm=gpupass-early / { ended = time }
		/sched_process_exec: filename=[^ ]*systemd-udevd / && !udev { udev = time }
		END { exit !(started && ended && udev && ended < udev) }
	' "$verdict/kernel-trace"
}

# log PATTERN: a line of gpupass-log.
expect_log()
{
	have log || return 2
	cat "$verdict/log"
	grep -Eq -e "$*" "$verdict/log"
}

# plot PATTERN: a line of gpupass-log --plot.
expect_plot()
{
	have plot || return 2
	cat "$verdict/plot"
	grep -Eq -e "$*" "$verdict/plot"
}

# log-status N: its exit status.
expect_log_status()
{
	have log-status || return 2
	echo "found: $(cat "$verdict/log-status")"
	[ "$(cat "$verdict/log-status")" = "$1" ]
}

# event_names: the names of the trace's records, in order.
event_names()
{
	sed -n 's/.*"kind":"record".*"event":"\([^"]*\)".*/\1/p' "$verdict/log-json"
}

# events NAME...: these are the trace's records, and there is none besides.
expect_events()
{
	have log-json || return 2
	found=$(event_names | paste -sd' ')
	echo "found: $found"
	[ "$found" = "$*" ]
}

# trace-complete: read in the booted system, the trace runs from "start" to "end", is this
# boot's, and every record that was ever written is there, in order.
expect_trace_complete()
{
	have log-json || return 2
	cat "$verdict/log-json"
	count=$(event_names | wc -l)
	head -n 1 "$verdict/log-json" | grep '"kind":"trace"' | grep '"other_boot":false' |
		grep "\"written\":$count,\"lost\":0,\"torn\":0,\"cut\":0,\"recounted\":false" || return 1
	[ "$(event_names | sed -n '1p;$p' | paste -sd' ')" = 'start end' ] || return 1
	sed -n 's/.*"kind":"record","sequence":\([0-9]*\).*/\1/p' "$verdict/log-json" |
		awk '$1 != NR - 1 { exit 1 }'
}

# dmesg PATTERN: a line of the kernel's log.
expect_dmesg()
{
	have dmesg || return 2
	grep -E -e "$*" -e gpupass "$verdict/dmesg"
	grep -Eq -e "$*" "$verdict/dmesg"
}

# console PATTERN: a line that reached the serial console.
expect_console()
{
	cat "$directory/console.log"
	grep -Eq -e "$*" "$directory/console.log"
}

# acted PATTERN: a line that the case's `act` printed.
expect_acted()
{
	have act || return 2
	cat "$verdict/act"
	grep -Eq -e "$*" "$verdict/act"
}

# built PATTERN: a line that update-initramfs printed when the case's image was made.
expect_built()
{
	cat "$built/build.log"
	grep -Eq -e "$*" "$built/build.log"
}

# mapped_bars: how many BARs of the card the kernel gave to vfio-pci while the client ran, and
# how many the client had in its memory.
mapped_bars()
{
	echo "$(grep -c ' : vfio-pci$' "$verdict/client-iomem")" \
		"$(grep -c 'vfio-device' "$verdict/client-maps")"
}

# client-works [BARS]: a virtual machine opened the card: it ran and ended well, lists every
# function, and had their BARs (six in all) in its memory, the framebuffer's among them.
expect_client_works()
{
	have client client-status client-iomem dmesg || return 2
	cat "$verdict/client" "$verdict/client-maps"
	grep -E "can't reserve" "$verdict/dmesg" && return 1
	bars=${1:-6}
	[ "$(cat "$verdict/client-status")" = 0 ] &&
		[ "$(grep -c 'device   4, function [0-7]:' "$verdict/client")" = "$(echo "$card" | wc -w)" ] &&
		[ "$(mapped_bars)" = "$bars $bars" ]
}

# client-fails: it did not start.
expect_client_fails()
{
	have client-status || return 2
	cat "$verdict/client"
	[ "$(cat "$verdict/client-status")" != 0 ]
}
