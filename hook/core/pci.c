/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI functions as sysfs shows them. Reads only; judges nothing.
 */
#include "hook/core/pci.h"

#include <errno.h>
#include <string.h>

#define ATTRIBUTE_SIZE  64
#define IDENTITY        "modalias"
#define IDENTITY_LENGTH 53
#define BOOT_VGA        "boot_vga"
#define RESOURCE_SIZE   2048 /* the attribute "resource": at most 17 lines of 57 bytes */

/* Takes digits of text from *at on, up to a stop character or the end. */
static int take_hex(const char *text, size_t length, size_t *at, char stop,
		    unsigned least, unsigned most, uint64_t max, uint64_t *ret_value)
{
	size_t start = *at, end = start;

	while (end < length && text[end] != stop)
		end++;
	if (end - start < least || end - start > most)
		return -EINVAL;
	if (sys_parse_number(text + start, end - start, 16, max, ret_value) < 0)
		return -EINVAL;
	*at = end;
	return 0;
}

int pci_parse_address(const char *text, size_t length, struct pci_address *ret_address)
{
	uint64_t domain, bus, device, function;
	size_t at = 0;

	if (take_hex(text, length, &at, ':', 4, 8, UINT32_MAX, &domain) < 0 ||
	    at++ == length)
		return -EINVAL;
	if (take_hex(text, length, &at, ':', 2, 2, 0xff, &bus) < 0 || at++ == length)
		return -EINVAL;
	if (take_hex(text, length, &at, '.', 2, 2, 0x1f, &device) < 0 || at++ == length)
		return -EINVAL;
	if (take_hex(text, length, &at, '\0', 1, 1, 7, &function) < 0 || at != length)
		return -EINVAL;
	ret_address->domain = (uint32_t)domain;
	ret_address->bus = (uint8_t)bus;
	ret_address->device = (uint8_t)device;
	ret_address->function = (uint8_t)function;
	return 0;
}

void pci_format_address(const struct pci_address *address, char *text)
{
	sys_format(text, PCI_ADDRESS_SIZE, "%04x:%02x:%02x.%x", (unsigned)address->domain,
		   (unsigned)address->bus, (unsigned)address->device & 0x1f,
		   (unsigned)address->function & 7);
}

bool pci_same_slot(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->device == b->device;
}

bool pci_same_address(const struct pci_address *a, const struct pci_address *b)
{
	return pci_same_slot(a, b) && a->function == b->function;
}

int pci_compare(const struct pci_address *a, const struct pci_address *b)
{
	if (a->domain != b->domain)
		return a->domain < b->domain ? -1 : 1;
	return (a->bus << 8 | a->device << 3 | a->function) -
	       (b->bus << 8 | b->device << 3 | b->function);
}

void pci_format_path(const struct pci_address *address, const char *attribute, char *path)
{
	char text[PCI_ADDRESS_SIZE];

	pci_format_address(address, text);
	sys_format(path, PCI_PATH_SIZE, PCI_DEVICES "/%s/%s", text, attribute);
}

static void note_error(struct pci_function *function, const char *attribute, int error)
{
	if (function->error)
		return;
	function->error = -error;
	function->unreadable = attribute;
}

/* "pci:v000010DEd00001E07sv00001043sd00008670bc03sc00i00": where each number begins, and
 * its digits. */
int pci_parse_modalias(const char *text, size_t length, struct pci_function *ret_function)
{
	static const struct {
		char before[6];
		uint8_t at, digits;
	} parts[] = {{"pci:v", 5, 8}, {"d", 14, 8},  {"sv", 24, 8}, {"sd", 34, 8},
		     {"bc", 44, 2},   {"sc", 48, 2}, {"i", 51, 2}};
	uint64_t values[sizeof(parts) / sizeof(parts[0])];

	if (length != IDENTITY_LENGTH)
		return -EINVAL;
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t before = strlen(parts[i].before);
		unsigned at = parts[i].at;

		if (memcmp(text + at - before, parts[i].before, before) != 0 ||
		    sys_parse_number(text + at, parts[i].digits, 16, 0xffff, &values[i]))
			return -EINVAL;
	}
	ret_function->vendor = (uint16_t)values[0];
	ret_function->device = (uint16_t)values[1];
	ret_function->subsystem_vendor = (uint16_t)values[2];
	ret_function->subsystem_device = (uint16_t)values[3];
	ret_function->class_code =
		(uint32_t)(values[4] << 16 | values[5] << 8 | values[6]);
	return 0;
}

bool pci_is_vfio_driver(const char *name)
{
	static const char end[] = "vfio?pci";
	size_t length = strlen(name);

	if (length < sizeof(end) - 1)
		return false;
	name += length - (sizeof(end) - 1);
	return memcmp(name, "vfio", 4) == 0 && (name[4] == '-' || name[4] == '_') &&
	       memcmp(name + 5, "pci", 3) == 0;
}

int pci_read_identity(const struct sys_root *root, const struct pci_address *address,
		      struct pci_function *ret_function)
{
	char path[PCI_PATH_SIZE], text[ATTRIBUTE_SIZE];
	int length;

	memset(ret_function, 0, sizeof(*ret_function));
	ret_function->address = *address;
	pci_format_path(address, IDENTITY, path);
	length = sys_read_attribute(root, path, text, sizeof(text));
	if (length < 0)
		return length;
	return pci_parse_modalias(text, (size_t)length, ret_function);
}

/* "0" or "1", of display controllers alone. */
static int read_boot_vga(const struct sys_root *root, struct pci_function *function)
{
	char path[PCI_PATH_SIZE], text[ATTRIBUTE_SIZE];
	uint64_t value;
	int length;

	if (function->class_code >> 16 != PCI_CLASS_DISPLAY)
		return -1;
	pci_format_path(&function->address, BOOT_VGA, path);
	length = sys_read_attribute(root, path, text, sizeof(text));
	if (length >= 0)
		length = sys_parse_number(text, (size_t)length, 10, 1, &value);
	if (length == 0)
		return (int)value;
	if (length != -ENOENT)
		note_error(function, BOOT_VGA, length);
	return -1;
}

static void read_driver(const struct sys_root *root, struct pci_function *function)
{
	char path[PCI_PATH_SIZE];
	int length;

	pci_format_path(&function->address, "driver", path);
	length = sys_read_link_name(root, path, function->driver,
				    sizeof(function->driver));
	if (length == -ENOENT)
		function->driver[0] = '\0';
	else if (length < 0)
		note_error(function, "driver", length);
}

static int read_group(const struct sys_root *root, struct pci_function *function)
{
	char path[PCI_PATH_SIZE], name[ATTRIBUTE_SIZE];
	uint64_t group;
	int length;

	pci_format_path(&function->address, "iommu_group", path);
	length = sys_read_link_name(root, path, name, sizeof(name));
	if (length == -ENOENT)
		return -1;
	if (length >= 0)
		length = sys_parse_number(name, (size_t)length, 10, INT32_MAX, &group);
	if (length == 0)
		return (int)group;
	note_error(function, "iommu_group", length);
	return -1;
}

/* The kernel ties what belongs to a GPU to its function 0 (drivers/pci/quirks.c, "D0
 * power state depends on"); the link's name is that of Linux 5.10 and later. */
static bool is_linked(const struct sys_root *root, struct pci_function *function)
{
	char path[PCI_PATH_SIZE], name[PCI_ADDRESS_SIZE + 16], first[PCI_ADDRESS_SIZE];
	struct pci_address zero = function->address;
	int there;

	zero.function = 0;
	pci_format_address(&zero, first);
	sys_format(name, sizeof(name), "supplier:pci:%s", first);
	pci_format_path(&function->address, name, path);
	there = sys_exists(root, path);
	if (there < 0)
		note_error(function, "supplier", there);
	return there == 1;
}

/* No card has a virtual function: one that may be none must not be left out in silence.
 */
static bool is_virtual(const struct sys_root *root, struct pci_function *function)
{
	char path[PCI_PATH_SIZE];
	int there;

	pci_format_path(&function->address, "physfn", path);
	there = sys_exists(root, path);
	if (there < 0)
		note_error(function, "physfn", there);
	return there == 1;
}

static bool has(const struct sys_root *root, const struct pci_address *address,
		const char *attribute)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(address, attribute, path);
	return sys_exists(root, path) != 0;
}

int pci_read_function(const struct sys_root *root, const struct pci_address *address,
		      struct pci_function *ret_function)
{
	struct pci_function *f = ret_function;
	int error = pci_read_identity(root, address, f);

	/* Its link is made after its attributes, and goes before them (device_add(),
	 * drivers/base/core.c). */
	if (error == -ENOENT)
		return error;
	if (error)
		note_error(f, IDENTITY, error);
	f->unidentified = error != 0;
	f->boot_vga = read_boot_vga(root, f);
	f->iommu_group = read_group(root, f);
	read_driver(root, f);
	f->virtual = is_virtual(root, f);
	f->drm = f->driver[0] && has(root, address, "drm");
	f->drm_loaded = f->drm && has(root, address, "driver/module/initstate");
	return 0;
}

int pci_read_slot(const struct sys_root *root, const struct pci_address *address,
		  struct pci_function *ret_functions)
{
	struct pci_address at = *address;
	int count = 0;

	for (at.function = 0; at.function < PCI_SLOT_FUNCTIONS; at.function++) {
		struct pci_function *function = &ret_functions[count];

		if (pci_read_function(root, &at, function) < 0)
			continue;
		function->linked = function->vendor != ret_functions[0].vendor &&
				   is_linked(root, function);
		count++;
	}
	return count;
}

/* One line of "resource": "0x... 0x... 0x...". Returns its length, or -EINVAL. */
static int parse_range(const char *line, size_t length, struct pci_range *ret_range)
{
	uint64_t values[3];
	size_t at = 0;

	for (int i = 0; i < 3; i++) {
		size_t end = at;

		while (end < length && line[end] != ' ' && line[end] != '\n')
			end++;
		if (end - at < 3 || line[at] != '0' || line[at + 1] != 'x')
			return -EINVAL;
		if (sys_parse_number(line + at + 2, end - at - 2, 16, UINT64_MAX,
				     &values[i]) < 0)
			return -EINVAL;
		at = end < length ? end + 1 : end;
	}
	ret_range->start = values[0];
	ret_range->end = values[1];
	ret_range->flags = values[2];
	return (int)at;
}

int pci_read_bars(const struct sys_root *root, const struct pci_address *address,
		  struct pci_range *ret_bars)
{
	char path[PCI_PATH_SIZE], text[RESOURCE_SIZE];
	int length, at = 0;

	pci_format_path(address, "resource", path);
	length = sys_read_file(root, path, text, sizeof(text));
	if (length < 0)
		return length;
	for (int i = 0; i < PCI_BARS; i++) {
		int used = parse_range(text + at, (size_t)(length - at), &ret_bars[i]);

		if (used < 0)
			return used;
		at += used;
	}
	return 0;
}
