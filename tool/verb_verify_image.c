// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass verify-image: looks into boot images and says what is wrong with them, each
 * finding with its remedy. Changes nothing.
 */
#include "tool/gpupass.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/verify.h"

#define IMAGES "boot"
#define PREFIX "initrd.img-"

static struct config config;
static struct verify_image image;

/* The kernel's version in an image's name, or NULL. */
static const char *kernel_of(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	return strncmp(name, PREFIX, strlen(PREFIX)) == 0 ? name + strlen(PREFIX) : NULL;
}

static void print_finding(void *data, bool rebuild, const char *sentence)
{
	const char *path = data;
	const char *kernel = kernel_of(path);

	printf("%s: %s", path, sentence);
	if (rebuild)
		printf(": run update-initramfs -u -k %s", kernel ? kernel : "all");
	putchar('\n');
}

static enum status verify(const char *path)
{
	int error = verify_read(path, &image);

	if (error == -EBADMSG) {
		complain("%s: no boot image, or damaged, or packed as libarchive cannot "
			 "unpack",
			 path);
		return STATUS_CANNOT_READ;
	}
	if (error < 0) {
		complain("%s: %s", path, strerror(-error));
		return STATUS_CANNOT_READ;
	}
	if (verify_compare(&image, &config, print_finding, (void *)path) > 0)
		return STATUS_FINDING;
	if (verify_is_empty(&image))
		printf("%s: good: without gpupass, because %s\n", path,
		       config.exists ? "the configuration names no card"
				     : "there is no configuration");
	else
		printf("%s: good: gpupass before udev, the configuration of now, %u "
		       "modules\n",
		       path, image.file_count);
	return STATUS_GOOD;
}

/* A copy beside its image (.bak, .dpkg-bak) is of no installed kernel. */
static int is_image(const struct dirent *entry)
{
	return kernel_of(entry->d_name) != NULL;
}

static bool is_installed(const struct arguments *arguments, const char *kernel)
{
	char path[PATH_MAX];

	sys_format(path, sizeof(path), "lib/modules/%s", kernel);
	return sys_exists(&arguments->root, path) == 1;
}

static enum status verify_all(const struct arguments *arguments)
{
	enum status worst = STATUS_GOOD;
	struct dirent **entries;
	char path[PATH_MAX];
	unsigned seen = 0;
	int count;

	sys_format(path, sizeof(path), "%s/" IMAGES, arguments->root_path);
	count = scandir(path, &entries, is_image, alphasort);
	for (int i = 0; i < count; i++) {
		if (is_installed(arguments, kernel_of(entries[i]->d_name))) {
			enum status status;

			sys_format(path, sizeof(path), "%s/" IMAGES "/%s",
				   arguments->root_path, entries[i]->d_name);
			status = verify(path);
			worst = status > worst ? status : worst;
			seen++;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (seen == 0) {
		complain("no %s/" IMAGES "/" PREFIX "* of an installed kernel",
			 arguments->root_path);
		return STATUS_CANNOT_READ;
	}
	return worst;
}

enum status verb_verify_image(const struct arguments *arguments)
{
	enum status worst = STATUS_GOOD;
	int error = config_read(&arguments->root, &config);

	if (error < 0) {
		complain("%s/" CONF_PATH ": %s", arguments->root_path, strerror(-error));
		return STATUS_CANNOT_READ;
	}
	if (arguments->operand_count == 0)
		return verify_all(arguments);
	for (unsigned i = 0; i < arguments->operand_count; i++) {
		enum status status = verify(arguments->operands[i]);

		worst = status > worst ? status : worst;
	}
	return worst;
}
