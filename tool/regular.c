// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks at what was opened, not at the path: the two may differ.
 */
#include "tool/regular.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int regular_open(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	int error = 0;

	if (fd < 0)
		return errno == ENXIO ? -EINVAL : -errno; /* a socket */
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
	if (error < 0)
		close(fd);
	return error < 0 ? error : fd;
}

/* With an access list the group's bits are the most that anybody in it has. */
static bool others_can_write(const struct stat *status)
{
	return (status->st_uid != 0 && status->st_uid != geteuid()) ||
	       (status->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

int regular_open_trusted(int at, const char *path)
{
	int fd = regular_open(at, path);
	struct stat status;
	int error = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (others_can_write(&status))
		error = -EPERM;
	if (error < 0)
		close(fd);
	return error < 0 ? error : fd;
}

int regular_read(int at, const char *path, char *buffer, size_t size)
{
	int fd = regular_open(at, path), error = 0;
	size_t length = 0;
	ssize_t part = 1;

	if (fd < 0)
		return fd;
	while (error == 0 && part != 0 && length < size) {
		part = read(fd, buffer + length, size - length);
		if (part < 0)
			error = errno == EINTR ? 0 : -errno;
		else
			length += (size_t)part;
	}
	close(fd);
	if (error < 0 || length == size)
		return error < 0 ? error : -EFBIG;
	buffer[length] = '\0';
	return (int)length;
}

const char *regular_explain(int error)
{
	switch (error) {
	case -EINVAL:
		return "not a regular file";
	case -EPERM:
		return "others than root may write to it, so it goes into no image; look at it, "
		       "then: chown root:root, chmod go-w";
	default:
		return strerror(-error);
	}
}
