/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blocks: from a block device to the PCI functions behind it, through whatever lies
 * between (device mapper, RAID, NVMe subsystems). Read-only, sysfs alone.
 */
#ifndef GPUPASS_TOOL_BLOCKS_H
#define GPUPASS_TOOL_BLOCKS_H

#include "hook/core/image.h"

#define BLOCKS_NAME_SIZE 256 /* a directory entry, NUL included */

/*
 * Adds each PCI function in the sysfs paths of the device "MAJOR:MINOR", and of what lies
 * under it, to keep, each once and bridges not (they are never taken): a disk behind
 * Intel VMD hangs on two of them. Returns how many there are behind the device, known
 * already or not; -E2BIG when keep is full, or another -errno.
 */
int blocks_add(const struct sys_root *root, const char *number, struct image_keep *keep);

/* The same for the node at path (below dev/, links are followed; no leading slash).
 * 0 also when it is no block device that sysfs knows. */
int blocks_add_node(const struct sys_root *root, const char *path,
		    struct image_keep *keep);

/* The name that sysfs has for the node at path. 0 or -errno. */
int blocks_name(const struct sys_root *root, const char *path, char *ret_name);

/* Calls each for every entry of a directory but dot files; stops at its first negative
 * result and returns it. Otherwise the sum of what it returned; a directory that is not
 * there has no entries. */
int blocks_each_entry(const struct sys_root *root, const char *directory,
		      int (*each)(const struct sys_root *root, const char *directory,
				  const char *name, void *data),
		      void *data);

#endif
