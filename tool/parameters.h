/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parameters: what modprobe.d and gpupass.conf want the modules to be given.
 */
#ifndef GPUPASS_TOOL_PARAMETERS_H
#define GPUPASS_TOOL_PARAMETERS_H

#include <libkmod.h>

#include "hook/core/conf.h"
#include "hook/core/image.h"

/*
 * Adds to each module of list its options of modprobe.d, as context has read them, and
 * after them those of conf: the kernel takes the last word on a parameter. ids= is
 * dropped, and so is what cannot reach its module; each with a warning. 0 or -errno.
 */
int parameters_add(struct kmod_ctx *context, const struct conf *conf,
		   struct image_modules *list);

#endif
