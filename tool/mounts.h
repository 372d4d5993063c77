/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mounts: which filesystem holds a path, as proc/self/mountinfo says
 * (proc_pid_mountinfo(5)).
 */
#ifndef GPUPASS_TOOL_MOUNTS_H
#define GPUPASS_TOOL_MOUNTS_H

#include <limits.h>
#include <stdio.h>

#include "hook/core/sys.h"

struct mount {
	unsigned id;
	unsigned major,
		minor; /* major 0: the filesystem has no block device of its own */
	char type[64];
	char source[PATH_MAX];
};

/* The filesystem that holds path (no leading slash; "" is the root). 0; -ENOENT when none
 * does, as in a chroot; else -errno. */
int mounts_find(const struct sys_root *root, const char *path, struct mount *ret_mount);

/* proc's escapes (\040 is a blank) back to bytes, in place. */
void mounts_unescape(char *text);

/* A line-wise reader of a file of any length, for what procfs has; NULL with errno set.
 */
FILE *mounts_open(const struct sys_root *root, const char *path);

#endif
