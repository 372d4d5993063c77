// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files into an image's tree. Knows nothing of what they are for.
 */
#include "tool/tree.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/regular.h"

static int make_directories(int into, const char *path)
{
	char directory[PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path), path);
		if (mkdirat(into, directory, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* Whatever the umask is: the boot's user is root, but people look into images too. */
static int create(int into, const char *path, mode_t mode)
{
	int error = make_directories(into, path);
	int fd;

	if (error < 0)
		return error;
	fd = openat(into, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* Half a file looks like a whole one to whoever looks into the image. */
static int finish(int into, const char *path, int fd, int error)
{
	close(fd);
	if (error < 0)
		unlinkat(into, path, 0);
	return error;
}

int tree_write(int into, const char *path, const char *text, size_t length)
{
	int fd = create(into, path, 0644);
	ssize_t written;
	int error = 0;

	if (fd < 0)
		return fd;
	written = write(fd, text, length);
	if (written < 0)
		error = -errno;
	else if ((size_t)written != length)
		error = -ENOSPC;
	return finish(into, path, fd, error);
}

static int archive_error(struct archive *archive)
{
	int error = archive_errno(archive);

	return error > 0 ? -error : -EIO;
}

/* libarchive's raw format has one entry: the file as its filters leave it. */
static int copy_raw(struct archive *archive, int from, int fd)
{
	struct archive_entry *entry;

	if (archive_read_support_format_raw(archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(archive) != ARCHIVE_OK ||
	    archive_read_open_fd(archive, from, 64 * 1024) != ARCHIVE_OK)
		return archive_error(archive);
	switch (archive_read_next_header(archive, &entry)) {
	case ARCHIVE_EOF:
		return 0;
	case ARCHIVE_OK:
		break;
	default:
		return archive_error(archive);
	}
	if (archive_read_data_into_fd(archive, fd) != ARCHIVE_OK)
		return archive_error(archive);
	return 0;
}

static int copy(int fd, const char *source, bool uncompress)
{
	int from = regular_open_trusted(AT_FDCWD, source);
	struct archive *archive;
	int error = 0;

	if (from < 0)
		return from;
	archive = archive_read_new();
	if (!archive)
		error = -ENOMEM;
	/* A filter that libarchive lacks is a warning here, and seen in the result. */
	if (error == 0 && uncompress &&
	    archive_read_support_filter_all(archive) < ARCHIVE_WARN)
		error = archive_error(archive);
	if (error == 0)
		error = copy_raw(archive, from, fd);
	archive_read_free(archive);
	close(from);
	return error;
}

int tree_copy(int into, const char *path, mode_t mode, const char *source)
{
	int fd = create(into, path, mode);

	if (fd < 0)
		return fd;
	return finish(into, path, fd, copy(fd, source, false));
}

int tree_copy_module(int into, const char *path, const char *source)
{
	static const char elf[4] = {0x7f, 'E', 'L', 'F'};
	int fd = create(into, path, 0644);
	char start[sizeof(elf)];
	int error;

	if (fd < 0)
		return fd;
	error = copy(fd, source, true);
	if (error == 0 && (pread(fd, start, sizeof(start), 0) != (ssize_t)sizeof(start) ||
			   memcmp(start, elf, sizeof(elf)) != 0))
		error = -ENOEXEC;
	return finish(into, path, fd, error);
}
