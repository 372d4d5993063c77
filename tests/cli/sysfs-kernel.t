#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The played kernel itself: each row of the tables in the kernel's documentation of
# driver_override, bind, unbind and drivers_probe, and each kind of fault, tried with poke,
# which only writes and reads what it is told to.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
count=0

# check WHAT FAULTS EXPECTED ARGUMENT...: poke's output, then the report without its status.
check() {
	count=$((count + 1)) what=$1
	printf '%s' "$2" >"$work/faults"
	printf '%s\n' "$3" >"$work/expected"
	shift 3
	rm -rf "$work/root"
	printf 'M: %s\n%s\n' "${machine:-testbed-xhci}" "${changes:-}" >"$work/machine"
	"$build/machine" "$here/../machines" "$work/root" "$work/machine" || exit 1
	(
		cd "$work/root/sys/bus/pci" || exit 1
		"$build/sysfs-kernel" -f "$work/faults" -o "$work/report" "$work/root" \
			"$build/poke" "$@"
		sed "1{/^status 0\$/d}; /^-- /d; s/xxxx*/xx/; s|$work|WORK|" "$work/report"
	) 2>&1 | sed "s|$work|WORK|" >"$work/found"
	if diff -u "$work/expected" "$work/found" >"$work/diff"; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		sed 's/^/# /' "$work/diff"
	fi
}

one=devices/0000:83:00.1 two=devices/0000:83:00.2 bind=drivers/vfio-pci/bind

check "nothing done, nothing changed" "" "$one/driver_override: (null)" $one/driver_override

check "an override is stored, and the driver stays" "" "\
$two/driver_override: 8
$two/driver_override: vfio-pci
$two/driver: ../../../../bus/pci/drivers/xhci_hcd
0000:83:00.2/driver_override: (null) -> vfio-pci
0000:83:00.2/driver_override = vfio-pci" \
	$two/driver_override=vfio-pci $two/driver_override $two/driver

check "an override is cut at its first newline" "" "\
$one/driver_override: 8
$one/driver_override: foo
0000:83:00.1/driver_override: (null) -> foo
0000:83:00.1/driver_override = foo" \
	"$one/driver_override=foo\nbar\n" $one/driver_override

check "a newline or a NUL clears an override" "" "\
$one/driver_override: 3
$one/driver_override: 1
$one/driver_override: (null)
$one/driver_override: 3
$one/driver_override: 1
$one/driver_override: (null)
0000:83:00.1/driver_override = foo
0000:83:00.1/driver_override = \"\"
0000:83:00.1/driver_override = bar
0000:83:00.1/driver_override = \"\"" \
	$one/driver_override=foo "$one/driver_override=\n" $one/driver_override \
	$one/driver_override=bar "$one/driver_override=\0" $one/driver_override

check "O_TRUNC alone and a write of nothing do nothing" "" "\
$one/driver_override: 3
$one/driver_override: 0
$one/driver_override: 0
$one/driver_override: foo
0000:83:00.1/driver_override: (null) -> foo
0000:83:00.1/driver_override = foo" \
	$one/driver_override=foo $one/driver_override! $one/driver_override= \
	$one/driver_override

check "4094 bytes are an override, 4095 are too many" "" "\
$one/driver_override: 4094
$one/driver_override: EINVAL
0000:83:00.1/driver_override: (null) -> xx
0000:83:00.1/driver_override = xx
0000:83:00.1/driver_override = xx -> EINVAL" \
	$one/driver_override+4094 $one/driver_override+4095

check "bind takes what the override names, and only once" "" "\
$bind: ENODEV
$one/driver_override: 8
$bind: 12
$bind: EBUSY
$one/driver: ../../../../bus/pci/drivers/vfio-pci
drivers/vfio-pci/0000:83:00.1: ../../../../devices/pci0000:82/0000:82:01.0/0000:83:00.1
0000:83:00.1/driver_override: (null) -> vfio-pci
0000:83:00.1: none -> vfio-pci
drivers/vfio-pci/bind = 0000:83:00.1 -> ENODEV
0000:83:00.1/driver_override = vfio-pci
drivers/vfio-pci/bind = 0000:83:00.1
drivers/vfio-pci/bind = 0000:83:00.1 -> EBUSY" \
	$bind=0000:83:00.1 $one/driver_override=vfio-pci $bind=0000:83:00.1 \
	$bind=0000:83:00.1 $one/driver drivers/vfio-pci/0000:83:00.1

check "bind of a function that another driver has, or that is not there" "" "\
$two/driver_override: 9
$bind: EBUSY
$bind: ENODEV
$bind: ENODEV
0000:83:00.2/driver_override: (null) -> vfio-pci
0000:83:00.2/driver_override = vfio-pci
drivers/vfio-pci/bind = 0000:83:00.2 -> EBUSY
drivers/vfio-pci/bind = 0000:84:00.0 -> ENODEV
drivers/vfio-pci/bind = \"\" -> ENODEV" \
	"$two/driver_override=vfio-pci\n" $bind=0000:83:00.2 $bind=0000:84:00.0 "$bind=\n"

check "unbind through the link, and of what is not bound" "" "\
$two/driver/unbind: 12
$two/driver: ENOENT
drivers/xhci_hcd/unbind: ENODEV
0000:83:00.2: xhci_hcd -> none
drivers/xhci_hcd/unbind = 0000:83:00.2
drivers/xhci_hcd/unbind = 0000:83:00.2 -> ENODEV" \
	$two/driver/unbind=0000:83:00.2 $two/driver drivers/xhci_hcd/unbind=0000:83:00.2

check "drivers_probe gives the native driver back" "" "\
$two/driver/unbind: 13
drivers_probe: 12
$two/driver: ../../../../bus/pci/drivers/xhci_hcd
drivers/xhci_hcd/unbind = 0000:83:00.2
drivers_probe = 0000:83:00.2" \
	"$two/driver/unbind=0000:83:00.2\n" drivers_probe=0000:83:00.2 $two/driver

check "drivers_probe succeeds though nothing binds" "probe-fails vfio-pci 0000:83:00.1 EINVAL
" "\
$one/driver_override: 3
drivers_probe: 12
$one/driver_override: 8
drivers_probe: 12
drivers_probe: 12
drivers_probe: ENODEV
0000:83:00.1/driver_override: (null) -> vfio-pci
0000:83:00.1/driver_override = foo
drivers_probe = 0000:83:00.1
0000:83:00.1/driver_override = vfio-pci
drivers_probe = 0000:83:00.1
drivers_probe = 0000:83:00.2
drivers_probe = 0000:84:00.0 -> ENODEV" \
	$one/driver_override=foo drivers_probe=0000:83:00.1 $one/driver_override=vfio-pci \
	drivers_probe=0000:83:00.1 drivers_probe=0000:83:00.2 drivers_probe=0000:84:00.0

check "a bridge is not for vfio-pci" "" "\
devices/0000:82:01.0/driver_override: 8
devices/0000:82:01.0/driver/unbind: 12
$bind: EINVAL
0000:82:01.0/driver_override: (null) -> vfio-pci
0000:82:01.0: pcieport -> none
0000:82:01.0/driver_override = vfio-pci
drivers/pcieport/unbind = 0000:82:01.0
drivers/vfio-pci/bind = 0000:82:01.0 -> EINVAL" \
	devices/0000:82:01.0/driver_override=vfio-pci \
	devices/0000:82:01.0/driver/unbind=0000:82:01.0 $bind=0000:82:01.0

check "probe-fails, bind-lies, write-fails" "\
# each on another function
probe-fails vfio-pci 0000:83:00.0 EINVAL
bind-lies 0000:83:00.1
write-fails 0000:83:00.3/driver_override=vfio-pci EIO
" "\
devices/0000:83:00.0/driver_override: 8
$bind: EINVAL
$one/driver_override: 8
$bind: 12
$one/driver: ENOENT
devices/0000:83:00.3/driver_override: EIO
devices/0000:83:00.3/driver_override: 1
sys/bus/platform/devices/efi-framebuffer.0: gone
sys/devices/platform/efi-framebuffer.0: gone
proc/iomem: - c1000000-c13e7fff : efifb
0000:83:00.0/driver_override: (null) -> vfio-pci
0000:83:00.1/driver_override: (null) -> vfio-pci
efi-framebuffer.0: efi-framebuffer -> none
0000:83:00.0/driver_override = vfio-pci
drivers/vfio-pci/bind = 0000:83:00.0 -> EINVAL
0000:83:00.1/driver_override = vfio-pci
drivers/vfio-pci/bind = 0000:83:00.1
0000:83:00.3/driver_override = vfio-pci -> EIO
0000:83:00.3/driver_override = \"\"" \
	devices/0000:83:00.0/driver_override=vfio-pci $bind=0000:83:00.0 \
	$one/driver_override=vfio-pci $bind=0000:83:00.1 $one/driver \
	devices/0000:83:00.3/driver_override=vfio-pci "devices/0000:83:00.3/driver_override=\n"

check "a write that hangs ends when its process is killed" "\
hang drivers/xhci_hcd/unbind
" "\
child: killed
$two/driver_override: 8
0000:83:00.2/driver_override: (null) -> vfio-pci
drivers/xhci_hcd/unbind = 0000:83:00.2 -> hangs
0000:83:00.2/driver_override = vfio-pci" \
	kill $two/driver/unbind=0000:83:00.2 $two/driver_override=vfio-pci

check "a process that is neither waited for nor killed is reported" "\
hang drivers/xhci_hcd/unbind
" "\
child: still there
left running: 1
drivers/xhci_hcd/unbind = 0000:83:00.2 -> hangs" \
	leave $two/driver/unbind=0000:83:00.2

check "a stuck write outlives the kill, and who touches the function gets stuck too" "\
stuck drivers/xhci_hcd/unbind
" "\
child: still there
$one/driver_override: (null)
$two/vendor: 0x1b36
child: still there
child: still there
child: still there
drivers/xhci_hcd/unbind = 0000:83:00.2 -> stuck
reading 0000:83:00.2/driver_override -> blocked behind the stuck one
0000:83:00.2/driver_override = foo -> blocked behind the stuck one
drivers_probe = 0000:83:00.2 -> blocked behind the stuck one" \
	kill $two/driver/unbind=0000:83:00.2 $one/driver_override $two/vendor \
	kill $two/driver_override kill $two/driver_override=foo kill drivers_probe=0000:83:00.2

check "what is there is stuck for whoever looks, a file or a link; what is not there is not" "\
stuck-read $one/driver
stuck-read $two/driver
stuck-read $two/vendor
" "\
$one/driver: ENOENT
child: still there
child: still there
did not happen: stuck-read $one/driver
reading $two/driver -> stuck
reading $two/vendor -> stuck" \
	$one/driver kill $two/driver kill $two/vendor

check "die kills the writer, and the write is not done" "\
die drivers/xhci_hcd/unbind
" "\
child: killed
$two/driver: ../../../../bus/pci/drivers/xhci_hcd
drivers/xhci_hcd/unbind = 0000:83:00.2 -> killed" \
	kill $two/driver/unbind=0000:83:00.2 $two/driver

check "a function that vanishes takes its links along" "\
vanish 0000:83:00.2 0000:83:00.1/driver_override=foo
" "\
$two/vendor: 0x1b36
$one/driver_override: 3
$two/vendor: ENOENT
drivers/xhci_hcd/unbind: ENODEV
drivers_probe: ENODEV
devices/0000:83:00.2: gone
0000:82:01.0/0000:83:00.2: gone
sys/kernel/iommu_groups/6/devices/0000:83:00.2: gone
0000:83:00.1/driver_override: (null) -> foo
0000:83:00.2: xhci_hcd -> none
0000:83:00.1/driver_override = foo
drivers/xhci_hcd/unbind = 0000:83:00.2 -> ENODEV
drivers_probe = 0000:83:00.2 -> ENODEV" \
	$two/vendor $one/driver_override=foo $two/vendor \
	drivers/xhci_hcd/unbind=0000:83:00.2 drivers_probe=0000:83:00.2

check "a function that vanishes under its own write" "\
vanish 0000:83:00.1 0000:83:00.1/driver_override
" "\
$one/driver_override: ENODEV
devices/0000:83:00.1: gone
0000:82:01.0/0000:83:00.1: gone
sys/kernel/iommu_groups/6/devices/0000:83:00.1: gone
0000:83:00.1/driver_override = foo -> ENODEV" \
	$one/driver_override=foo

check "read-fails, readonly, call-fails, and a fault that does not happen" "\
read-fails 0000:83:00.1/vendor EIO
readonly dev
call-fails uname EFAULT
" "\
$one/vendor: EIO
$one/device: 0x293e
WORK/root/dev/kmsg: EROFS
did not happen: call-fails uname" \
	$one/vendor $one/device "$work/root/dev/kmsg=foo"

check "what reaches beyond the fixture is refused" "" "\
/proc/cmdline: EPERM
/sys/bus/pci/drivers_probe: EPERM
/tmp: EPERM
../../../dev/kmsg: EPERM
readlink /proc/cmdline
openat /sys/bus/pci/drivers_probe
openat /tmp
readlink WORK/root/sys/bus/pci/../../../dev/kmsg" \
	/proc/cmdline /sys/bus/pci/drivers_probe=0000:00:00.0 /tmp! ../../../dev/kmsg

check "nothing is made in sysfs" "" "\
drivers/vfio-pci/bound: EACCES
O_CREAT on sys/bus/pci/drivers/vfio-pci/bound" \
	drivers/vfio-pci/bound~

check "kmsg takes lines of up to 976 bytes" "" "\
WORK/root/dev/kmsg: 976
WORK/root/dev/kmsg: EINVAL" \
	"$work/root/dev/kmsg+976" "$work/root/dev/kmsg+977"

check "kmsg loses what is above ten lines from one descriptor, and says nothing" "" "\
WORK/root/dev/kmsg: 11 times
WORK/root/dev/kmsg: 10 times
dev/kmsg: a line above the limit was lost" \
	"$work/root/dev/kmsg*11" "$work/root/dev/kmsg*10"

# The firmware's framebuffer.
gpu=devices/0000:83:00.0
platform=$work/root/sys/bus/platform
efi=$platform/drivers/efi-framebuffer screen=efi-framebuffer.0
bootfb='F: proc/iomem
| c1000000-c1ffffff : 0000:83:00.0
|   c1000000-c13e7fff : BOOTFB
|     c1000000-c13e7fff : efifb'

changes=$bootfb
check "unbinding the framebuffer's driver ends its claim, and nobody else's" "" "\
WORK/root/sys/bus/platform/drivers/efi-framebuffer/unbind: 17
WORK/root/sys/bus/platform/devices/efi-framebuffer.0/driver: ENOENT
WORK/root/sys/bus/platform/drivers/efi-framebuffer/unbind: ENODEV
proc/iomem: - c1000000-c13e7fff : efifb
efi-framebuffer.0: efi-framebuffer -> none
sys/bus/platform/drivers/efi-framebuffer/unbind = efi-framebuffer.0
sys/bus/platform/drivers/efi-framebuffer/unbind = efi-framebuffer.0 -> ENODEV" \
	"$efi/unbind=$screen" "$platform/devices/$screen/driver" "$efi/unbind=$screen"

check "it comes back with its claim, but not to another driver, and not twice" "" "\
WORK/root/sys/bus/platform/drivers/efi-framebuffer/unbind: 17
WORK/root/sys/bus/platform/drivers/vesa-framebuffer/bind: ENODEV
WORK/root/sys/bus/platform/drivers/efi-framebuffer/bind: 17
WORK/root/sys/bus/platform/drivers/efi-framebuffer/bind: EBUSY
WORK/root/sys/bus/platform/devices/efi-framebuffer.0/driver: ../../../bus/platform/drivers/efi-framebuffer
sys/bus/platform/drivers/efi-framebuffer/unbind = efi-framebuffer.0
sys/bus/platform/drivers/vesa-framebuffer/bind = efi-framebuffer.0 -> ENODEV
sys/bus/platform/drivers/efi-framebuffer/bind = efi-framebuffer.0
sys/bus/platform/drivers/efi-framebuffer/bind = efi-framebuffer.0 -> EBUSY" \
	"$efi/unbind=$screen" "$platform/drivers/vesa-framebuffer/bind=$screen" \
	"$efi/bind=$screen" "$efi/bind=$screen" "$platform/devices/$screen/driver"

check "vfio-pci takes device and claims away for good, class 0300" "" "\
$gpu/driver_override: 8
$bind: 12
WORK/root/sys/bus/platform/drivers/efi-framebuffer/bind: ENODEV
sys/bus/platform/devices/efi-framebuffer.0: gone
sys/devices/platform/efi-framebuffer.0: gone
proc/iomem: - c1000000-c13e7fff : BOOTFB
proc/iomem: - c1000000-c13e7fff : efifb
0000:83:00.0/driver_override: (null) -> vfio-pci
0000:83:00.0: none -> vfio-pci
efi-framebuffer.0: efi-framebuffer -> none
0000:83:00.0/driver_override = vfio-pci
drivers/vfio-pci/bind = 0000:83:00.0
sys/bus/platform/drivers/efi-framebuffer/bind = efi-framebuffer.0 -> ENODEV" \
	$gpu/driver_override=vfio-pci $bind=0000:83:00.0 "$efi/bind=$screen"

taken="\
$gpu/driver_override: 8
$bind: 12
0000:83:00.0/driver_override: (null) -> vfio-pci
0000:83:00.0: none -> vfio-pci
0000:83:00.0/driver_override = vfio-pci
drivers/vfio-pci/bind = 0000:83:00.0"
machine=testbed-5.10 changes=
check "but not before Linux 6.0" "" "$taken" \
	$gpu/driver_override=vfio-pci $bind=0000:83:00.0
machine='' changes='P: devices/pci0000:82/0000:82:01.0/0000:83:00.0
A: class=0x038000'
check "nor of class 0380" "" "$taken" \
	$gpu/driver_override=vfio-pci $bind=0000:83:00.0

# Settings.
changes='P: devices/pci0000:82/0000:82:01.0/0000:83:00.0
A: class=0x038000
A: reset_method=flr bus
A: resource0_resize=0000000000000070'
check "reset_method takes the function's own methods, in any order" "" "\
$gpu/reset_method: 3
$gpu/reset_method: EINVAL
$gpu/reset_method: EINVAL
$gpu/reset_method: EINVAL
$gpu/reset_method: bus
$gpu/reset_method: 7
$gpu/reset_method: flr bus
$gpu/reset_method: 7
0000:83:00.0/reset_method: flr bus -> bus flr
0000:83:00.0/reset_method = bus
0000:83:00.0/reset_method = pm -> EINVAL
0000:83:00.0/reset_method = bus bogus -> EINVAL
0000:83:00.0/reset_method = default bus -> EINVAL
0000:83:00.0/reset_method = default
0000:83:00.0/reset_method = bus flr" \
	$gpu/reset_method=bus $gpu/reset_method=pm "$gpu/reset_method=bus bogus" \
	"$gpu/reset_method=default bus" $gpu/reset_method $gpu/reset_method=default \
	$gpu/reset_method "$gpu/reset_method=bus flr"

check "d3cold_allowed takes numbers" "" "\
$gpu/d3cold_allowed: 1
$gpu/d3cold_allowed: EINVAL
$gpu/d3cold_allowed: 1
0000:83:00.0/d3cold_allowed: 0 -> 1
0000:83:00.0/d3cold_allowed = 1
0000:83:00.0/d3cold_allowed = yes -> EINVAL" \
	$gpu/d3cold_allowed=1 $gpu/d3cold_allowed=yes $gpu/d3cold_allowed

check "resourceN_resize takes what is offered, while no driver is bound" "" "\
$gpu/resource0_resize: EINVAL
$gpu/resource0_resize: 1
$gpu/resource: 0x00000000c1000000 0x00000000c4ffffff 0x0000000000042208
$gpu/resource0_resize: 0000000000000070
$gpu/driver_override: 8
$bind: 12
$gpu/resource0_resize: EBUSY
0000:83:00.0/driver_override: (null) -> vfio-pci
0000:83:00.0/resource: - 0x00000000c1000000 0x00000000c1ffffff 0x0000000000042208
0000:83:00.0/resource: + 0x00000000c1000000 0x00000000c4ffffff 0x0000000000042208
0000:83:00.0: none -> vfio-pci
0000:83:00.0/resource0_resize = 7 -> EINVAL
0000:83:00.0/resource0_resize = 6
0000:83:00.0/driver_override = vfio-pci
drivers/vfio-pci/bind = 0000:83:00.0
0000:83:00.0/resource0_resize = 4 -> EBUSY" \
	$gpu/resource0_resize=7 $gpu/resource0_resize=6 $gpu/resource $gpu/resource0_resize \
	$gpu/driver_override=vfio-pci $bind=0000:83:00.0 $gpu/resource0_resize=4

changes='P: devices/pci0000:82/0000:82:01.0/0000:83:00.0
A: resource0_resize=0000000000000070'
check "of class 0300 it takes the framebuffer away, even if it then fails" "" "\
$gpu/resource0_resize: EINVAL
sys/bus/platform/devices/efi-framebuffer.0: gone
sys/devices/platform/efi-framebuffer.0: gone
proc/iomem: - c1000000-c13e7fff : efifb
efi-framebuffer.0: efi-framebuffer -> none
0000:83:00.0/resource0_resize = 7 -> EINVAL" \
	$gpu/resource0_resize=7

echo "1..$count"
