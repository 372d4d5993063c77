#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass-early, as it ships (klibc), with musl and with sanitizers, on each case of
# tests/cli/early. Adding a case adds a directory, not code:
#
#	machine		the fixture (tests/machines/README), mostly M: and what differs
#	gpupass.conf	etc/gpupass.conf
#	faults		what goes wrong (tests/cli/kernel/faults.h)
#	trace		what mktrace writes to run/gpupass/trace before
#	args		the arguments (default: --root ROOT)
#	expected	exit status; every file that is different afterwards, and nothing
#			else is; drivers; writes to attributes in their order; the trace;
#			the lines on /dev/kmsg; what was printed
#
# early.t [CASE...] runs some. UPDATE=1 writes what the first program does to expected:
# read the diff as if somebody else had written it. COUNTS=DIR keeps the numbers of system
# calls of each run there.
# FAST=1 runs the first program only, on every tenth case: for before a commit.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
programs="gpupass-early musl/gpupass-early asan/gpupass-early"

prepare() {
	"$build/machine" "$here/../machines" "$root" "$case/machine" || return 1
	if [ -e "$case/gpupass.conf" ]; then
		cp "$case/gpupass.conf" "$root/etc/gpupass.conf" || return 1
	fi
	if [ -e "$case/trace" ]; then
		mkdir -p "$root/run/gpupass" || return 1
		"$build/mktrace" <"$case/trace" >"$root/run/gpupass/trace" || return 1
		chmod 600 "$root/run/gpupass/trace"
	fi
}

print_trace() {
	echo "-- trace"
	if [ ! -f "$root/run/gpupass/trace" ] || [ -L "$root/run/gpupass/trace" ]; then
		echo "(none)"
	else
		"$build/gpupass-log" --root "$root" --json 2>&1
	fi
}

# Some lines, without a process for it.
copy_lines() {
	while IFS= read -r line; do
		printf "%s\n" "$line"
	done <"$1"
}

# Runs one case and writes everything that it is judged by to $work.found.
run_case() {
	faults=/dev/null
	[ ! -e "$case/faults" ] || faults=$case/faults
	set -- --root "$root"
	if [ -e "$case/args" ]; then
		eval "set -- $(cat "$case/args")"
	fi
	prepare >"$work.output" 2>&1 &&
		"$build/sysfs-kernel" -f "$faults" -c "$work.counts" -o "$work.found" \
			"$root" "$build/$program" "$@" >"$work.output" 2>&1 </dev/null
	{
		print_trace
		echo "-- kmsg"
		[ ! -s "$root/dev/kmsg" ] || copy_lines "$root/dev/kmsg"
		[ ! -s "$work.output" ] || echo "-- output"
		copy_lines "$work.output"
	} >>"$work.found"
}

# judge PROGRAM CASE
judge() {
	expected=$here/early/$2/expected
	[ -z "${UPDATE:-}" ] || cp "$work.found" "$expected"
	if diff -u "$expected" "$work.found" >"$work.diff" 2>&1; then
		echo "ok - $1: $2"
	else
		printf "not ok - %s\n%s\n" "$1: $2" "$(sed "s/^/# /" "$work.diff")"
	fi
	[ -z "${COUNTS:-}" ] || cp "$work.counts" "$COUNTS/$2.${1%%/*}"
}

# early.t --some "PROGRAM CASE"...: a line of TAP for each, still without numbers.
run_some() {
	top=$(mktemp -d) || exit 1
	trap 'rm -rf "$top"' EXIT
	n=0
	for pair; do
		n=$((n + 1)) work=$top/$n
		program=${pair%% *} case=$here/early/${pair##* } root=$work.root
		run_case
	done
	sed -i -e "s|$top/[0-9]*.root|ROOT|g" -f "$here/early/trace.sed" "$top"/*.found
	n=0
	for pair; do
		n=$((n + 1)) work=$top/$n
		judge "${pair%% *}" "${pair##* }"
	done
}

# Programs in the outer loop: the cases that wait for a deadline then fall on several
# processes.
list() {
	[ -z "${UPDATE:-}" ] || programs=gpupass-early
	[ -z "${FAST:-}" ] || programs=gpupass-early
	[ $# -gt 0 ] || set -- "$here"/early/*/
	for program in $programs; do
		number=0
		for case; do
			case=${case%/}
			number=$((number + 1))
			[ -z "${FAST:-}" ] || [ $((number % 10)) = 0 ] || continue
			printf '%s %s\0' "$program" "${case##*/}"
		done
	done
}

export LC_ALL=C TZ=UTC ASAN_OPTIONS=detect_leaks=0
[ ! -w /dev/shm ] || export TMPDIR="${TMPDIR:-/dev/shm}"
umask 022
if [ "${1:-}" = --some ]; then
	shift
	run_some "$@"
	exit
fi
# More at once than there are processors, for those cases sleep.
list "$@" | xargs -0 -P 5 -n 6 "$0" --some |
	awk '/^(not )?ok - / { sub(/ok -/, "ok " ++n " -") } { print } END { print "1.." n }'
