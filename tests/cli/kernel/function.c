/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files and links of a function in a fixture. Decides nothing.
 */
#include "tests/cli/kernel/function.h"

#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/kernel/tree.h"

#define PLATFORM "sys/bus/platform/devices/"

bool function_find(int root, const char *address, char *path)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	if (address[0] == '\0' || strchr(address, '/'))
		return false;
	tree_format(link, sizeof(link), FUNCTION_BUS "devices/%s", address);
	length = readlinkat(root, link, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	tree_format(path, PATH_MAX, "sys/%s", target + strlen("../../../"));
	return true;
}

bool function_read(int root, const char *address, const char *name, char *text)
{
	char directory[PATH_MAX], path[PATH_MAX];

	if (!function_find(root, address, directory))
		return false;
	tree_format(path, sizeof(path), "%s/%s", directory, name);
	return tree_read_link_name(root, path, text, FUNCTION_TEXT_SIZE) ||
	       tree_read_line(root, path, text, FUNCTION_TEXT_SIZE);
}

static void make_link(int root, const char *path, const char *target)
{
	if (symlinkat(target, root, path) < 0)
		tree_fail("%s: %s", path, strerror(errno));
}

void function_link_driver(int root, const char *address, const char *driver)
{
	char function[PATH_MAX], path[PATH_MAX], target[PATH_MAX], up[PATH_MAX] = "";

	if (!function_find(root, address, function))
		return;
	tree_format(path, sizeof(path), FUNCTION_BUS "drivers/%s/%s", driver, address);
	tree_format(target, sizeof(target), "../../../../%s", function + strlen("sys/"));
	make_link(root, path, target);
	for (const char *c = strchr(function, '/'); c; c = strchr(c + 1, '/'))
		strcat(up, "../");
	tree_format(path, sizeof(path), "%s/driver", function);
	tree_format(target, sizeof(target), "%sbus/pci/drivers/%s", up, driver);
	make_link(root, path, target);
}

void function_unlink_driver(int root, const char *address, const char *driver)
{
	char function[PATH_MAX], path[PATH_MAX];

	if (!function_find(root, address, function))
		return;
	tree_format(path, sizeof(path), "%s/driver", function);
	unlinkat(root, path, 0);
	tree_format(path, sizeof(path), FUNCTION_BUS "drivers/%s/%s", driver, address);
	unlinkat(root, path, 0);
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void remove_directory(int root, const char *directory)
{
	char path[PATH_MAX];

	tree_format(path, sizeof(path), "/proc/self/fd/%d/%s", root, directory);
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		tree_fail("%s: %s", directory, strerror(errno));
}

void function_remove(int root, const char *address)
{
	char function[PATH_MAX], path[PATH_MAX], text[FUNCTION_TEXT_SIZE];

	if (!function_find(root, address, function))
		return;
	if (function_read(root, address, "driver", text))
		function_unlink_driver(root, address, text);
	if (function_read(root, address, "iommu_group", text)) {
		tree_format(path, sizeof(path), "sys/kernel/iommu_groups/%s/devices/%s",
			    text, address);
		unlinkat(root, path, 0);
	}
	remove_directory(root, function);
	tree_format(path, sizeof(path), FUNCTION_BUS "devices/%s", address);
	unlinkat(root, path, 0);
}

/* Kernels since 6.8 make it a child of the function; for older ones, whose platform
 * device has no parent to ask, the boot display counts. */
static bool has_framebuffer(int root, const char *address, const char *target)
{
	char name[FUNCTION_TEXT_SIZE + 2], text[FUNCTION_TEXT_SIZE];

	tree_format(name, sizeof(name), "/%s/", address);
	if (strstr(target, name))
		return true;
	return strstr(target, "/platform/") &&
	       function_read(root, address, "boot_vga", text) && strcmp(text, "1") == 0;
}

void function_evict_framebuffer(int root, const char *address)
{
	static const char *const names[] = {"efi", "simple", "vesa"};
	char path[PATH_MAX], target[PATH_MAX], text[FUNCTION_TEXT_SIZE];

	if (!function_read(root, address, "class", text) ||
	    strncmp(text, "0x0300", 6) != 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ssize_t length;

		tree_format(path, sizeof(path), PLATFORM "%s-framebuffer.0", names[i]);
		length = readlinkat(root, path, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (!has_framebuffer(root, address, target))
			continue;
		unlinkat(root, path, 0);
		tree_format(path, sizeof(path), "sys/%s", target + strlen("../../../"));
		remove_directory(root, path);
	}
}
