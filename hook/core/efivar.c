/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading, writing and deleting below efivarfs. Knows nothing of what is kept there.
 */
#include "hook/core/efivar.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* include/uapi/linux/fs.h, which not every libc comes with; the argument is an int. */
#define FS_IOC_GETFLAGS 0x80086601
#define FS_IOC_SETFLAGS 0x40086602
#define FS_IMMUTABLE_FL 0x10

#define ATTRIBUTES      7 /* non-volatile, boot services, runtime (UEFI 2.10, 8.2) */
#define ATTRIBUTES_SIZE 4
#define PATH_SIZE       (sizeof(EFIVAR_DIRECTORY) + 1 + EFIVAR_NAME_MAX)

int efivar_mount(const struct sys_root *root)
{
	int there;

	if (root->real)
		return sys_mount(root, "efivarfs", EFIVAR_DIRECTORY);
	there = sys_exists(root, EFIVAR_DIRECTORY);
	return there == 0 ? -ENOENT : there < 0 ? there : 0;
}

static void format_path(const char *name, char path[PATH_SIZE])
{
	sys_format(path, PATH_SIZE, EFIVAR_DIRECTORY "/%s", name);
}

int efivar_read(const struct sys_root *root, const char *name, void *data, size_t size)
{
	char path[PATH_SIZE], whole[ATTRIBUTES_SIZE + EFIVAR_MAX + 1];
	int length;

	format_path(name, path);
	length = sys_read_file(root, path, whole, sizeof(whole));
	if (length < 0)
		return length;
	if (length < ATTRIBUTES_SIZE)
		return -EINVAL;
	length -= ATTRIBUTES_SIZE;
	if ((size_t)length > size)
		return -EFBIG;
	memcpy(data, whole + ATTRIBUTES_SIZE, (size_t)length);
	return length;
}

/* Returns whether the flag was the other way before. Other filesystems than efivarfs have
 * none. */
static bool change_immutable(const struct sys_root *root, const char *path,
			     bool immutable)
{
	int fd = openat(root->fd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int flags = 0;
	bool change;

	if (fd < 0)
		return false;
	change = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 &&
		 !(flags & FS_IMMUTABLE_FL) == immutable;
	flags ^= FS_IMMUTABLE_FL;
	/* Where it fails, the write that follows says so. */
	if (change)
		ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
	return change;
}

static int write_once(int fd, const void *bytes, size_t length)
{
	ssize_t n;

	do {
		n = write(fd, bytes, length);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -EIO;
}

static int check(const struct sys_root *root, const char *name, const void *data,
		 size_t length)
{
	char found[EFIVAR_MAX];
	int result = efivar_read(root, name, found, sizeof(found));

	if (result < 0)
		return result;
	return (size_t)result == length && memcmp(found, data, length) == 0 ? 0 : -EIO;
}

int efivar_write(const struct sys_root *root, const char *name, const void *data,
		 size_t length)
{
	char path[PATH_SIZE], whole[ATTRIBUTES_SIZE + EFIVAR_MAX] = {ATTRIBUTES};
	bool is_new, was_immutable = false;
	int fd, error;

	if (length > EFIVAR_MAX)
		return -EFBIG;
	memcpy(whole + ATTRIBUTES_SIZE, data, length);
	format_path(name, path);
	is_new = sys_exists(root, path) == 0;
	if (!is_new)
		was_immutable = change_immutable(root, path, false);
	fd = openat(root->fd, path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	error = write_once(fd, whole, ATTRIBUTES_SIZE + length);
	close(fd);
	if (error == 0)
		error = check(root, name, data, length);
	if (error < 0 && is_new)
		efivar_delete(root, name); /* an empty name would stay */
	else if (was_immutable)
		change_immutable(root, path, true);
	return error;
}

int efivar_delete(const struct sys_root *root, const char *name)
{
	char path[PATH_SIZE];

	format_path(name, path);
	change_immutable(root, path, false);
	if (unlinkat(root->fd, path, 0) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}
