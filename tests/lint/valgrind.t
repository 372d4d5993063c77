#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# valgrind on the programs of the host, a run of each kind: nothing is read that was not
# written, and at the end nothing is lost.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build
PATH=$top/tests/cli:$PATH GPUPASS=$build/gpupass
export PATH GPUPASS LC_ALL=C
. "$top/tests/lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

prepare()
{
	printf 'kernel 6.1.0-fake\nmodule vfio\nmodule vfio-pci-core vfio\nmodule vfio-pci vfio_pci_core\nmodule vfio_iommu_type1 vfio\n' |
		fake-kernel root || return 1
	echo 'M: rtx2080ti' >machine
	"$build/machine" "$top/tests/machines" root machine || return 1
	mkdir -p root/proc/self root/boot tree
	echo "27 1 8:1 / / rw - ext4 /dev/sda1 rw" >root/proc/self/mountinfo
	printf '[card win11]\naddress = 0000:83:00.0\n' >root/etc/gpupass.conf
	fake-image tree root
	fake-image pack tree >root/boot/initrd.img-6.1.0-fake
	"$build/sysfs-kernel" -o report root "$build/gpupass-early" --root root
}

# clean PROGRAM WORD...: one of ours, under valgrind; its own exit status is not 99.
clean()
{
	program=$1
	shift
	valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
		"$build/$program" "$@" >out 2>&1 </dev/null
	status=$?
	[ $status != 99 ] && [ -s out ]
	tap_result $? "$program $*" "status $status: $(cat out)"
}

prepare >prepare.log 2>&1 || { cat prepare.log && exit 1; }
rm -rf tree/usr/lib/gpupass
clean gpupass list --root root
clean gpupass list --root root --json
clean gpupass list --root root --conf 0000:83:00.0
clean gpupass status --root root
clean gpupass status --root root --json
clean gpupass modules --root root --kernel 6.1.0-fake
clean gpupass keep --root root
clean gpupass verify-image --root root
clean gpupass capture --root root
clean gpupass image --root root --kernel 6.1.0-none --into tree
clean gpupass retry --root root
clean gpupass-log --root root
clean gpupass-log --root root --json
clean gpupass-log --root root --explain
clean gpupass-log --root root --plot
clean gpupass-log --root root --last-crash
tap_done
