/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks into /boot and /lib/modules.
 */
#include "tool/boot_images.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/lines.h"

#define BOOT    "boot"
#define MODULES "lib/modules"

/* Around the kernel's version. */
static const struct {
	const char *prefix, *suffix;
} forms[] = {{"initrd.img-", ""}, {"initramfs-", ".img"}};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

bool boot_images_kernel(const char *path, char *ret_kernel, size_t size)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(name);

	for (size_t i = 0; i < FORMS; i++) {
		size_t prefix = strlen(forms[i].prefix), suffix = strlen(forms[i].suffix);

		if (length <= prefix + suffix || length - prefix - suffix >= size ||
		    strncmp(name, forms[i].prefix, prefix) != 0 ||
		    strcmp(name + length - suffix, forms[i].suffix) != 0)
			continue;
		sys_format(ret_kernel, size, "%.*s", (int)(length - prefix - suffix),
			   name + prefix);
		return true;
	}
	return false;
}

/* Packages for building modules leave directories without an index. */
static bool can_be_booted(const struct sys_root *root, const char *kernel)
{
	char path[PATH_MAX];

	sys_format(path, sizeof(path), BOOT "/vmlinuz-%s", kernel);
	if (sys_exists(root, path) == 1)
		return true;
	sys_format(path, sizeof(path), MODULES "/%s/vmlinuz", kernel);
	return sys_exists(root, path) == 1;
}

/* Room for one more behind the count that are there. */
static struct boot_image *add(struct boot_image **images, int *count, const char *kernel)
{
	size_t size = ((size_t)*count + 1) * sizeof(**images);
	struct boot_image *larger = realloc(*images, size);

	if (!larger)
		return NULL;
	*images = larger;
	larger += (*count)++;
	sys_format(larger->kernel, sizeof(larger->kernel), "%s", kernel);
	larger->path[0] = '\0';
	return larger;
}

/* A kernel may have one of each generator. */
static int add_kernel(const struct sys_root *root, const char *kernel,
		      struct boot_image **images, int *count)
{
	bool found = false;
	char path[PATH_MAX];

	for (size_t i = 0; i < FORMS; i++) {
		struct boot_image *image;

		sys_format(path, sizeof(path), BOOT "/%s%s%s", forms[i].prefix, kernel,
			   forms[i].suffix);
		if (sys_exists(root, path) != 1)
			continue;
		image = add(images, count, kernel);
		if (!image)
			return -ENOMEM;
		sys_format(image->path, sizeof(image->path), "%s", path);
		found = true;
	}
	if (found || !can_be_booted(root, kernel))
		return 0;
	return add(images, count, kernel) ? 0 : -ENOMEM;
}

int boot_images_find(const struct sys_root *root, struct boot_image **ret_images)
{
	char **names;
	int count = lines_names(root, MODULES, "", &names), found = 0, error = 0;

	*ret_images = NULL;
	for (int i = 0; i < count && error == 0; i++) {
		if (strlen(names[i]) < IMAGE_RELEASE_SIZE)
			error = add_kernel(root, names[i], ret_images, &found);
	}
	if (count >= 0)
		lines_free_names(names, count);
	if (error == 0)
		return count < 0 ? count : found;
	free(*ret_images);
	*ret_images = NULL;
	return error;
}
