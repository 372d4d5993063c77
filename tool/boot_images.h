/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_images: the boot images of this host and the kernels they are for.
 */
#ifndef GPUPASS_BOOT_IMAGES_H
#define GPUPASS_BOOT_IMAGES_H

#include <limits.h>

#include "hook/core/image.h"

struct boot_image {
	char kernel[IMAGE_RELEASE_SIZE];
	char path[PATH_MAX]; /* below the root; empty = this kernel has none */
};

/* The kernel's version in an image's name, as generators and distributions name them. */
bool boot_images_kernel(const char *path, char *ret_kernel, size_t size);

/*
 * The images of installed kernels (those with a directory of modules), and the kernels
 * that can be booted and have no image; in the order of names. A copy beside its image
 * (.bak, .dpkg-bak) is of no installed kernel. Returns how many, the caller frees;
 * -errno.
 */
int boot_images_find(const struct sys_root *root, struct boot_image **ret_images);

#endif
