// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both new files are whole and on disk before the first rename, so that neither a full
 * disk nor a power cut leaves half of one. What a run that was killed has left is removed
 * by the next one: nobody else has the lock then.
 */
#include "tool/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "tool/regular.h"

#define MAX_LINKS     40  /* as the kernel has it */
#define LOCK_TRIES    100 /* 5 seconds of */
#define LOCK_WAIT_MS  50
#define XATTRS_SIZE   4096
#define MODE_DEFAULT  0644
#define MODE_ALL_BITS 07777

/* path (PATH_MAX bytes) becomes that of what it leads to. */
static int follow(const struct sys_root *root, char *path)
{
	char target[PATH_MAX], joined[PATH_MAX];

	for (unsigned links = 0; links < MAX_LINKS; links++) {
		ssize_t length = readlinkat(root->fd, path, target, sizeof(target) - 1);
		const char *slash = strrchr(path, '/');
		int used;

		if (length < 0)
			return errno == EINVAL || errno == ENOENT ? 0 : -errno;
		target[length] = '\0';
		if (target[0] == '/')
			used = snprintf(joined, sizeof(joined), "%s",
					target + strspn(target, "/"));
		else
			used = snprintf(joined, sizeof(joined), "%.*s%s",
					slash ? (int)(slash + 1 - path) : 0, path,
					target);
		if (used < 0 || used >= PATH_MAX)
			return -ENAMETOOLONG;
		memcpy(path, joined, (size_t)used + 1);
	}
	return -ELOOP;
}

/* On the directory: the file itself is another one after each rename. */
static int lock(int directory)
{
	static const struct timespec wait = {0, LOCK_WAIT_MS * 1000000L};

	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		if (flock(directory, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return -errno;
		nanosleep(&wait, NULL);
	}
	return -EBUSY;
}

static int open_directory(const struct sys_root *root, struct replace *replace)
{
	const char *slash = strrchr(replace->path, '/');
	const char *name = slash ? slash + 1 : replace->path;
	char directory[PATH_MAX];
	int fd, error;

	/* Room for "~" behind it. */
	if (strlen(name) + 1 >= sizeof(replace->backup))
		return -ENAMETOOLONG;
	if (name[0] == '\0')
		return -EISDIR;
	strcpy(replace->name, name);
	snprintf(replace->backup, sizeof(replace->backup), "%.*s~", NAME_MAX - 1, name);
	snprintf(directory, sizeof(directory), "%.*s", (int)(name - replace->path),
		 replace->path);
	fd = openat(root->fd, directory[0] ? directory : ".",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = lock(fd);
	if (error < 0)
		close(fd);
	replace->directory = fd;
	return error;
}

int replace_open(const struct sys_root *root, const char *path,
		 struct replace *ret_replace)
{
	int error;

	memset(ret_replace, 0, sizeof(*ret_replace));
	ret_replace->about = ret_replace->name;
	snprintf(ret_replace->path, sizeof(ret_replace->path), "%s", path);
	error = follow(root, ret_replace->path);
	return error < 0 ? error : open_directory(root, ret_replace);
}

void replace_close(struct replace *replace)
{
	close(replace->directory);
	replace->directory = -1;
}

/* SELinux labels, access lists. Whoever may not set one gets what new files get. */
static void copy_attributes(int from, int to)
{
	char names[XATTRS_SIZE], value[XATTRS_SIZE];
	ssize_t length = flistxattr(from, names, sizeof(names));

	for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
		ssize_t size = fgetxattr(from, names + at, value, sizeof(value));

		if (size >= 0)
			(void)!fsetxattr(to, names + at, value, (size_t)size, 0);
	}
}

/* The mode comes last: a new owner takes bits of it away. */
static int make_like(int from, int to)
{
	struct stat status = {.st_mode = MODE_DEFAULT};

	if (from >= 0) {
		if (fstat(from, &status) < 0)
			return -errno;
		(void)!fchown(to, status.st_uid, status.st_gid);
		copy_attributes(from, to);
	}
	return fchmod(to, status.st_mode & MODE_ALL_BITS) < 0 ? -errno : 0;
}

static int write_whole(int fd, struct span text)
{
	while (text.length) {
		ssize_t written = write(fd, text.text, text.length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -ENOSPC;
		text.text += written;
		text.length -= (size_t)written;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

/* No editor's and no package manager's name. */
static void name_temporary(const char *name, char *ret_temporary)
{
	snprintf(ret_temporary, REPLACE_NAME_SIZE, ".%.*s.gpupass-new",
		 NAME_MAX - (int)sizeof("..gpupass-new"), name);
}

/* The new text of the file with that name, beside it; like is the file that it is made
 * like, or -1. */
static int prepare(const struct replace *replace, const char *name, int like,
		   struct span text)
{
	char temporary[REPLACE_NAME_SIZE];
	int fd, error;

	name_temporary(name, temporary);
	unlinkat(replace->directory, temporary, 0);
	fd = openat(replace->directory, temporary,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -errno;
	error = make_like(like, fd);
	if (error == 0)
		error = write_whole(fd, text);
	if (close(fd) < 0 && error == 0)
		error = -errno;
	return error;
}

static int place(const struct replace *replace, const char *name)
{
	char temporary[REPLACE_NAME_SIZE];

	name_temporary(name, temporary);
	return renameat(replace->directory, temporary, replace->directory, name) < 0
		       ? -errno
		       : 0;
}

static void drop(const struct replace *replace, const char *name)
{
	char temporary[REPLACE_NAME_SIZE];

	name_temporary(name, temporary);
	unlinkat(replace->directory, temporary, 0);
}

/* 0, or -ESTALE when the file has another text than old. */
static int compare(int fd, struct span old)
{
	char part[4096];
	size_t seen = 0;
	ssize_t length;

	while ((length = pread(fd, part, sizeof(part), (off_t)seen)) > 0) {
		if ((size_t)length > old.length - seen ||
		    memcmp(part, old.text + seen, (size_t)length) != 0)
			return -ESTALE;
		seen += (size_t)length;
	}
	if (length < 0)
		return -errno;
	return seen == old.length ? 0 : -ESTALE;
}

static int compare_file(const struct replace *replace, struct span old)
{
	int error, fd = regular_open(replace->directory, replace->name);

	if (fd == -ENOENT)
		return old.text ? -ESTALE : 0;
	if (fd < 0)
		return fd;
	error = old.text ? compare(fd, old) : -ESTALE;
	close(fd);
	return error;
}

static int prepare_both(struct replace *replace, int like, struct span old,
			struct span text)
{
	int error = prepare(replace, replace->name, like, text);

	if (error < 0 || !old.text)
		return error;
	replace->about = replace->backup;
	return prepare(replace, replace->backup, like, old);
}

static int place_both(struct replace *replace, struct span old)
{
	int error = 0;

	replace->about = replace->backup;
	if (old.text)
		error = place(replace, replace->backup);
	if (error < 0)
		return error;
	replace->about = replace->name;
	return place(replace, replace->name);
}

int replace_write(struct replace *replace, struct span old, struct span text)
{
	int like = -1, error;

	replace->about = replace->name;
	if (old.text) {
		like = regular_open(replace->directory, replace->name);
		if (like < 0)
			return like == -ENOENT ? -ESTALE : like;
	}
	error = prepare_both(replace, like, old, text);
	if (error == 0) {
		replace->about = replace->name;
		error = compare_file(replace, old);
	}
	if (error == 0)
		error = place_both(replace, old);
	if (like >= 0)
		close(like);
	if (error < 0) {
		drop(replace, replace->name);
		drop(replace, replace->backup);
		return error;
	}
	/* Both are in their places, whatever this says. */
	(void)!fsync(replace->directory);
	return 0;
}

const char *replace_explain(int error)
{
	switch (error) {
	case -EBUSY:
		return "another gpupass is at work on it";
	case -ESTALE:
		return "somebody else has changed it meanwhile";
	case -EPERM: /* of a rename; regular has more to say of an open */
		return strerror(EPERM);
	default:
		return regular_explain(error);
	}
}
