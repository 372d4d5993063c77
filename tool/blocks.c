// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Follows block devices down to PCI (Documentation/ABI/testing/sysfs-block).
 */
#include "tool/blocks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define MAX_LAYERS 16 /* LUKS on LVM on RAID on partitions is 4 */

struct walk {
	struct image_keep *keep;
	unsigned layer;
};

static int add_number(const struct sys_root *root, const char *number, struct walk *walk);

int blocks_each_entry(const struct sys_root *root, const char *directory,
		      int (*each)(const struct sys_root *root, const char *directory,
				  const char *name, void *data),
		      void *data)
{
	int fd = openat(root->fd, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int result, sum = 0;

	if (!entries) {
		result = -errno;
		if (fd >= 0)
			close(fd);
		return result == -ENOENT || result == -ENOTDIR ? 0 : result;
	}
	while (sum >= 0 && (entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		result = each(root, directory, entry->d_name, data);
		sum = result < 0 ? result : sum + result;
	}
	closedir(entries);
	return sum;
}

/* A function that sysfs does not describe is kept. */
static bool is_bridge(const struct sys_root *root, const struct pci_address *address)
{
	char path[PCI_PATH_SIZE], class[16];

	pci_format_path(address, "class", path);
	return sys_read_attribute(root, path, class, sizeof(class)) >= 0 &&
	       strncmp(class, "0x0604", 6) == 0;
}

static int add_function(const struct sys_root *root, const struct pci_address *address,
			struct image_keep *keep)
{
	if (is_bridge(root, address))
		return 0;
	for (unsigned i = 0; i < keep->count; i++) {
		if (pci_same_address(&keep->addresses[i], address))
			return 1;
	}
	if (keep->count == IMAGE_MAX_KEEP)
		return -E2BIG;
	keep->addresses[keep->count++] = *address;
	return 1;
}

/* Every component of a sysfs path that is a PCI address. */
static int add_path(const struct sys_root *root, const char *path,
		    struct image_keep *keep)
{
	struct pci_address address;
	int count = 0;

	while (*path) {
		size_t length = strcspn(path, "/");

		if (pci_parse_address(path, length, &address) == 0) {
			int result = add_function(root, &address, keep);

			if (result < 0)
				return result;
			count += result;
		}
		path += length;
		path += *path == '/';
	}
	return count;
}

static int add_link(const struct sys_root *root, const char *path, struct walk *walk)
{
	char target[PATH_MAX];
	int length = sys_read_link(root, path, target, sizeof(target));

	if (length == -ENOENT || length == -EINVAL)
		return 0;
	return length < 0 ? length : add_path(root, target, walk->keep);
}

static int add_slave(const struct sys_root *root, const char *directory, const char *name,
		     void *data)
{
	char path[PATH_MAX], number[32];

	sys_format(path, sizeof(path), "%s/%s/dev", directory, name);
	if (sys_read_attribute(root, path, number, sizeof(number)) < 0)
		return 0;
	return add_number(root, number, data);
}

/* The controllers of an NVMe subsystem: with native multipath the disk itself is a
 * virtual device, and they are links beside it. */
static int add_controller(const struct sys_root *root, const char *directory,
			  const char *name, void *data)
{
	char path[PATH_MAX];

	if (strncmp(name, "nvme", 4) != 0)
		return 0;
	sys_format(path, sizeof(path), "%s/%s", directory, name);
	return add_link(root, path, data);
}

/* What lies under a disk: its slaves, or its subsystem's controllers. */
static int add_below(const struct sys_root *root, const char *disk, struct walk *walk)
{
	char path[PATH_MAX];
	int slaves, controllers;

	sys_format(path, sizeof(path), "%s/slaves", disk);
	slaves = blocks_each_entry(root, path, add_slave, walk);
	if (slaves < 0)
		return slaves;
	sys_format(path, sizeof(path), "%s/device", disk);
	controllers = blocks_each_entry(root, path, add_controller, walk);
	return controllers < 0 ? controllers : slaves + controllers;
}

static int add_number(const struct sys_root *root, const char *number, struct walk *walk)
{
	char path[PATH_MAX], disk[PATH_MAX];
	int own, below;

	if (walk->layer == MAX_LAYERS)
		return -ELOOP;
	walk->layer++;
	sys_format(path, sizeof(path), "sys/dev/block/%s", number);
	own = add_link(root, path, walk);
	sys_format(disk, sizeof(disk), "%s/partition", path);
	/* The disk of a partition is the directory above what the link names. */
	sys_format(disk, sizeof(disk), "%s%s", path,
		   sys_exists(root, disk) == 1 ? "/.." : "");
	below = own < 0 ? own : add_below(root, disk, walk);
	walk->layer--;
	return below < 0 ? below : own + below;
}

int blocks_add(const struct sys_root *root, const char *number, struct image_keep *keep)
{
	struct walk walk = {.keep = keep};

	return add_number(root, number, &walk);
}

int blocks_name(const struct sys_root *root, const char *path, char *ret_name)
{
	int length = sys_read_link_name(root, path, ret_name, BLOCKS_NAME_SIZE);
	const char *name = strrchr(path, '/');

	if (length >= 0)
		return 0;
	name = name ? name + 1 : path;
	if (length != -EINVAL && length != -ENOENT)
		return length;
	if (strlen(name) >= BLOCKS_NAME_SIZE)
		return -ENAMETOOLONG;
	strcpy(ret_name, name);
	return 0;
}

int blocks_add_node(const struct sys_root *root, const char *path,
		    struct image_keep *keep)
{
	char name[BLOCKS_NAME_SIZE], attribute[PATH_MAX], number[32];
	int error = blocks_name(root, path, name);

	if (error < 0)
		return error;
	sys_format(attribute, sizeof(attribute), "sys/class/block/%s/dev", name);
	if (sys_read_attribute(root, attribute, number, sizeof(number)) < 0)
		return 0;
	return blocks_add(root, number, keep);
}
