/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files and links of the firmware's framebuffer, and lines of proc/iomem. Knows which
 * driver claims its memory under which name; decides nothing.
 */
#include "tests/cli/kernel/framebuffer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/kernel/function.h"

#define DEVICES    "sys/bus/platform/devices/"
#define IOMEM      "proc/iomem"
#define IOMEM_SIZE (64 * 1024)
#define NAME_SIZE  64

static const struct claim {
	const char *driver, *name;
} claims[] = {
	{"efi-framebuffer", "efifb"},
	{"vesa-framebuffer", "vesafb"},
	{"simple-framebuffer", "simplefb"},
	{"simple-framebuffer", "simpledrm"},
	{"", "BOOTFB"}, /* the device itself, with CONFIG_SYSFB_SIMPLEFB */
};

/* Whether the line is a claim of the driver; with NULL of any of them. */
static bool is_claim(const char *line, size_t length, const char *driver)
{
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		size_t size = strlen(claims[i].name);

		if ((!driver || strcmp(claims[i].driver, driver) == 0) &&
		    length > size + 3 &&
		    memcmp(line + length - size - 3, " : ", 3) == 0 &&
		    memcmp(line + length - size, claims[i].name, size) == 0)
			return true;
	}
	return false;
}

static bool has_line(const char *text, const char *line, size_t length)
{
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		if (strcspn(at, "\n") == length && memcmp(at, line, length) == 0)
			return true;
	}
	return false;
}

/* Writes the lines of from: claims of the driver (NULL = of any) when with, and others
 * that are in the file now. */
static void write_iomem(int root, const char *from, const char *driver, bool with)
{
	static char now[IOMEM_SIZE], text[IOMEM_SIZE];
	size_t used = 0;

	tree_read(root, IOMEM, now, sizeof(now));
	for (const char *line = from; *line;) {
		size_t length = strcspn(line, "\n"), whole = length + (line[length] != 0);

		if (is_claim(line, length, driver) ? with : has_line(now, line, length)) {
			memcpy(text + used, line, whole);
			used += whole;
		}
		line += whole;
	}
	if (faccessat(root, IOMEM, F_OK, 0) == 0)
		tree_write(root, IOMEM, text, used, false);
}

static void drop_claims(int root, const char *driver)
{
	static char now[IOMEM_SIZE];

	tree_read(root, IOMEM, now, sizeof(now));
	write_iomem(root, now, driver, false);
}

/* The device's directory, or false when there is no such device. */
static bool find_device(int root, const char *device, char *path)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	if (device[0] == '\0' || strchr(device, '/'))
		return false;
	tree_format(link, sizeof(link), DEVICES "%s", device);
	length = readlinkat(root, link, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	tree_format(path, PATH_MAX, "sys/%s", target + strlen("../../../"));
	return true;
}

static bool read_driver(int root, const char *directory, char *driver)
{
	char path[PATH_MAX];

	tree_format(path, sizeof(path), "%s/driver", directory);
	return tree_read_link_name(root, path, driver, NAME_SIZE);
}

/* platform_match(): "efi-framebuffer.0" is for the driver "efi-framebuffer". */
static bool matches(const char *driver, const char *device)
{
	size_t length = strlen(driver);

	return strncmp(device, driver, length) == 0 && device[length] == '.';
}

int framebuffer_bind(int root, const struct tree *start, const char *driver,
		     const char *device)
{
	char directory[PATH_MAX], path[PATH_MAX], target[PATH_MAX], bound[NAME_SIZE];
	const struct tree_node *iomem = tree_find(start, IOMEM);

	if (!find_device(root, device, directory) || !matches(driver, device))
		return -ENODEV;
	if (read_driver(root, directory, bound))
		return -EBUSY;
	tree_format(path, sizeof(path), FRAMEBUFFER_DRIVERS "%s/%s", driver, device);
	tree_link(root, path, directory + strlen("sys/"));
	tree_format(path, sizeof(path), "%s/driver", directory);
	tree_format(target, sizeof(target), "bus/platform/drivers/%s", driver);
	tree_link(root, path, target);
	if (iomem)
		write_iomem(root, iomem->content, driver, true);
	return 0;
}

static void unlink_driver(int root, const char *directory, const char *device)
{
	char path[PATH_MAX], driver[NAME_SIZE];

	if (!read_driver(root, directory, driver))
		return;
	tree_format(path, sizeof(path), "%s/driver", directory);
	unlinkat(root, path, 0);
	tree_format(path, sizeof(path), FRAMEBUFFER_DRIVERS "%s/%s", driver, device);
	unlinkat(root, path, 0);
}

int framebuffer_unbind(int root, const char *driver, const char *device)
{
	char directory[PATH_MAX], bound[NAME_SIZE];

	if (!find_device(root, device, directory) ||
	    !read_driver(root, directory, bound) || strcmp(bound, driver) != 0)
		return -ENODEV;
	unlink_driver(root, directory, device);
	drop_claims(root, driver);
	return 0;
}

/* Kernels since 6.8 make it a child of the function; for older ones, whose platform
 * device has no parent to ask, the boot display counts. */
static bool lies_on(int root, const char *address, const char *directory)
{
	char name[FUNCTION_TEXT_SIZE + 2], text[FUNCTION_TEXT_SIZE];

	tree_format(name, sizeof(name), "/%s/", address);
	if (strstr(directory, name))
		return true;
	return strstr(directory, "/platform/") &&
	       function_read(root, address, "boot_vga", text) && strcmp(text, "1") == 0;
}

void framebuffer_evict(int root, const char *address)
{
	static const char *const names[] = {"efi", "simple", "vesa"};
	char device[NAME_SIZE], path[PATH_MAX], directory[PATH_MAX],
		text[FUNCTION_TEXT_SIZE];

	if (!function_read(root, address, "class", text) ||
	    strncmp(text, "0x0300", 6) != 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		tree_format(device, sizeof(device), "%s-framebuffer.0", names[i]);
		if (!find_device(root, device, directory) ||
		    !lies_on(root, address, directory))
			continue;
		unlink_driver(root, directory, device);
		tree_format(path, sizeof(path), DEVICES "%s", device);
		unlinkat(root, path, 0);
		tree_remove(root, directory);
		drop_claims(root, NULL);
	}
}
