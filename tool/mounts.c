// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads proc/self/mountinfo. Mounts nothing.
 */
#include "tool/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORD      "%4095s" /* of PATH_MAX bytes */
#define TYPE_WORD "%63s"

FILE *mounts_open(const struct sys_root *root, const char *path)
{
	int fd = openat(root->fd, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

void mounts_unescape(char *text)
{
	char *to = text;

	for (; *text; text++, to++) {
		unsigned value;

		*to = *text;
		if (text[0] == '\\' && sscanf(text + 1, "%3o", &value) == 1 &&
		    value < 256) {
			*to = (char)value;
			text += 3;
		}
	}
	*to = '\0';
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": the point, and the
 * rest of what is wanted. */
static bool parse_line(const char *line, char *ret_point, struct mount *ret_mount)
{
	const char *rest = strstr(line, " - ");

	if (!rest ||
	    sscanf(line, "%u %*u %u:%u %*s " WORD, &ret_mount->id, &ret_mount->major,
		   &ret_mount->minor, ret_point) != 4 ||
	    sscanf(rest, " - " TYPE_WORD " " WORD, ret_mount->type, ret_mount->source) !=
		    2)
		return false;
	mounts_unescape(ret_point);
	mounts_unescape(ret_mount->source);
	return ret_point[0] == '/';
}

/* Both without their leading slash. */
static bool is_below(const char *path, const char *point)
{
	size_t length = strlen(point);

	return length == 0 || (strncmp(path, point, length) == 0 &&
			       (path[length] == '\0' || path[length] == '/'));
}

int mounts_find(const struct sys_root *root, const char *path, struct mount *ret_mount)
{
	FILE *file = mounts_open(root, "proc/self/mountinfo");
	char *line = NULL, point[PATH_MAX];
	size_t size = 0, longest = 0;
	struct mount mount;
	int result = -ENOENT;

	if (!file)
		return -errno;
	while (getline(&line, &size, file) >= 0) {
		/* A later mount hides an earlier one; autofs only waits for one. */
		if (!parse_line(line, point, &mount) || !is_below(path, point + 1) ||
		    strlen(point) < longest || strcmp(mount.type, "autofs") == 0)
			continue;
		longest = strlen(point);
		*ret_mount = mount;
		result = 0;
	}
	free(line);
	fclose(file);
	return result;
}
