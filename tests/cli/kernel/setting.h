/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setting: what a write to a function's reset_method, d3cold_allowed and resourceN_resize
 * does. Behaviour as in drivers/pci/pci.c and pci-sysfs.c of Linux 6.1. A bridge in front
 * of the function has room for any size.
 */
#ifndef TESTS_CLI_KERNEL_SETTING_H
#define TESTS_CLI_KERNEL_SETTING_H

#include "tests/cli/kernel/tree.h"

/* Whether path is such an attribute. */
bool setting_is(const char *path);

/* 0 or -errno. start is the fixture before anything ran: it says what the function can.
 */
int setting_store(int root, const struct tree *start, const char *path,
		  const char *value);

#endif
