#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every machine becomes a tree, its links lead somewhere, and its functions are complete;
# and what is not in order in a machine's text is refused with file, line and word.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
machines=$here/../machines
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0

# report GOOD WHAT: GOOD is true when $work/wrong is empty.
report() {
	count=$((count + 1))
	if [ ! -s "$work/wrong" ]; then
		printf "ok %d - %s\n" "$count" "$1"
	else
		printf "not ok %d - %s\n" "$count" "$1"
		sed 's/^/# /' "$work/wrong"
	fi
}

check_tree() {
	find "$1" -xtype l | sed 's/$/: leads nowhere/'
	for function in "$1"/sys/bus/pci/devices/*; do
		for attribute in class vendor device subsystem_vendor subsystem_device numa_node \
			driver_override resource modalias; do
			[ -s "$function/$attribute" ] || echo "$function: no $attribute"
		done
		read -r class <"$function/class"
		[ "$class" != 0x060400 ] || [ -s "$function/config" ] || echo "$function: no config"
	done
	wc -l "$1"/sys/bus/pci/devices/*/resource | awk '$1 < 7 { print $2 ": short resource" }'
	[ -s "$1/proc/cmdline" ] || echo "no proc/cmdline"
	[ -s "$1/usr/lib/gpupass/modules.list" ] || echo "no modules.list"
}

for machine in "$machines"/*.machine; do
	name=$(basename "$machine" .machine)
	[ "$name" = image ] && continue
	"$build/machine" "$machines" "$work/$name" "$machine" >"$work/wrong" 2>&1 &&
		check_tree "$work/$name" >"$work/wrong"
	grep -q '^# source: ' "$machine" || echo "no source" >>"$work/wrong"
	report "$name"
done

# refused TEXT COMPLAINT
refused() {
	printf '%s\n' "$1" >"$work/bad"
	rm -rf "$work/tree"
	"$build/machine" "$machines" "$work/tree" "$work/bad" 2>&1 | sed "s|$work/||" >"$work/found"
	printf '%s\n' "$2" | diff -u - "$work/found" >"$work/wrong"
	report "refused: $2"
}

# What a stranger's file makes stays in its tree.
mkdir -p "$work/outside"
printf '%s\n' "F: ../outside/up=1" "F: $work/outside/absolute=1" "P: ../../outside/function" \
	"S: link=$work/outside" "S: up=../outside" "F: up/link=1" >"$work/bad"
{
	"$build/machine" "$machines" "$work/tree" "$work/bad"
	find "$work/outside" -mindepth 1
	[ -f "$work/tree/outside/up" ] || echo "nothing was made"
} >"$work/wrong" 2>&1
report "what a file makes stays below its directory"

refused "F: =x" "machine: bad:1: expected a name before ="
refused "P: devices/[00-01" \
	'machine: bad:1: "[00-01": expected a range such as [00-1f]'
refused "F: etc/x=1
Z: etc/x=99999999 x" "machine: bad:2: 99999999: expected a size of at most 1048576"
refused "P: devices/[00-ff][00-ff][00-ff]" "machine: bad:1: more than 65536 directories"
refused "Q: foo" \
	'machine: bad:1: "Q: foo": expected a key such as P: and text, | or #'
refused "A:class=1" \
	'machine: bad:1: "A:class=1": expected a key such as P: and text, | or #'
refused "
| line" "machine: bad:2: there is no A: or F: that this line could go on with"
refused "F: etc/x=\\q" \
	'machine: bad:1: \q: expected \n \r \t \0 \\ \xHH, or \c at the end'
refused "M: nothing" "machine: bad:1: nothing.machine: No such file or directory"
refused "X: etc/nothing" "machine: bad:1: etc/nothing: No such file or directory"
refused "P: devices/x
L: driver" "machine: bad:2: expected L: NAME=TARGET"

refused "I: 030000 10de:21c4" "machine: bad:1: expected P: first"
refused "P: devices/x
I: 030000" "machine: bad:2: expected I: CLASS VENDOR:DEVICE [SUBSYSTEM [REVISION]]"
refused "P: devices/x
T: port" 'machine: bad:2: "port": expected T: and a kind of port or endpoint'
refused "P: devices/x
I: 030000 10de:21c4
B: 7 0 1M mem" "machine: bad:3: expected B: NUMBER START SIZE io|mem|mem64|pref64|rom"
refused "P: devices/x
B: 0 0 1M mem" "machine: bad:2: sys/devices/x/resource: expected I: before B:"
refused "P: devices/x
K: 0000:00:00.0" "machine: bad:2: 0000:00:00.0 is not there yet"
refused "P: devices/[0-]" 'machine: bad:1: "[0-]": expected a range such as [00-1f]'

echo "1..$count"
