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
#include "tool/filesystems.h"
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

static int add_mount(struct keep *keep, const char *path, const struct mount *mount)
{
	char number[32], reason[PATH_MAX];
	int count;

	sys_format(number, sizeof(number), "%u:%u", mount->major, mount->minor);
	count = mount->major ? blocks_add(keep->root, number, &keep->list)
			     : filesystems_add(keep->root, mount, &keep->list);
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

bool keep_is_known(const struct sys_root *root)
{
	struct mount mount;

	return !is_chroot(root) && mounts_find(root, "", &mount) != -ENOENT;
}

static int collect(struct keep *keep)
{
	static const char *const paths[] = {"usr", "boot", "boot/efi", "efi"};
	struct mount mount;
	int error;

	if (!keep_is_known(keep->root)) {
		note(keep, "", "not known, in a chroot or without proc/self/mountinfo");
		return 0;
	}
	error = mounts_find(keep->root, "", &mount);
	if (error < 0)
		return error;
	keep->root_id = mount.id;
	error = add_mount(keep, "", &mount);
	for (unsigned i = 0; error == 0 && i < sizeof(paths) / sizeof(paths[0]); i++)
		error = add_path(keep, paths[i]);
	return error < 0 ? error : add_swaps(keep);
}

static int compare(const void *left, const void *right)
{
	const struct pci_address *a = left, *b = right;
	const unsigned numbers[][2] = {{a->domain, b->domain},
				       {a->bus, b->bus},
				       {a->device, b->device},
				       {a->function, b->function}};

	for (unsigned i = 0; i < 4; i++) {
		if (numbers[i][0] != numbers[i][1])
			return numbers[i][0] < numbers[i][1] ? -1 : 1;
	}
	return 0;
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
	qsort(keep.list.addresses, keep.list.count, sizeof(keep.list.addresses[0]),
	      compare);
	sys_format(buffer, size, "%s%s", intro, keep.notes);
	for (unsigned i = 0; i < keep.list.count; i++) {
		length = strlen(buffer);
		pci_format_address(&keep.list.addresses[i], address);
		sys_format(buffer + length, size - length, "%s\n", address);
	}
	length = strlen(buffer);
	return length + 1 < size ? (int)length : -E2BIG;
}

void keep_read(const struct sys_root *root, struct image_keep *ret_keep)
{
	char text[IMAGE_LIST_SIZE];
	unsigned line;
	int length = keep_is_known(root) ? keep_format(root, text, sizeof(text)) : 0;

	ret_keep->count = 0;
	if (length > 0 && image_parse_keep(text, (size_t)length, ret_keep, &line) < 0)
		ret_keep->count = 0;
}

const char *keep_explain(int error)
{
	if (error == -E2BIG)
		return "more PCI functions than a keep list holds";
	if (error == -ELOOP)
		return "block devices upon block devices without end";
	return strerror(-error);
}
