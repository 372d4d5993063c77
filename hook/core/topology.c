/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of buses, as the links in sysfs tell it: a function's device directory lies in
 * that of the bridge above it.
 */
#include "hook/core/topology.h"

#include <errno.h>
#include <string.h>

#define CONFIG_SIZE   257 /* what every function has, and one byte to see more */
#define CONFIG_PUBLIC 64  /* what everybody may read of it */
#define MAX_DEPTH     8   /* bridges below a switch's upstream port */
#define CLASS_BRIDGE  0x06
#define PCIE_UPSTREAM 5 /* Device/Port Type, PCI Express Base Specification 7.5.3.2 */
#define PCIE_ROOT     4
#define PCIE_NONE     16

/* The part of a device's link below its root bus: behind the last component such as
 * pci0000:82 (behind Intel VMD there are two). */
static const char *skip_to_root_bus(const char *target)
{
	const char *start = target, *found = target;

	while ((start = strstr(start, "/pci")) != NULL) {
		found = ++start;
		found += strcspn(found, "/");
	}
	return found;
}

/* The next component that is a PCI address; false at the end. */
static bool next_function(const char **at, struct pci_address *ret_address)
{
	while (**at) {
		size_t length;

		*at += strspn(*at, "/");
		length = strcspn(*at, "/");
		*at += length;
		if (pci_parse_address(*at - length, length, ret_address) == 0)
			return true;
	}
	return false;
}

static int read_device_link(const struct sys_root *root,
			    const struct pci_address *address, char *target)
{
	char path[PCI_PATH_SIZE], text[PCI_ADDRESS_SIZE];

	pci_format_address(address, text);
	sys_format(path, sizeof(path), PCI_DEVICES "/%s", text);
	return sys_read_link(root, path, target, SYS_LINK_SIZE);
}

static uint8_t devfn(const struct pci_address *address)
{
	return (uint8_t)(address->device << 3 | address->function);
}

int topology_find_path(const struct sys_root *root, const struct pci_address *address,
		       struct topology_path *ret_path)
{
	char target[SYS_LINK_SIZE];
	struct pci_address step;
	const char *at;
	int length = read_device_link(root, address, target);

	if (length < 0)
		return length;
	at = skip_to_root_bus(target);
	if (!next_function(&at, &ret_path->start))
		return -EINVAL;
	ret_path->count = 0;
	while (next_function(&at, &step)) {
		if (ret_path->count == TOPOLOGY_MAX_STEPS)
			return -E2BIG;
		ret_path->steps[ret_path->count++] = devfn(&step);
	}
	return 0;
}

int topology_parse_path(const char *text, size_t length, struct topology_path *ret_path)
{
	const char *slash = memchr(text, '/', length);
	size_t used = slash ? (size_t)(slash - text) : length;
	struct pci_address step;
	char full[PCI_ADDRESS_SIZE] = "0000:00:";

	memset(ret_path, 0, sizeof(*ret_path));
	if (pci_parse_address(text, used, &ret_path->start) < 0)
		return -EINVAL;
	while (used < length) {
		/* "/00.0": a step is the end of an address. */
		if (length - used < 5 || text[used] != '/' ||
		    (length - used > 5 && text[used + 5] != '/') ||
		    ret_path->count == TOPOLOGY_MAX_STEPS)
			return -EINVAL;
		memcpy(full + 8, text + used + 1, 4);
		if (pci_parse_address(full, 12, &step) < 0)
			return -EINVAL;
		ret_path->steps[ret_path->count++] = devfn(&step);
		used += 5;
	}
	return 0;
}

void topology_format_path(const struct topology_path *path, char *text)
{
	size_t used;

	pci_format_address(&path->start, text);
	used = strlen(text);
	for (unsigned i = 0; i < path->count; i++) {
		sys_format(text + used, TOPOLOGY_PATH_SIZE - used, "/%02x.%x",
			   (unsigned)path->steps[i] >> 3, (unsigned)path->steps[i] & 7);
		used += strlen(text + used);
	}
}

struct listing {
	int (*each)(const struct pci_address *address, void *data);
	void *data;
};

static int visit_name(const char *name, void *data)
{
	const struct listing *listing = data;
	struct pci_address address;

	if (pci_parse_address(name, strlen(name), &address) < 0)
		return 0;
	return listing->each(&address, listing->data);
}

int topology_each_in(const struct sys_root *root, const char *path,
		     int (*each)(const struct pci_address *address, void *data),
		     void *data)
{
	struct listing listing = {each, data};

	return sys_each_entry(root, path, visit_name, &listing);
}

int topology_each(const struct sys_root *root,
		  int (*each)(const struct pci_address *address, void *data), void *data)
{
	return topology_each_in(root, PCI_DEVICES, each, data);
}

static int each_below(const struct sys_root *root, const struct pci_address *bridge,
		      int (*each)(const struct pci_address *address, void *data),
		      void *data)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(bridge, ".", path);
	return topology_each_in(root, path, each, data);
}

struct child {
	uint8_t wanted;
	struct pci_address found;
};

static int match_child(const struct pci_address *address, void *data)
{
	struct child *child = data;

	if (devfn(address) != child->wanted)
		return 0;
	child->found = *address;
	return 1;
}

int topology_follow_path(const struct sys_root *root, const struct topology_path *path,
			 struct pci_address *ret_address)
{
	char start[PCI_PATH_SIZE];

	*ret_address = path->start;
	pci_format_path(&path->start, ".", start);
	if (sys_exists(root, start) != 1)
		return -ENODEV;
	for (unsigned i = 0; i < path->count; i++) {
		struct child child = {.wanted = path->steps[i]};

		if (each_below(root, ret_address, match_child, &child) != 1)
			return -ENOENT;
		*ret_address = child.found;
	}
	return 0;
}

/* Device/Port Type of a function, from the capability with ID 0x10; PCIE_NONE when it has
 * none, or when only root may see it: whoever is not may list, and takes nothing. */
static int read_port_type(const struct sys_root *root, const struct pci_address *address)
{
	char path[PCI_PATH_SIZE], bytes[CONFIG_SIZE];
	const unsigned char *config;
	unsigned at, left = 48;
	int length;

	pci_format_path(address, "config", path);
	length = sys_read_file(root, path, bytes, sizeof(bytes));
	/* An endpoint's is longer than 256 bytes; those are in bytes all the same. */
	if (length == -EFBIG)
		length = CONFIG_SIZE;
	config = (const unsigned char *)bytes;
	if (length == -EACCES || length == CONFIG_PUBLIC)
		return PCIE_NONE;
	if (length < 256)
		return length < 0 ? length : -EINVAL;
	if (!(config[6] & 0x10))
		return PCIE_NONE;
	for (at = config[0x34] & 0xfc; at >= 0x40 && left;
	     at = config[at + 1] & 0xfc, left--) {
		if (config[at] == 0x10)
			return config[at + 2] >> 4;
	}
	return PCIE_NONE;
}

static void note_unknown(struct topology_near *near, const struct pci_address *bridge,
			 const char *attribute, int error)
{
	near->error = -error;
	near->unknown = *bridge;
	near->unreadable = attribute;
}

/* Looks at one bridge; true when the search is over. */
static bool is_end(const struct sys_root *root, const struct pci_address *bridge,
		   struct topology_near *near)
{
	int type = read_port_type(root, bridge);
	struct pci_function port;

	if (type < 0)
		note_unknown(near, bridge, "config", type);
	if (type == PCIE_UPSTREAM && pci_read_function(root, bridge, &port) == 0) {
		near->has_port = true;
		near->port = *bridge;
		near->port_vendor = port.vendor;
		if (port.unidentified)
			note_unknown(near, bridge, port.unreadable, -port.error);
	}
	return type < 0 || type == PCIE_UPSTREAM || type == PCIE_ROOT;
}

/* The nearest upstream port above address. A bridge on a root bus is none. */
static void find_port(const struct sys_root *root, const struct pci_address *address,
		      struct topology_near *near)
{
	struct pci_address above[TOPOLOGY_MAX_STEPS + 1], next;
	const unsigned most = sizeof(above) / sizeof(above[0]);
	char target[SYS_LINK_SIZE];
	unsigned count = 0;
	const char *at;

	if (read_device_link(root, address, target) < 0)
		return;
	at = skip_to_root_bus(target);
	while (next_function(&at, &next)) {
		if (count == most)
			memmove(above, above + 1, --count * sizeof(above[0]));
		above[count++] = next;
	}
	/* The last one is address itself. */
	for (unsigned i = count ? count - 1 : 0; i-- > 1;) {
		if (is_end(root, &above[i], near))
			return;
	}
}

struct gathering {
	const struct sys_root *root;
	struct topology_near *near;
	unsigned depth;
};

static bool is_known(const struct topology_near *near, const struct pci_address *address)
{
	for (unsigned i = 0; i < near->count; i++) {
		if (pci_same_address(&near->functions[i].address, address))
			return true;
	}
	return false;
}

/* An endpoint is kept, a bridge is gone into. */
static int gather(const struct pci_address *address, void *data)
{
	struct gathering *gathering = data;
	struct topology_near *near = gathering->near;
	struct pci_function function;

	if (is_known(near, address) ||
	    pci_read_function(gathering->root, address, &function) < 0)
		return 0;
	if (function.class_code >> 16 == CLASS_BRIDGE) {
		if (gathering->depth == MAX_DEPTH) {
			near->overflow = true;
			return 0;
		}
		gathering->depth++;
		each_below(gathering->root, address, gather, gathering);
		gathering->depth--;
		return 0;
	}
	if (near->count == TOPOLOGY_MAX_NEAR) {
		near->overflow = true;
		return 1;
	}
	near->functions[near->count++] = function;
	return 0;
}

void topology_sort(struct pci_function *functions, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		struct pci_function moving = functions[i];
		unsigned k = i;

		for (;
		     k > 0 && pci_compare(&moving.address, &functions[k - 1].address) < 0;
		     k--)
			functions[k] = functions[k - 1];
		functions[k] = moving;
	}
}

int topology_read_near(const struct sys_root *root, const struct pci_address *address,
		       bool with_switch, struct topology_near *ret_near)
{
	struct gathering gathering = {root, ret_near, 0};
	unsigned slot;

	memset(ret_near, 0, sizeof(*ret_near));
	ret_near->count = (unsigned)pci_read_slot(root, address, ret_near->functions);
	slot = ret_near->count;
	if (!with_switch || slot == 0)
		return (int)slot;
	find_port(root, &ret_near->functions[0].address, ret_near);
	if (ret_near->has_port)
		each_below(root, &ret_near->port, gather, &gathering);
	topology_sort(ret_near->functions + slot, ret_near->count - slot);
	return (int)ret_near->count;
}
