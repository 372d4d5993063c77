/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keep: the PCI functions that the host runs from: what is behind /, /boot, /usr, the EFI
 * partition and swap, through LUKS, LVM, RAID and filesystems of several devices.
 */
#ifndef GPUPASS_TOOL_KEEP_H
#define GPUPASS_TOOL_KEEP_H

#include <stddef.h>

#include "hook/core/image.h"

/* What keep_is_known() has to say to people. */
#define KEEP_UNKNOWN                                                                     \
	"it is not known what the host runs from; build the image on the host itself"

/*
 * The text of keep.list to buffer: first comments that say what it stands for and what
 * could not be followed, then the addresses. Returns its length or -errno.
 */
int keep_format(const struct sys_root *root, char *buffer, size_t size);

/* Whether what is at root is a running host, whose mounts can be seen: not a chroot, nor
 * the root of a container. */
bool keep_is_known(const struct sys_root *root);

/* What an image that is built now would have; none where that cannot be known, and then a
 * class alone protects a function. */
void keep_read(const struct sys_root *root, struct image_keep *ret_keep);

/* What an error of keep_format() means. */
const char *keep_explain(int error);

#endif
