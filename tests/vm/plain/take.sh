#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What gpupass is compared with: the script of many guides, as early as gpupass, and with no
# thought for the framebuffer. A script of initramfs-tools, and a hook of dracut, which is not
# started but read in.
if [ "${1:-}" = prereqs ]; then
	exit 0
fi
for function in 0000:83:00.0 0000:83:00.1 0000:83:00.2 0000:83:00.3; do
	device=/sys/bus/pci/devices/$function
	echo vfio-pci >$device/driver_override
	[ ! -e $device/driver ] || echo $function >$device/driver/unbind
done
modprobe -a vfio-pci vfio_iommu_type1
for function in 0000:83:00.0 0000:83:00.1 0000:83:00.2 0000:83:00.3; do
	echo $function >/sys/bus/pci/drivers_probe
done
