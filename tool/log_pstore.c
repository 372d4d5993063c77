/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking for dmesg files, two directories deep, and into them.
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

struct search {
	const struct sys_root *root;
	time_t since, until;
	struct log_pstore *found;
};

static void look_into(const struct search *search, const char *place, unsigned depth);

static bool is_in_time(const struct search *search, time_t time)
{
	return time + LOG_PSTORE_SLACK >= search->since &&
	       (search->until == 0 || time <= search->until + LOG_PSTORE_SLACK);
}

static void look_at(const struct search *search, const char *path, const char *name,
		    unsigned depth)
{
	struct log_pstore *found = search->found;
	struct stat status;

	if (fstatat(search->root->fd, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISDIR(status.st_mode) && depth > 0)
		look_into(search, path, depth - 1);
	if (!S_ISREG(status.st_mode) || !is_dmesg(name) ||
	    !is_in_time(search, status.st_mtime) || found->count == LOG_PSTORE_MAX)
		return;
	sys_format(found->files[found->count].path, LOG_PSTORE_PATH_SIZE, "%s", path);
	found->files[found->count++].time = status.st_mtime;
}

static void look_into(const struct search *search, const char *place, unsigned depth)
{
	char path[LOG_PSTORE_PATH_SIZE];
	int fd = openat(search->root->fd, place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.' ||
		    strlen(place) + strlen(entry->d_name) + 2 > sizeof(path))
			continue;
		sys_format(path, sizeof(path), "%s/%s", place, entry->d_name);
		look_at(search, path, entry->d_name, depth);
	}
	closedir(directory);
}

/* What the kernel says when it dies (kernel/panic.c, lib/bug.c,
 * arch/x86/kernel/dumpstack.c, kernel/watchdog.c), and where. */
static bool says_why(const char *line)
{
	static const char *const words[] = {"Kernel panic", "Oops", "BUG:", "lockup",
					    "RIP: 00"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strstr(line, words[i]))
			return true;
	}
	return false;
}

/* Each line once: a record may be there before and after systemd has moved it. */
static int collect(const char *line, void *data)
{
	struct log_pstore *found = data;
	size_t used = strlen(found->why);

	if (says_why(line) && !strstr(found->why, line) &&
	    used + strlen(line) + 2 <= sizeof(found->why))
		sys_format(found->why + used, sizeof(found->why) - used, "%s\n", line);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct log_pstore_file *one = a, *other = b;

	if (one->time != other->time)
		return one->time < other->time ? -1 : 1;
	return strcmp(one->path, other->path);
}

void log_pstore_find(const struct sys_root *root, time_t since, time_t until,
		     struct log_pstore *ret_pstore)
{
	const struct search search = {root, since, until, ret_pstore};

	memset(ret_pstore, 0, sizeof(*ret_pstore));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		look_into(&search, places[i], DEPTH);
	qsort(ret_pstore->files, ret_pstore->count, sizeof(ret_pstore->files[0]),
	      compare);
	/* The last part of a panic is the first record, and what came first the last. */
	for (unsigned i = ret_pstore->count; i-- > 0;)
		sys_each_line(root, ret_pstore->files[i].path, collect, ret_pstore);
}
