/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PCI function as gpupass reads it. Of the configuration space no more than what
 * tells a bridge's kind: serial numbers are further on, and the vital product data is not
 * read.
 */
#include "tool/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RESOURCE_SIZE   2048
#define RESOURCES       7 /* six BARs and the ROM, always shown */
#define CONFIG_SIZE     256
#define CONFIG_READABLE 64 /* bytes that everybody may read */
#define CLASS_BRIDGE    0x06

/* The configuration space, PCI Local Bus Specification 3.0, 6.1 and 6.7. */
#define STATUS_LOW       0x06
#define HAS_CAPABILITIES 0x10
#define FIRST_CAPABILITY 0x34
#define MOST             48 /* capabilities that there is room for */
#define EXPRESS          0x10

static const char *const attributes[] = {
	"class",          "vendor",    "device",   "subsystem_vendor", "subsystem_device",
	"revision",       "numa_node", "boot_vga", "driver_override",  "reset_method",
	"d3cold_allowed",
};

static const char *const links[] = {"driver", "iommu_group", "physfn"};

struct place {
	const struct sys_root *root;
	const char *path; /* from the root */
};

/* Of the lines behind the ROM only those that say something. */
static void capture_resource(const struct place *place)
{
	static const char zero[] =
		"0x0000000000000000 0x0000000000000000 0x0000000000000000";
	char file[CAPTURE_PATH_SIZE], text[RESOURCE_SIZE];
	char *rest = text, *line;

	sys_format(file, sizeof(file), "%s/resource", place->path);
	if (sys_read_file(place->root, file, text, sizeof(text)) <= 0)
		return;
	puts("A: resource");
	for (unsigned i = 0; (line = strsep(&rest, "\n")) && rest; i++) {
		if (i < RESOURCES || strcmp(line, zero) != 0)
			printf("| %.*s\n", (int)strspn(line, "0123456789abcdefx "), line);
	}
}

/* Returns the bytes that there are, up to 256, or -errno. */
static int read_config(const struct place *place, unsigned char *config)
{
	char file[CAPTURE_PATH_SIZE];
	ssize_t length;
	int fd;

	sys_format(file, sizeof(file), "%s/config", place->path);
	fd = openat(place->root->fd, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, config, CONFIG_SIZE);
	close(fd);
	return length < 0 ? -EIO : (int)length;
}

/* Keeps the chain of capabilities and the kind of port in the one of PCI Express; returns
 * how many bytes that are, 0 when there is none. */
static size_t reduce_config(const unsigned char *config, char *reduced)
{
	unsigned at = config[FIRST_CAPABILITY] & 0xfc;

	memset(reduced, 0, CONFIG_SIZE);
	if (!(config[STATUS_LOW] & HAS_CAPABILITIES))
		return 0;
	reduced[STATUS_LOW] = HAS_CAPABILITIES;
	reduced[FIRST_CAPABILITY] = (char)at;
	for (unsigned left = MOST; at >= 0x40 && left > 0; left--) {
		memcpy(reduced + at, config + at, 2);
		if (config[at] == EXPRESS) {
			memcpy(reduced + at, config + at, 4);
			reduced[at + 1] = 0;
			return at + 4;
		}
		at = config[at + 1] & 0xfc;
	}
	return 0;
}

/* Returns whether the kind was out of sight. */
static bool capture_config(const struct place *place)
{
	unsigned char config[CONFIG_SIZE] = {0};
	char reduced[CONFIG_SIZE];
	int length = read_config(place, config);
	size_t kept;

	if (length < CONFIG_SIZE)
		return length == CONFIG_READABLE || length == -EACCES;
	kept = reduce_config(config, reduced);
	if (kept > 0)
		capture_bytes(place->path, "config", reduced, kept, CONFIG_SIZE);
	return false;
}

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* Links that are named after what they lead to. */
static void capture_named_link(const char *name, void *data)
{
	const struct place *place = data;

	if (begins(name, "consumer:pci:") || begins(name, "supplier:pci:") ||
	    begins(name, "virtfn"))
		capture_link(place->root, place->path, name);
}

/* The link between two functions is itself a directory. */
static void capture_device_link(const char *name, void *data)
{
	const struct place *place = data;
	char path[CAPTURE_PATH_SIZE], device[SYS_LINK_SIZE];

	if (!begins(name, "consumer:pci:"))
		return;
	sys_format(path, sizeof(path), "%s/%s", place->path, name);
	if (sys_read_link_name(place->root, path, device, sizeof(device)) < 0)
		return;
	sys_format(path, sizeof(path), "sys/devices/virtual/devlink/%s", device);
	capture_directory(path + strlen("sys/"));
	capture_link(place->root, path, "supplier");
	capture_link(place->root, path, "consumer");
}

bool capture_function(const struct sys_root *root, const struct pci_function *function)
{
	char link[PCI_PATH_SIZE], text[PCI_ADDRESS_SIZE];
	char path[CAPTURE_PATH_SIZE] = "sys/";
	struct place place = {root, path};
	bool unseen = false;

	pci_format_address(&function->address, text);
	sys_format(link, sizeof(link), PCI_DEVICES "/%s", text);
	if (capture_resolve(root, link, path + strlen(path)) < 0)
		return false;
	capture_directory(path + strlen("sys/"));
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		capture_attribute(root, path, attributes[i]);
	capture_resource(&place);
	if (function->class_code >> 16 == CLASS_BRIDGE)
		unseen = capture_config(&place);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		capture_link(root, path, links[i]);
	capture_each(root, path, capture_named_link, &place);
	if (function->drm)
		printf("P: %s/drm\n", path + strlen("sys/"));
	capture_each(root, path, capture_device_link, &place);
	return unseen;
}
