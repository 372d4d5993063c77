/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules: which modules a kernel needs for the cards, in the order of insertion, and
 * where their files are. Resolved with libkmod from a root directory alone: neither the
 * running kernel nor its command line has a say.
 */
#ifndef GPUPASS_TOOL_MODULES_H
#define GPUPASS_TOOL_MODULES_H

#include <limits.h>

#include "hook/core/conf.h"
#include "hook/core/image.h"

struct modules {
	struct image_modules list;
	char paths[IMAGE_MAX_MODULES][PATH_MAX]; /* of list.modules[i]; empty = no file */
};

/*
 * Resolves for the kernel VERSION below root_path ("" is the host's root), which root is,
 * too: with "driver = auto" the functions of this machine count. conf names the drivers
 * and holds the user's parameters, which follow those of modprobe.d.
 *
 * Warns about what the user should know: dropped ids=, parameters that cannot reach a
 * built-in module, a driver that this kernel does not have. Returns 0; -ENOENT when the
 * kernel has no index of modules; -E2BIG when there are more than a list can hold.
 */
int modules_resolve(const char *root_path, const struct sys_root *root,
		    const char *kernel, const struct conf *conf,
		    struct modules *ret_modules);

/* Whether a driver that the cards need is missing. */
bool modules_missing(const struct modules *modules);

/* The text of modules.list to buffer. Returns its length; -E2BIG when it does not fit,
 * -EINVAL when a name in it could not be read back. */
int modules_format(const struct modules *modules, char *buffer, size_t size);

#endif
