#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Bytes that a terminal takes as commands, in every place whose text gpupass shows: words of a
# command line, names of drivers, attributes, mounts, options of modules, paths. None of them
# gets out, on no stream of no program. (Those in a trace are among the cases of log and
# status.)
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 022
export LC_ALL=C PATH="$here:$PATH" GPUPASS="$build/gpupass" ASAN_OPTIONS=detect_leaks=0
cd "$work" || exit 1
root=root

# A title for the terminal, a colour, a line of its own, a control character of eight bits.
evil=$(printf '\033]0;evil\007\033[31m\nevil\233')
modules='kernel 6.1.0-fake
module vfio
module vfio-pci-core vfio
module vfio-pci vfio_pci_core
module vfio_iommu_type1 vfio'

prepare()
{
	echo "$modules" | fake-kernel $root || return 1
	echo 'M: testbed' >machine
	"$build/machine" "$here/../machines" $root machine || return 1
	driver="evil$(printf '\033[31m\007')x"
	mkdir "$root/sys/bus/pci/drivers/$driver"
	ln -s "../../../../bus/pci/drivers/$driver" $root/sys/bus/pci/devices/0000:83:00.2/driver
	printf 'flr \033[31m\007\n' >$root/sys/bus/pci/devices/0000:83:00.0/reset_method
	mkdir -p $root/proc/self $root/etc/modprobe.d $root/boot
	printf '27 1 8:1 / / rw - ext4 /dev/sda1 rw\n28 27 0:9 / /boot rw - ext4\033 /dev/\033[31m\007x rw\n' \
		>$root/proc/self/mountinfo
	printf 'options vfio-pci evil=\033[31m\007x\n' >$root/etc/modprobe.d/evil.conf
	printf '[card win11]\naddress = 0000:83:00.0\n%s = \033[31m\007\n' unbind\\033 >$root/etc/gpupass.conf
	mkdir -p "$root/lib/modules/6$(printf '\033')x"
	echo "no image" >"$root/boot/initrd.img-6$(printf '\033')x"
}

# check NAME COMMAND...: what it prints has nothing but printable ASCII and the ends of lines,
# and there is something, or the test would be none.
check()
{
	name=$1
	shift
	"$@" >out 2>&1 </dev/null
	if [ ! -s out ]; then
		tap_result 1 "$name" "it printed nothing"
	else
		tap_is "$name" "$(tr -d ' -~\n' <out | od -An -c)" ""
	fi
}

# early WORD...: what the early program has on the kernel's log, from where it goes to consoles.
early()
{
	rm -rf $root/run/gpupass
	: >$root/dev/kmsg
	printf '%s' "$*" >$root/proc/cmdline
	"$build/gpupass-early" --root $root
	cat $root/dev/kmsg
}

prepare >prepare.log 2>&1 || { cat prepare.log && exit 1; }
for word in "$evil" "--$evil" list-"$evil"; do
	check "gpupass: a verb" "$build/gpupass" "$word"
	check "gpupass: an operand" "$build/gpupass" status "$word"
	check "gpupass-log: an operand" "$build/gpupass-log" "$word"
	check "gpupass-log: --card" "$build/gpupass-log" --root $root --card "$word"
	check "gpupass-log: --priority" "$build/gpupass-log" --priority "$word"
	check "gpupass-log: --file" "$build/gpupass-log" --file "$word"
	check "gpupass-log: --root" "$build/gpupass-log" --root "$word"
	check "gpupass: --root" "$build/gpupass" list --root "$word"
	check "gpupass: an image" "$build/gpupass" verify-image "$word" --root $root
	check "gpupass: a tree" "$build/gpupass" image --root $root --kernel 6.1.0-fake --into "$word"
	check "gpupass: a kernel" "$build/gpupass" modules --root $root --kernel "$word"
done
check "list" "$build/gpupass" list --root $root
tap_ok "list: it has met them" grep -q 'evil\\x1b' out
check "list --json" "$build/gpupass" list --json --root $root
check "list --conf" "$build/gpupass" list --conf 0000:83:00.0 --root $root
check "status" "$build/gpupass" status --root $root
check "status --json" "$build/gpupass" status --json --root $root
check "keep" "$build/gpupass" keep --root $root
tap_ok "keep: it has met them" grep -q '/boot' out
check "modules" "$build/gpupass" modules --kernel 6.1.0-fake --root $root
tap_ok "modules: it has met them" grep -q 'evil=' out
check "verify-image" "$build/gpupass" verify-image --root $root
tap_ok "verify-image: it has met them" grep -q 'x1bx' out
check "early: a word" early "quiet gpupass=$(printf '\033[31m\007')x"
tap_ok "early: it has met the word" grep -q '"gpupass=.*x"' out
printf '[card win11]\naddress = 0000:83:00.0\n' >$root/etc/gpupass.conf
check "early: a driver" early quiet
tap_ok "early: it has met the driver" grep -q 'evil' out
check "gpupass-log" "$build/gpupass-log" --root $root

tap_done
