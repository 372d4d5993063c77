/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One PCI function from a few words. Which words there are is in tests/machines/README.
 */
#include "tests/cli/machine/function.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/machine/tree.h"

#define RESOURCE_LINE "0x%016llx 0x%016llx 0x%016llx\n"
#define RESOURCE_SIZE 57 /* bytes of such a line */
#define RESOURCES     7  /* six BARs and the ROM */
#define CONFIG_SIZE   256

static void put(const char *here, const char *name, const char *text)
{
	char path[PATH_MAX];

	tree_join(path, "%s/%s", here, name);
	tree_write(path, O_TRUNC, text, strlen(text));
}

static void put_hex(const char *here, const char *name, unsigned digits, unsigned value)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%0*x\n", (int)digits, value);
	put(here, name, text);
}

void function_identify(const char *here, const char *text)
{
	unsigned class_code, vendor, device, vendor_of = 0, device_of = 0, revision = 0;
	char resource[RESOURCES * RESOURCE_SIZE + 1] = "";
	int found = sscanf(text, "%6x %4x:%4x %4x:%4x %2x", &class_code, &vendor, &device,
			   &vendor_of, &device_of, &revision);

	if (found < 3 || found == 4)
		tree_fail("expected I: CLASS VENDOR:DEVICE [SUBSYSTEM [REVISION]]");
	put_hex(here, "class", 6, class_code);
	put_hex(here, "vendor", 4, vendor);
	put_hex(here, "device", 4, device);
	put_hex(here, "subsystem_vendor", 4, vendor_of);
	put_hex(here, "subsystem_device", 4, device_of);
	put_hex(here, "revision", 2, revision);
	put(here, "numa_node", "-1\n");
	put(here, "driver_override", "(null)\n");
	put(here, "d3cold_allowed", "1\n");
	if (class_code >> 8 == 0x0300)
		put(here, "boot_vga", "0\n");
	for (int i = 0; i < RESOURCES; i++)
		sprintf(resource + strlen(resource), RESOURCE_LINE, 0ULL, 0ULL, 0ULL);
	put(here, "resource", resource);
}

/* PCI Express Base Specification 7.5.3.2: Device/Port Type, behind the capability's ID.
 */
void function_set_type(const char *here, const char *text)
{
	static const struct {
		const char *name;
		unsigned type;
	} types[] = {
		{"endpoint", 0},        {"legacy-endpoint", 1},     {"root-port", 4},
		{"upstream-port", 5},   {"downstream-port", 6},     {"to-pci-bridge", 7},
		{"from-pci-bridge", 8}, {"integrated-endpoint", 9},
	};
	char config[CONFIG_SIZE] = {[0x06] = 0x10, [0x34] = 0x40, [0x40] = 0x10};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(text, types[i].name) != 0)
			continue;
		config[0x42] = (char)(types[i].type << 4 | 2);
		tree_join(path, "%s/config", here);
		tree_write(path, O_TRUNC, config, sizeof(config));
		return;
	}
	tree_fail("\"%s\": expected T: and a kind of port or endpoint", text);
}

/* "256M" to bytes; 0 when it is none. */
static unsigned long long parse_size(const char *text)
{
	char unit = ' ', more;
	unsigned long long size;

	if (sscanf(text, "%llu%c%c", &size, &unit, &more) > 2)
		return 0;
	switch (unit) {
	case ' ':
		return size;
	case 'K':
		return size << 10;
	case 'M':
		return size << 20;
	case 'G':
		return size << 30;
	default:
		return 0;
	}
}

/* include/linux/ioport.h and PCI_BASE_ADDRESS_*, as "resource" shows them together. */
static unsigned long long parse_kind(const char *text)
{
	static const struct {
		const char *name;
		unsigned long long flags;
	} kinds[] = {{"io", 0x40101},
		     {"mem", 0x40200},
		     {"mem64", 0x140204},
		     {"pref64", 0x14220c},
		     {"rom", 0x46200}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(text, kinds[i].name) == 0)
			return kinds[i].flags;
	}
	return 0;
}

void function_set_bar(const char *here, const char *text)
{
	char size_word[16], kind_word[16], line[RESOURCE_SIZE + 1], path[PATH_MAX];
	unsigned long long start, size, flags;
	unsigned number;
	int fd;

	if (sscanf(text, "%u %llx %15s %15s", &number, &start, size_word, kind_word) !=
		    4 ||
	    number >= RESOURCES || !(size = parse_size(size_word)) ||
	    !(flags = parse_kind(kind_word)))
		tree_fail("expected B: NUMBER START SIZE io|mem|mem64|pref64|rom");
	snprintf(line, sizeof(line), RESOURCE_LINE, start, start + size - 1, flags);
	tree_join(path, "%s/resource", here);
	fd = open(path, O_WRONLY);
	if (fd < 0 ||
	    pwrite(fd, line, RESOURCE_SIZE, number * RESOURCE_SIZE) != RESOURCE_SIZE)
		tree_fail("%s: expected I: before B:", path);
	close(fd);
}

/* A link in here to a path, the shortest way, as sysfs shows them. */
static void put_link(const char *here, const char *name, const char *to)
{
	char path[PATH_MAX], target[PATH_MAX] = "";
	size_t common = 0;

	for (size_t i = 0; here[i] && here[i] == to[i]; i++) {
		if (here[i] == '/')
			common = i + 1;
	}
	for (const char *c = here + common; c; c = strchr(c + 1, '/'))
		strcat(target, "../");
	strcat(target, to + common);
	tree_join(path, "%s/%s", here, name);
	tree_link(path, target);
	tree_complete_link(here, name, target);
}

void function_set_driver(const char *here, const char *text)
{
	char target[PATH_MAX];

	tree_join(target, "sys/bus/pci/drivers/%s", text);
	put_link(here, "driver", target);
}

void function_set_group(const char *here, const char *text)
{
	char target[PATH_MAX];

	tree_join(target, "sys/kernel/iommu_groups/%s", text);
	put_link(here, "iommu_group", target);
}

/* drivers/base/core.c: a device of its own, with links to and from both ends. */
void function_depend(const char *here, const char *text)
{
	const char *consumer = strrchr(here, '/') + 1;
	char path[PATH_MAX], supplier[PATH_MAX], link[PATH_MAX], name[PATH_MAX];
	ssize_t length;

	tree_join(path, "sys/bus/pci/devices/%s", text);
	length = readlink(path, link, sizeof(link) - 1);
	if (length < 0)
		tree_fail("%s is not there yet", text);
	link[length] = '\0';
	tree_join(supplier, "sys/%s", link + strlen("../../../"));
	tree_join(link, "sys/devices/virtual/devlink/pci:%s--pci:%s", text, consumer);
	put_link(link, "consumer", here);
	put_link(link, "supplier", supplier);
	tree_join(name, "supplier:pci:%s", text);
	put_link(here, name, link);
	tree_join(name, "consumer:pci:%s", consumer);
	put_link(supplier, name, link);
}

/* UINT_MAX for what is no number. */
static unsigned read_hex(const char *here, const char *name, unsigned absent)
{
	char path[PATH_MAX], end = '\n';
	unsigned value;
	FILE *file;

	tree_join(path, "%s/%s", here, name);
	file = fopen(path, "r");
	if (!file)
		return absent;
	if (fscanf(file, "0x%x%c", &value, &end) < 1 || end != '\n')
		value = UINT_MAX;
	fclose(file);
	return value;
}

static void name_function(const char *here)
{
	unsigned class_code = read_hex(here, "class", UINT_MAX);
	unsigned vendor = read_hex(here, "vendor", UINT_MAX);
	unsigned device = read_hex(here, "device", UINT_MAX);
	char path[PATH_MAX], text[80];

	tree_join(path, "%s/modalias", here);
	if (access(path, F_OK) == 0 || (class_code & vendor & device) == UINT_MAX)
		return;
	snprintf(text, sizeof(text), "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X\n",
		 vendor, device, read_hex(here, "subsystem_vendor", 0),
		 read_hex(here, "subsystem_device", 0), class_code >> 16,
		 class_code >> 8 & 0xff, class_code & 0xff);
	put(here, "modalias", text);
}

void function_name_all(void)
{
	static const char devices[] = "sys/bus/pci/devices";
	DIR *directory = opendir(devices);
	struct dirent *entry;
	char path[PATH_MAX];

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		tree_join(path, "%s/%s", devices, entry->d_name);
		name_function(path);
	}
	if (directory)
		closedir(directory);
}
