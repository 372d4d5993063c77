// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The generators that gpupass knows. install.sh's generator() asks the same questions.
 */
#include "tool/generator.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/boot_images.h"

static const struct {
	const char *name;
	const char *program;
	const char *command; /* all images */
} generators[] = {
	[GENERATOR_NONE] = {"none", NULL, NULL},
	[GENERATOR_INITRAMFS_TOOLS] = {"initramfs-tools", "update-initramfs",
				       "update-initramfs -u -k all"},
	[GENERATOR_DRACUT] = {"dracut", "dracut", "dracut -f --regenerate-all"},
	[GENERATOR_DRACUT_DEBIAN] = {"dracut", "dracut", "update-initramfs -u -k all"},
	[GENERATOR_MKINITCPIO] = {"mkinitcpio", "mkinitcpio", "mkinitcpio -P"},
};

/* Links are not followed: below another root theirs may lead out of it. */
static bool is_program(const struct sys_root *root, const char *path)
{
	struct stat status;

	if (fstatat(root->fd, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	return S_ISLNK(status.st_mode) ||
	       (S_ISREG(status.st_mode) && (status.st_mode & S_IXUSR) != 0);
}

bool generator_find_program(const struct sys_root *root, const char *name, char *ret_path)
{
	static const char *const directories[] = {
		"usr/sbin", "sbin", "usr/local/sbin", "usr/local/bin", "usr/bin", "bin",
	};

	for (unsigned i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		sys_format(ret_path, GENERATOR_PATH_SIZE, "%s/%s", directories[i], name);
		if (is_program(root, ret_path))
			return true;
	}
	return false;
}

static bool is_here(const struct sys_root *root, enum generator generator)
{
	char path[GENERATOR_PATH_SIZE];

	return generator_find_program(root, generators[generator].program, path);
}

static bool has_images(const struct sys_root *root)
{
	struct boot_image *images;
	int count = boot_images_find(root, &images);
	bool found = false;

	for (int i = 0; i < count; i++)
		found |= images[i].by_version;
	free(images);
	return found;
}

/* dracut of Debian and Ubuntu has a program of this name since 107-2 (its changelog),
 * that calls dracut; initramfs-tools' own knows nothing of dracut. */
static bool is_of_dracut(const struct sys_root *root)
{
	char path[GENERATOR_PATH_SIZE], text[65536];
	int length;

	if (!generator_find_program(root, generators[GENERATOR_INITRAMFS_TOOLS].program,
				    path))
		return false;
	length = sys_read_file(root, path, text, sizeof(text) - 1);
	text[length < 0 ? 0 : length] = '\0';
	return strstr(text, "dracut") != NULL;
}

/* With both of Debian's, it is the one whose script the kernel's packages run last: the
 * other's image would be overwritten. That script alone may be what a removed package has
 * left. Arch's mkinitcpio may be there beside dracut, and then the names of the images
 * tell. */
enum generator generator_find(const struct sys_root *root)
{
	bool initramfs_tools = is_here(root, GENERATOR_INITRAMFS_TOOLS);
	bool mkinitcpio = is_here(root, GENERATOR_MKINITCPIO);

	if (!is_here(root, GENERATOR_DRACUT)) {
		if (initramfs_tools)
			return GENERATOR_INITRAMFS_TOOLS;
		return mkinitcpio ? GENERATOR_MKINITCPIO : GENERATOR_NONE;
	}
	if (is_of_dracut(root))
		return GENERATOR_DRACUT_DEBIAN;
	if (initramfs_tools && is_program(root, "etc/kernel/postinst.d/initramfs-tools"))
		return GENERATOR_INITRAMFS_TOOLS;
	if (mkinitcpio && !has_images(root))
		return GENERATOR_MKINITCPIO;
	return GENERATOR_DRACUT;
}

const char *generator_name(enum generator generator)
{
	return generators[generator].name;
}

const char *generator_command(enum generator generator)
{
	return generators[generator].command;
}

bool generator_command_for(enum generator generator, const char *image,
			   const char *kernel, char *buffer)
{
	switch (generator) {
	case GENERATOR_INITRAMFS_TOOLS:
	case GENERATOR_DRACUT_DEBIAN:
		sys_format(buffer, GENERATOR_COMMAND_SIZE, "update-initramfs -u -k %s",
			   kernel ? kernel : "all");
		return true;
	case GENERATOR_DRACUT:
		sys_format(buffer, GENERATOR_COMMAND_SIZE, "dracut --force %s %s", image,
			   kernel ? kernel : "KERNEL");
		return true;
	case GENERATOR_MKINITCPIO:
		sys_format(buffer, GENERATOR_COMMAND_SIZE, "%s",
			   generators[generator].command);
		return true;
	default:
		return false;
	}
}
