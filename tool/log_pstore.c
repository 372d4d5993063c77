/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for dmesg files, two directories deep. Reads their ends.
 */
#include "tool/log_pstore.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH 2 /* systemd makes a directory for each crash */

static const char *const places[] = {"sys/fs/pstore", "var/lib/systemd/pstore"};

static bool is_dmesg(const char *name)
{
	return strncmp(name, "dmesg", strlen("dmesg")) == 0;
}

static void look_into(const struct sys_root *root, const char *place, time_t since,
		      unsigned depth, struct log_pstore *pstore);

static void look_at(const struct sys_root *root, const char *path, const char *name,
		    time_t since, unsigned depth, struct log_pstore *pstore)
{
	struct stat status;

	if (fstatat(root->fd, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISDIR(status.st_mode) && depth > 0)
		look_into(root, path, since, depth - 1, pstore);
	if (S_ISREG(status.st_mode) && is_dmesg(name) && status.st_mtime >= since &&
	    pstore->count < LOG_PSTORE_MAX)
		sys_format(pstore->paths[pstore->count++], LOG_PSTORE_PATH_SIZE, "%s",
			   path);
}

static void look_into(const struct sys_root *root, const char *place, time_t since,
		      unsigned depth, struct log_pstore *pstore)
{
	char path[LOG_PSTORE_PATH_SIZE];
	int fd = openat(root->fd, place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.' ||
		    strlen(place) + strlen(entry->d_name) + 2 > sizeof(path))
			continue;
		sys_format(path, sizeof(path), "%s/%s", place, entry->d_name);
		look_at(root, path, entry->d_name, since, depth, pstore);
	}
	closedir(directory);
}

/* Records come in parts, the last words in the first: "Panic#1 Part1". A file that
 * systemd put together has them at its end. */
static bool is_last_part(const struct sys_root *root, const char *path)
{
	char head[64];
	int fd = openat(root->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, head, sizeof(head) - 1);

	if (fd >= 0)
		close(fd);
	if (strcmp(strrchr(path, '/'), "/dmesg.txt") == 0)
		return true;
	if (length <= 0)
		return false;
	head[length] = '\0';
	head[strcspn(head, "\n")] = '\0';
	return strstr(head, "Part1") != NULL && strstr(head, "Part1")[5] == '\0';
}

/* The last bytes of the file, from the start of a line on. */
static void read_tail(const struct sys_root *root, const char *path, char *tail)
{
	int fd = openat(root->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t from =
		size > LOG_PSTORE_TAIL_SIZE - 1 ? size - (LOG_PSTORE_TAIL_SIZE - 1) : 0;
	ssize_t length = size < 0 ? -1 : pread(fd, tail, LOG_PSTORE_TAIL_SIZE - 1, from);
	char *start;

	if (fd >= 0)
		close(fd);
	tail[length > 0 ? length : 0] = '\0';
	start = from > 0 ? strchr(tail, '\n') : NULL;
	if (start)
		memmove(tail, start + 1, strlen(start + 1) + 1);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

void log_pstore_find(const struct sys_root *root, time_t since,
		     struct log_pstore *ret_pstore)
{
	memset(ret_pstore, 0, sizeof(*ret_pstore));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		look_into(root, places[i], since, DEPTH, ret_pstore);
	qsort(ret_pstore->paths, ret_pstore->count, sizeof(ret_pstore->paths[0]),
	      compare);
	for (unsigned i = ret_pstore->count; i-- > 0;) {
		if (!is_last_part(root, ret_pstore->paths[i]))
			continue;
		read_tail(root, ret_pstore->paths[i], ret_pstore->tail);
		return;
	}
}
