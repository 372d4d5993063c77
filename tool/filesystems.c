// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filesystems of several devices. Each tells in its own way which they are; where the
 * root's own cannot be told from others, all of that kind count.
 */
#include "tool/filesystems.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/blocks.h"

#define UDEV "run/udev/data"

static int add_member(const struct sys_root *root, const char *directory,
		      const char *name, void *data)
{
	char path[PATH_MAX], number[32];
	struct image_keep *keep = data;

	sys_format(path, sizeof(path), "%s/%s/dev", directory, name);
	if (sys_read_attribute(root, path, number, sizeof(number)) < 0)
		return 0;
	return blocks_add(root, number, keep);
}

/* A filesystem of sys/fs/btrfs, if the device data->name is one of its own. */
struct btrfs {
	struct image_keep *keep;
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
static int add_each_btrfs(const struct sys_root *root, const char *source,
			  struct image_keep *keep)
{
	struct btrfs wanted = {.keep = keep};
	int count = 0;

	if (blocks_name(root, source, wanted.name) == 0)
		count = blocks_each_entry(root, "sys/fs/btrfs", add_btrfs, &wanted);
	if (count != 0)
		return count;
	wanted.name[0] = '\0';
	return blocks_each_entry(root, "sys/fs/btrfs", add_btrfs, &wanted);
}

/* What udev's database says of one block device. */
struct zfs {
	struct image_keep *keep;
	char pool[NAME_MAX + 1]; /* empty: any */
};

static bool is_zfs_member(FILE *file, const char *pool)
{
	char *line = NULL, label[NAME_MAX + 32];
	size_t size = 0;
	bool member = false, named = pool[0] == '\0';

	sys_format(label, sizeof(label), "E:ID_FS_LABEL=%s\n", pool);
	while (getline(&line, &size, file) >= 0) {
		member |= strcmp(line, "E:ID_FS_TYPE=zfs_member\n") == 0;
		named |= strcmp(line, label) == 0;
	}
	free(line);
	return member && named;
}

static int add_zfs_member(const struct sys_root *root, const char *directory,
			  const char *name, void *data)
{
	struct zfs *wanted = data;
	char path[PATH_MAX];
	bool member;
	FILE *file;

	if (name[0] != 'b')
		return 0;
	sys_format(path, sizeof(path), "%s/%s", directory, name);
	file = mounts_open(root, path);
	if (!file)
		return 0;
	member = is_zfs_member(file, wanted->pool);
	fclose(file);
	return member ? blocks_add(root, name + 1, wanted->keep) : 0;
}

/* ZFS has no sysfs; udev's database knows the members of "POOL/DATASET", or at least
 * those of all pools. */
static int add_zfs(const struct sys_root *root, const char *source,
		   struct image_keep *keep)
{
	struct zfs wanted = {.keep = keep};
	int count;

	sys_format(wanted.pool, sizeof(wanted.pool), "%.*s", (int)strcspn(source, "/"),
		   source);
	count = blocks_each_entry(root, UDEV, add_zfs_member, &wanted);
	if (count != 0)
		return count;
	wanted.pool[0] = '\0';
	return blocks_each_entry(root, UDEV, add_zfs_member, &wanted);
}

int filesystems_add(const struct sys_root *root, const struct mount *mount,
		    struct image_keep *keep)
{
	char text[PATH_MAX], *rest = text, *source;
	int sum = 0;

	if (strcmp(mount->type, "zfs") == 0)
		return add_zfs(root, mount->source, keep);
	sys_format(text, sizeof(text), "%s", mount->source);
	while (sum >= 0 && (source = strsep(&rest, ":")) != NULL) {
		int count = 0;

		if (source[0] != '/')
			continue;
		if (strcmp(mount->type, "btrfs") == 0)
			count = add_each_btrfs(root, source + 1, keep);
		else if (strncmp(source + 1, "dev/", 4) == 0)
			count = blocks_add_node(root, source + 1, keep);
		sum = count < 0 ? count : sum + count;
	}
	return sum;
}
