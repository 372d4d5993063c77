// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Looks at what was opened, not at the path: the two may differ.
 */
#include "tool/regular.h"

#include <errno.h>
#include <fcntl.h>
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

const char *regular_explain(int error)
{
	return error == -EINVAL ? "not a regular file" : strerror(-error);
}
