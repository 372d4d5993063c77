// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host runs from: paths and swap to filesystems, filesystems to block devices;
 * blocks knows the way from there. What cannot be followed is said in a comment, because
 * an empty list would look like a host without disks.
 */
#include "tool/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/blocks.h"
#include "tool/mounts.h"

struct keep {
	const struct sys_root *root;
	struct image_keep list;
	unsigned root_id; /* of the mount at the root */
	char notes[IMAGE_LIST_SIZE / 2];
};

static const char intro[] =
	"# PCI functions that the host runs from. gpupass never touches them.\n";

static void note(struct keep *keep, const char *path, const char *reason)
{
	size_t used = strlen(keep->notes);
	char *text = keep->notes + used;

	sys_format(text, sizeof(keep->notes) - used, "# /%s: %s\n", path, reason);
	/* One line of comment, whatever bytes a path or a source has. */
	for (; *text && text[1]; text++) {
		if (*text < ' ')
			*text = '?';
	}
	if (*text)
		*text = '\n';
}

static int add_member(const struct sys_root *root, const char *directory,
		      const char *name, void *data)
{
	char path[PATH_MAX], number[32];
	struct keep *keep = data;

	sys_format(path, sizeof(path), "%s/%s/dev", directory, name);
	if (sys_read_attribute(root, path, number, sizeof(number)) < 0)
		return 0;
	return blocks_add(root, number, &keep->list);
}

/* A filesystem of sys/fs/btrfs, if the device data->name is one of its own. */
struct btrfs {
	struct keep *keep;
	char name[BLOCKS_NAME_SIZE]; /* empty: each filesystem */
};

static int add_btrfs(const struct sys_root *root, const char *directory, const char *name,
		     void *data)
{
	struct btrfs *wanted = data;
	char path[PATH_MAX];

	sys_format(path, sizeof(path), "%s/%s/devices/%s", directory, name, wanted->name);
	if (sys_exists(root, path) != 1)
		return 0;
	sys_format(path, sizeof(path), "%s/%s/devices", directory, name);
	return blocks_each_entry(root, path, add_member, wanted->keep);
}

/* The kernel names one device of a btrfs; that may be one that sysfs does not know
 * (/dev/root), and then every btrfs counts. */
static int add_each_btrfs(struct keep *keep, const char *source)
{
	struct btrfs wanted = {.keep = keep};
	int count = 0;

	if (blocks_name(keep->root, source, wanted.name) == 0)
		count = blocks_each_entry(keep->root, "sys/fs/btrfs", add_btrfs, &wanted);
	if (count != 0)
		return count;
	wanted.name[0] = '\0';
	return blocks_each_entry(keep->root, "sys/fs/btrfs", add_btrfs, &wanted);
}

/* ZFS has no sysfs; udev's database knows the members of its pools. */
static int add_zfs_member(const struct sys_root *root, const char *directory,
			  const char *name, void *data)
{
	struct keep *keep = data;
	char path[PATH_MAX], *line = NULL;
	size_t size = 0;
	bool member = false;
	FILE *file;

	if (name[0] != 'b')
		return 0;
	sys_format(path, sizeof(path), "%s/%s", directory, name);
	file = mounts_open(root, path);
	while (file && getline(&line, &size, file) >= 0)
		member |= strcmp(line, "E:ID_FS_TYPE=zfs_member\n") == 0;
	free(line);
	if (file)
		fclose(file);
	return member ? blocks_add(root, name + 1, &keep->list) : 0;
}

/* A filesystem without a device of its own: its source may name some ("/dev/sda:/dev/sdb"
 * as bcachefs has it). */
static int add_sources(struct keep *keep, const struct mount *mount)
{
	char text[PATH_MAX], *rest = text, *source;
	int sum = 0;

	if (strcmp(mount->type, "zfs") == 0)
		return blocks_each_entry(keep->root, "run/udev/data", add_zfs_member,
					 keep);
	sys_format(text, sizeof(text), "%s", mount->source);
	while (sum >= 0 && (source = strsep(&rest, ":")) != NULL) {
		int count = 0;

		if (source[0] != '/')
			continue;
		if (strcmp(mount->type, "btrfs") == 0)
			count = add_each_btrfs(keep, source + 1);
		else if (strncmp(source + 1, "dev/", 4) == 0)
			count = blocks_add_node(keep->root, source + 1, &keep->list);
		sum = count < 0 ? count : sum + count;
	}
	return sum;
}

static int add_mount(struct keep *keep, const char *path, const struct mount *mount)
{
	char number[32], reason[PATH_MAX];
	int count;

	sys_format(number, sizeof(number), "%u:%u", mount->major, mount->minor);
	count = mount->major ? blocks_add(keep->root, number, &keep->list)
			     : add_sources(keep, mount);
	if (count == 0) {
		sys_format(reason, sizeof(reason),
			   "no PCI function is known behind %s (%s)", mount->source,
			   mount->type);
		note(keep, path, reason);
	}
	return count < 0 ? count : 0;
}

static int add_path(struct keep *keep, const char *path)
{
	struct mount mount;
	int error = mounts_find(keep->root, path, &mount);

	/* Most paths are no filesystem of their own. */
	if (error == 0 && mount.id == keep->root_id)
		return 0;
	return error < 0 ? error : add_mount(keep, path, &mount);
}

/* "/dev/dm-1 partition 975868 0 -2", or a file of some filesystem. */
static int add_swap(struct keep *keep, const char *line)
{
	char name[PATH_MAX], type[32];
	int count;

	if (sscanf(line, "%4095s %31s", name, type) != 2 || name[0] != '/')
		return 0;
	mounts_unescape(name);
	if (strcmp(type, "partition") != 0)
		return add_path(keep, name + 1);
	count = blocks_add_node(keep->root, name + 1, &keep->list);
	if (count == 0)
		note(keep, name + 1, "swap, and no PCI function is known behind it");
	return count < 0 ? count : 0;
}

static int add_swaps(struct keep *keep)
{
	FILE *file = mounts_open(keep->root, "proc/swaps");
	char *line = NULL;
	size_t size = 0;
	int error = 0;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (error == 0 && getline(&line, &size, file) >= 0)
		error = add_swap(keep, line);
	free(line);
	fclose(file);
	return error;
}

/* In a chroot the mounts and swaps are those of another host. */
static bool is_chroot(const struct sys_root *root)
{
	struct stat own, first;

	return root->real && fstat(root->fd, &own) == 0 &&
	       fstatat(root->fd, "proc/1/root", &first, 0) == 0 &&
	       (own.st_dev != first.st_dev || own.st_ino != first.st_ino);
}

static int collect(struct keep *keep)
{
	static const char *const paths[] = {"usr", "boot", "boot/efi", "efi"};
	struct mount mount;
	int error = mounts_find(keep->root, "", &mount);

	if (is_chroot(keep->root) || error == -ENOENT) {
		note(keep, "", "not known, in a chroot or without proc/self/mountinfo");
		return 0;
	}
	keep->root_id = mount.id;
	if (error == 0)
		error = add_mount(keep, "", &mount);
	for (unsigned i = 0; error == 0 && i < sizeof(paths) / sizeof(paths[0]); i++)
		error = add_path(keep, paths[i]);
	return error < 0 ? error : add_swaps(keep);
}

int keep_format(const struct sys_root *root, char *buffer, size_t size)
{
	static struct keep keep;
	char address[PCI_ADDRESS_SIZE];
	size_t length;
	int error;

	memset(&keep, 0, sizeof(keep));
	keep.root = root;
	error = collect(&keep);
	if (error < 0)
		return error;
	sys_format(buffer, size, "%s%s", intro, keep.notes);
	for (unsigned i = 0; i < keep.list.count; i++) {
		length = strlen(buffer);
		pci_format_address(&keep.list.addresses[i], address);
		sys_format(buffer + length, size - length, "%s\n", address);
	}
	length = strlen(buffer);
	return length + 1 < size ? (int)length : -E2BIG;
}
