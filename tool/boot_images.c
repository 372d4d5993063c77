/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks into /boot, the EFI partition where it is mounted, and /lib/modules.
 */
#include "tool/boot_images.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/lines.h"

#define BOOT    "boot"
#define MODULES "lib/modules"
#define TOKEN   "etc/kernel/entry-token"
#define MACHINE "etc/machine-id"

/* Around the kernel's version. */
static const struct {
	const char *prefix, *suffix;
} forms[] = {{"initrd.img-", ""}, {"initramfs-", ".img"}};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* What tells the images of one kernel from those of another. */
enum word {
	VERSION,
	PACKAGE,      /* the name of the package, where it says it: "linux" */
	ENTRY,        /* TOKEN/VERSION of the Boot Loader Specification's entries */
	ENTRY_DEBIAN, /* the same, and the image's name in /boot */
	WORDS
};

/* Who reads which; see boot_images.h for where this is from. */
static const struct place {
	const char *before;
	enum word word;
	const char *after;
} places[] = {
	{BOOT "/initrd.img-", VERSION,
	 ""}, /* Debian, Ubuntu, Proxmox VE: any generator */
	{BOOT "/initramfs-", VERSION, ".img"}, /* Fedora, and dracut elsewhere */
	{BOOT "/initramfs-", PACKAGE, ".img"}, /* Arch: mkinitcpio's presets */
	{BOOT "/initramfs-", PACKAGE, "-fallback.img"},
	{BOOT "/", ENTRY, "/initrd"}, /* kernel-install, dracut with systemd-boot */
	{"efi/", ENTRY, "/initrd"},
	{BOOT "/efi/", ENTRY, "/initrd"},
	{BOOT "/", ENTRY_DEBIAN, ""}, /* Debian's systemd-boot: a copy */
	{"efi/", ENTRY_DEBIAN, ""},
	{BOOT "/efi/", ENTRY_DEBIAN, ""},
};
#define PLACES (sizeof(places) / sizeof(places[0]))

struct names {
	char of[WORDS][NAME_MAX + 1]; /* empty = has none */
};

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
	larger->by_version = false;
	return larger;
}

/* One word, as a path may have it; "" where the file has none. */
static void read_word(const struct sys_root *root, const char *path, char *ret_word)
{
	if (sys_read_attribute(root, path, ret_word, NAME_MAX / 4) < 0 ||
	    strchr(ret_word, '/') || ret_word[0] == '.')
		ret_word[0] = '\0';
}

static void find_names(const struct sys_root *root, const char *kernel,
		       struct names *ret_names)
{
	char path[PATH_MAX], token[NAME_MAX];
	size_t size = sizeof(ret_names->of[0]);

	memset(ret_names, 0, sizeof(*ret_names));
	sys_format(ret_names->of[VERSION], size, "%s", kernel);
	sys_format(path, sizeof(path), MODULES "/%s/pkgbase", kernel);
	read_word(root, path, ret_names->of[PACKAGE]);
	read_word(root, TOKEN, token);
	if (!token[0])
		read_word(root, MACHINE, token);
	if (!token[0])
		return;
	sys_format(ret_names->of[ENTRY], size, "%s/%s", token, kernel);
	sys_format(ret_names->of[ENTRY_DEBIAN], size, "%s/%s/initrd.img-%s", token,
		   kernel, kernel);
}

/* A kernel may have one of each generator, and copies. */
static int add_kernel(const struct sys_root *root, const char *kernel,
		      struct boot_image **images, int *count)
{
	struct names names;
	bool found = false;
	char path[PATH_MAX];

	find_names(root, kernel, &names);
	for (size_t i = 0; i < PLACES; i++) {
		const char *word = names.of[places[i].word];
		struct boot_image *image;

		sys_format(path, sizeof(path), "%s%s%s", places[i].before, word,
			   places[i].after);
		if (!*word || sys_exists(root, path) != 1)
			continue;
		image = add(images, count, kernel);
		if (!image)
			return -ENOMEM;
		sys_format(image->path, sizeof(image->path), "%s", path);
		image->by_version = places[i].word == VERSION;
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
