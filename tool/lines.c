/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads with getline(3): a line is as long as it is.
 */
#include "tool/lines.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/regular.h"

static int read_lines(FILE *file, const char *path, lines_visit visit, void *data)
{
	struct lines_place place = {.line = 0};
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int result = 0;

	snprintf(place.path, sizeof(place.path), "%s", path);
	while (result == 0 && (length = getline(&line, &room, file)) >= 0) {
		place.line++;
		if (length > 0 && line[length - 1] == '\n')
			line[length - 1] = '\0';
		result = visit(&place, line, data);
	}
	if (result == 0 && ferror(file))
		result = -EIO;
	free(line);
	return result;
}

int lines_of_file(const struct sys_root *root, const char *path, lines_visit visit,
		  void *data)
{
	int fd = regular_open(root->fd, path), result;
	FILE *file;

	if (fd < 0)
		return fd;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	result = read_lines(file, path, visit, data);
	fclose(file);
	return result;
}

static bool ends_in(const char *name, const char *suffix)
{
	size_t length = strlen(name), end = strlen(suffix);

	return length > end && strcmp(name + length - end, suffix) == 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(char ***names, int count, const char *name)
{
	char **larger = realloc(*names, ((size_t)count + 1) * sizeof(**names));

	if (!larger)
		return -ENOMEM;
	*names = larger;
	larger[count] = strdup(name);
	return larger[count] ? 0 : -ENOMEM;
}

static int read_names(DIR *directory, const char *suffix, char ***names)
{
	struct dirent *entry;
	int count = 0;

	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || !ends_in(entry->d_name, suffix))
			continue;
		if (add_name(names, count, entry->d_name) < 0) {
			lines_free_names(*names, count);
			return -ENOMEM;
		}
		count++;
	}
	return count;
}

int lines_names(const struct sys_root *root, const char *path, const char *suffix,
		char ***ret_names)
{
	int fd = openat(root->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), count;
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	*ret_names = NULL;
	if (!directory)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	count = read_names(directory, suffix, ret_names);
	closedir(directory);
	if (count > 1)
		qsort(*ret_names, (size_t)count, sizeof(**ret_names), compare);
	return count;
}

void lines_free_names(char **names, int count)
{
	for (int i = 0; names && i < count; i++)
		free(names[i]);
	free(names);
}

int lines_of_directory(const struct sys_root *root, const char *path, const char *suffix,
		       lines_visit visit, void *data)
{
	char file[PATH_MAX];
	char **names;
	int count = lines_names(root, path, suffix, &names), result = 0;

	for (int i = 0; names && i < count && result == 0; i++) {
		sys_format(file, sizeof(file), "%s/%s", path, names[i]);
		result = lines_of_file(root, file, visit, data);
		if (result < 0)
			result = 0;
	}
	if (count >= 0)
		lines_free_names(names, count);
	return count < 0 ? count : result;
}
