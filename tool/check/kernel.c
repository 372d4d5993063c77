/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /boot/config-RELEASE and the lists of modules.
 */
#include "tool/check/kernel.h"

#include <stdio.h>
#include <string.h>

struct search {
	const char *text;
};

static int is_line(const struct lines_place *place, char *line, void *data)
{
	const struct search *search = data;

	(void)place;
	return strcmp(line, search->text) == 0;
}

bool kernel_has_setting(const struct check *check, const char *line)
{
	struct search search = {line};
	char path[128];

	sys_format(path, sizeof(path), "boot/config-%s", check->release);
	return lines_of_file(check->root, path, is_line, &search) == 1;
}

/* "kernel/drivers/usb/host/xhci-pci.ko.xz: kernel/..." is xhci_pci. */
static int is_module(const struct lines_place *place, char *line, void *data)
{
	const struct search *search = data;
	size_t length = strlen(search->text);
	char *name, *end = strchr(line, ':');

	(void)place;
	if (end)
		*end = '\0';
	name = strrchr(line, '/');
	name = name ? name + 1 : line;
	return strncmp(name + strnlen(name, length), ".ko", 3) == 0 &&
	       image_same_module(name, length, search->text, length);
}

enum kernel_module kernel_find_module(const struct check *check, const char *name)
{
	struct search search = {name};
	char path[128];
	int result;

	sys_format(path, sizeof(path), "lib/modules/%s/modules.builtin", check->release);
	if (lines_of_file(check->root, path, is_module, &search) == 1)
		return KERNEL_MODULE_BUILTIN;
	sys_format(path, sizeof(path), "lib/modules/%s/modules.dep", check->release);
	result = lines_of_file(check->root, path, is_module, &search);
	if (result < 0)
		return KERNEL_MODULE_UNKNOWN;
	return result == 1 ? KERNEL_MODULE_LOADABLE : KERNEL_MODULE_NONE;
}
