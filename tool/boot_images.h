/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_images: the boot images of this host and the kernels they are for.
 */
#ifndef GPUPASS_BOOT_IMAGES_H
#define GPUPASS_BOOT_IMAGES_H

#include <limits.h>
#include <stdbool.h>

#include "hook/core/image.h"

struct boot_image {
	char kernel[IMAGE_RELEASE_SIZE];
	char path[PATH_MAX]; /* below the root; empty = this kernel has none */
	bool by_version;     /* /boot's, and its name has the kernel's version */
};

/* The kernel's version in an image's name, where generators and distributions put it
 * there.
 */
bool boot_images_kernel(const char *path, char *ret_kernel, size_t size);

/*
 * The images of installed kernels (those with a directory of modules), and the kernels
 * that can be booted and have no image; in the order of names. A copy beside its image
 * (.bak, .dpkg-bak) is of no installed kernel, and a unified kernel image is none of
 * these. Returns how many, the caller frees; -errno.
 *
 * Places: initramfs-tools 0.142 and dracut 059 of Debian; dracut-ng 108 (dracut.sh,
 * install.d/50-dracut.install); mkinitcpio 41 (mkinitcpio.d/hook.preset, pkgbase in
 * libalpm/scripts/mkinitcpio); kernel-install(8), $BOOT/ENTRY-TOKEN/VERSION. What
 * proxmox-boot-tool (proxmox-kernel-helper 8.1.0) copies to its EFI partitions is not
 * mounted: the image that it copies is looked into.
 */
int boot_images_find(const struct sys_root *root, struct boot_image **ret_images);

#endif
