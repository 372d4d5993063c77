/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files and links of a function in a fixture. Decides nothing.
 */
#include "tests/cli/kernel/function.h"

#include <string.h>
#include <unistd.h>

#include "tests/cli/kernel/tree.h"

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

void function_link_driver(int root, const char *address, const char *driver)
{
	char function[PATH_MAX], path[PATH_MAX], driver_path[PATH_MAX];

	if (!function_find(root, address, function))
		return;
	tree_format(path, sizeof(path), FUNCTION_BUS "drivers/%s/%s", driver, address);
	tree_link(root, path, function + strlen("sys/"));
	tree_format(path, sizeof(path), "%s/driver", function);
	tree_format(driver_path, sizeof(driver_path), "bus/pci/drivers/%s", driver);
	tree_link(root, path, driver_path);
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
	tree_remove(root, function);
	tree_format(path, sizeof(path), FUNCTION_BUS "devices/%s", address);
	unlinkat(root, path, 0);
}
