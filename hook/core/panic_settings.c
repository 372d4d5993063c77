/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Three sysctls, made and put back. Knows nothing of the guard.
 */
#include "hook/core/panic_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DIRECTORY "proc/sys/kernel"
#define PATH_SIZE 64
#define NAME_SIZE 32

static const struct {
	const char *name, *value;
} settings[] = {
	{"panic", PANIC_SETTINGS_SECONDS},
	{"softlockup_panic", "1"},
	{"hardlockup_panic", "1"},
};
#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static void format_path(const char *name, char path[PATH_SIZE])
{
	sys_format(path, PATH_SIZE, DIRECTORY "/%s", name);
}

/* What there is, where it is to be changed: 0 means "hangs" for each of them. */
static bool is_to_change(const struct sys_root *root, const char *name)
{
	char path[PATH_SIZE], value[NAME_SIZE];

	format_path(name, path);
	return sys_read_attribute(root, path, value, sizeof(value)) >= 0 &&
	       strcmp(value, "0") == 0;
}

static int write_record(const struct sys_root *root, const char *text)
{
	int fd = openat(root->fd, PANIC_SETTINGS_RECORD,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	size_t length = strlen(text);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, length) != (ssize_t)length)
		error = -EIO;
	close(fd);
	return error;
}

static void add_text(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	sys_format(text + used, size - used, "%s", more);
}

int panic_settings_make(const struct sys_root *root, char text[PANIC_SETTINGS_SIZE])
{
	char record[PANIC_SETTINGS_SIZE] = "", path[PATH_SIZE], line[PATH_SIZE];
	bool change[SETTINGS];
	int error;

	text[0] = '\0';
	for (unsigned i = 0; i < SETTINGS; i++) {
		change[i] = is_to_change(root, settings[i].name);
		if (!change[i])
			continue;
		sys_format(line, sizeof(line), "%s 0 %s\n", settings[i].name,
			   settings[i].value);
		add_text(record, sizeof(record), line);
	}
	error = record[0] ? write_record(root, record) : 0;
	for (unsigned i = 0; i < SETTINGS && error == 0; i++) {
		if (!change[i])
			continue;
		format_path(settings[i].name, path);
		if (sys_write_attribute(root, path, settings[i].value) < 0)
			continue;
		sys_format(line, sizeof(line), "%s%s=%s", text[0] ? ", " : "",
			   settings[i].name, settings[i].value);
		add_text(text, PANIC_SETTINGS_SIZE, line);
	}
	return error;
}

/* A line of the record: NAME BEFORE NOW. */
static int restore_line(const char *line, void *data)
{
	const struct sys_root *root = data;
	const char *before = strchr(line, ' ');
	const char *now = before ? strchr(before + 1, ' ') : NULL;
	char path[PATH_SIZE], name[NAME_SIZE], value[NAME_SIZE];

	if (!now || before - line >= NAME_SIZE || now - before > NAME_SIZE)
		return -EINVAL;
	sys_format(name, sizeof(name), "%.*s", (int)(before - line), line);
	if (strchr(name, '/'))
		return -EINVAL;
	format_path(name, path);
	if (sys_read_attribute(root, path, value, sizeof(value)) < 0 ||
	    strcmp(value, now + 1) != 0)
		return 0;
	sys_format(value, sizeof(value), "%.*s", (int)(now - before - 1), before + 1);
	return sys_write_attribute(root, path, value);
}

int panic_settings_restore(const struct sys_root *root)
{
	int error = sys_each_line(root, PANIC_SETTINGS_RECORD, restore_line,
				  (void *)(uintptr_t)root);

	if (error == -ENOENT)
		return 0;
	if (error == 0 && unlinkat(root->fd, PANIC_SETTINGS_RECORD, 0) < 0)
		error = -errno;
	return error;
}
