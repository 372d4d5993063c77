/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a fixture, and the part of /sys that follows from the rest: the bus's list
 * of functions, a driver's files, and the links from drivers and groups back to
 * functions.
 */
#include "tests/cli/machine/tree.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void tree_join(char *path, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(path, PATH_MAX, format, arguments);
	va_end(arguments);
	if (length < 0 || length >= PATH_MAX)
		tree_fail("a path is too long");
}

static void make_directory(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		tree_fail("%s: %s", path, strerror(errno));
}

void tree_make_directories(const char *path, bool whole)
{
	char part[PATH_MAX];

	tree_join(part, "%s", path);
	for (char *c = strchr(part + (*part == '/'), '/'); c; c = strchr(c + 1, '/')) {
		*c = '\0';
		make_directory(part);
		*c = '/';
	}
	if (whole)
		make_directory(part);
}

void tree_write(const char *path, int flags, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0644);

	if (fd < 0 && errno == ENOENT) {
		tree_make_directories(path, false);
		fd = open(path, O_WRONLY | O_CREAT | flags, 0644);
	}
	if (fd < 0 || write(fd, text, length) != (ssize_t)length)
		tree_fail("%s: %s", path, strerror(errno));
	close(fd);
}

void tree_link(const char *path, const char *target)
{
	tree_make_directories(path, false);
	if (unlink(path) < 0 && errno != ENOENT)
		tree_fail("%s: %s", path, strerror(errno));
	if (symlink(target, path) < 0)
		tree_fail("%s: %s", path, strerror(errno));
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void tree_remove(const char *path)
{
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		tree_fail("%s: %s", path, strerror(errno));
}

void tree_make_ground(void)
{
	static const char *const directories[] = {
		"dev", "etc", "proc", "run", "sys/bus/pci/devices", "sys/bus/pci/drivers",
	};

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		tree_make_directories(directories[i], true);
	tree_write("sys/bus/pci/drivers_probe", O_TRUNC, "", 0);
	tree_write("sys/bus/pci/drivers_autoprobe", O_TRUNC, "1\n", 2);
	tree_write("dev/kmsg", O_TRUNC, "", 0);
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* DDDD:BB:DD.F; the domain has up to eight digits. */
static bool is_address(const char *name)
{
	static const char pattern[] = "xxxx:xx:xx.x";
	size_t digits = strspn(name, "0123456789abcdef"), i;

	if (digits > 4 && digits <= 8)
		name += digits - 4;
	for (i = 0; pattern[i] && name[i]; i++) {
		if (pattern[i] == 'x' ? !isxdigit((unsigned char)name[i])
				      : name[i] != pattern[i])
			return false;
	}
	return pattern[i] == name[i];
}

/* bind and its like are only written to; what they would read as does not matter. The
 * platform's drivers have no lists of IDs. */
static void make_driver(const char *bus, const char *driver)
{
	static const char *const attributes[] = {"bind", "unbind", "new_id", "remove_id"};
	size_t count = strcmp(bus, "pci") == 0 ? 4 : 2;
	char path[PATH_MAX];

	for (size_t i = 0; i < count; i++) {
		tree_join(path, "sys/bus/%s/drivers/%s/%s", bus, driver, attributes[i]);
		tree_write(path, 0, "", 0);
	}
}

static bool is_below(const char *path, const char *directory)
{
	return strncmp(path, directory, strlen(directory)) == 0;
}

void tree_complete_directory(const char *path)
{
	char link[PATH_MAX], target[PATH_MAX];
	const char *name = last_component(path);

	if (is_below(path, "sys/bus/pci/drivers/"))
		make_driver("pci", name);
	if (is_below(path, "sys/bus/platform/drivers/"))
		make_driver("platform", name);
	if (!is_below(path, "sys/devices/") || !is_address(name))
		return;
	tree_join(link, "sys/bus/pci/devices/%s", name);
	tree_join(target, "../../../%s", path + strlen("sys/"));
	tree_link(link, target);
}

void tree_complete_link(const char *directory, const char *name, const char *target)
{
	const char *device = last_component(directory), *to = last_component(target);
	const char *at = strstr(target, "bus/");
	char link[PATH_MAX], back[PATH_MAX], bus[32];

	if (!is_below(directory, "sys/devices/"))
		return;
	tree_join(back, "../../../../%s", directory + strlen("sys/"));
	if (strcmp(name, "driver") == 0 && at &&
	    sscanf(at, "bus/%31[^/]/drivers/", bus) == 1) {
		make_driver(bus, to);
		tree_join(link, "sys/bus/%s/drivers/%s/%s", bus, to, device);
		tree_link(link, back);
	} else if (strcmp(name, "iommu_group") == 0) {
		tree_join(link, "sys/kernel/iommu_groups/%s/devices/%s", to, device);
		tree_link(link, back);
	}
}
