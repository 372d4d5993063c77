/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel: how the running kernel was built, for the sides of check that ask.
 */
#ifndef GPUPASS_CHECK_KERNEL_H
#define GPUPASS_CHECK_KERNEL_H

#include "tool/check/check.h"

/* Whether /boot/config-RELEASE has that line; false also where there is none. */
bool kernel_has_setting(const struct check *check, const char *line);

enum kernel_module {
	KERNEL_MODULE_UNKNOWN,
	KERNEL_MODULE_NONE,
	KERNEL_MODULE_BUILTIN,
	KERNEL_MODULE_LOADABLE
};

/* Whether the kernel has a module, by its lists modules.builtin and modules.dep
 * (kmod's depmod(8)). - and _ are the same. */
enum kernel_module kernel_find_module(const struct check *check, const char *name);

#endif
