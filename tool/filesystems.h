/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filesystems: the devices of a filesystem that has no block device of its own (major 0).
 */
#ifndef GPUPASS_TOOL_FILESYSTEMS_H
#define GPUPASS_TOOL_FILESYSTEMS_H

#include "hook/core/image.h"
#include "tool/mounts.h"

/*
 * Adds to keep the PCI functions behind the devices of mount: btrfs by sysfs, ZFS by
 * udev's database, others by the devices that their source names ("/dev/sda:/dev/sdb" as
 * bcachefs has it). Returns how many there are behind them, 0 when none is known, or
 * -errno.
 */
int filesystems_add(const struct sys_root *root, const struct mount *mount,
		    struct image_keep *keep);

#endif
