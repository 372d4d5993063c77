/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * variants: which vfio driver of its own a kernel has for a function, for sections with
 * "driver = auto". Asks libkmod; inserts nothing.
 *
 * Such a driver has aliases that begin with vfio_pci: and go on as a function's modalias
 * does (PCI_DRIVER_OVERRIDE_DEVICE_VFIO, include/linux/pci.h and
 * scripts/mod/file2alias.c of Linux 6.1). Of several that match it is the one whose alias
 * has the fewest wildcards, as libvirt chooses (virPCIDeviceFindBestVFIOVariant(), 10.0).
 * Its name is that of its module (KBUILD_MODNAME in drivers/vfio/pci of 6.1 to 6.12), but
 * for - and _ (xe-vfio-pci of 7.0's xe_vfio_pci).
 *
 * One whose module needs a module with pci: aliases (xe_vfio_pci needs xe, mlx5_vfio_pci
 * mlx5_core, for virtual functions of what that drives) is passed over: that would be
 * inserted before any function has its override, and claim it.
 */
#ifndef GPUPASS_TOOL_VARIANTS_H
#define GPUPASS_TOOL_VARIANTS_H

#include <libkmod.h>

#include "hook/core/conf.h"
#include "hook/core/image.h"

/* Whether a section wants it for any function. */
bool variants_are_wanted(const struct conf *conf);

/* Adds to ret_modules->variants what context's kernel has for functions of this machine
 * whose section wants it; those that have none get none. Warns of a card that is not on
 * this machine. 0, -E2BIG, or libkmod's error. */
int variants_find(struct kmod_ctx *context, const struct sys_root *root,
		  const struct conf *conf, struct image_modules *ret_modules);

#endif
