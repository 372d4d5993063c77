/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of a machine file. Does not know what is worth a line.
 */
#include "tool/capture.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/print.h"

#define ATTRIBUTE_SIZE 4096
#define BUS_UP         "../../../"

/* Names and paths are not escaped in the format. */
static bool fits(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~' || *text == '=')
			return false;
	}
	return true;
}

static void put_bytes(const char *bytes, size_t length)
{
	char text[PRINT_ESCAPED_SIZE(1)];

	for (size_t i = 0; i < length; i++) {
		print_escape(&bytes[i], 1, text);
		fputs(bytes[i] == '\0' ? "\\0" : text, stdout);
	}
}

void capture_directory(const char *path)
{
	if (fits(path))
		printf("\nP: %s\n", path);
}

void capture_text(char key, const char *name, const char *bytes, size_t length)
{
	bool ends = length > 0 && bytes[length - 1] == '\n';

	printf("%c: %s=", key, name);
	put_bytes(bytes, ends ? length - 1 : length);
	puts(ends ? "" : "\\c");
}

void capture_attribute(const struct sys_root *root, const char *path, const char *name)
{
	char file[CAPTURE_PATH_SIZE], text[ATTRIBUTE_SIZE];
	int length;

	sys_format(file, sizeof(file), "%s/%s", path, name);
	length = sys_read_file(root, file, text, sizeof(text));
	if (length >= 0)
		capture_text('A', name, text, (size_t)length);
}

void capture_bytes(const char *path, const char *name, const char *bytes, size_t length,
		   size_t size)
{
	printf("A: %s=", name);
	put_bytes(bytes, length);
	printf("\\c\nZ: %s/%s=%zu \\0\n", path, name, size);
}

void capture_link(const struct sys_root *root, const char *path, const char *name)
{
	char link[CAPTURE_PATH_SIZE], target[SYS_LINK_SIZE];

	sys_format(link, sizeof(link), "%s/%s", path, name);
	if (sys_read_link(root, link, target, sizeof(target)) >= 0 && fits(target))
		printf("L: %s=%s\n", name, target);
}

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && fits(entry->d_name);
}

int capture_each(const struct sys_root *root, const char *path,
		 void (*each)(const char *name, void *data), void *data)
{
	struct dirent **entries;
	int count = scandirat(root->fd, path, &entries, is_entry, alphasort);

	if (count < 0)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (int i = 0; i < count; i++) {
		each(entries[i]->d_name, data);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int capture_resolve(const struct sys_root *root, const char *link, char *ret_path)
{
	char target[SYS_LINK_SIZE];
	int length = sys_read_link(root, link, target, sizeof(target));

	if (length < 0)
		return length;
	if (strncmp(target, BUS_UP, strlen(BUS_UP)) != 0 || !fits(target))
		return -EINVAL;
	memcpy(ret_path, target + strlen(BUS_UP), (size_t)length + 1 - strlen(BUS_UP));
	return 0;
}
