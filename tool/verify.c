// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Collects what of gpupass is in an image. Decides nothing.
 */
#include "tool/verify.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/cpio.h"

#define HOOK "hooks/pre-udev/00-gpupass-hook.sh"

static int read_text(const struct cpio_file *file, struct verify_text *text)
{
	ssize_t length = cpio_read_file(file, text->text, sizeof(text->text) - 1);

	if (length < 0)
		return (int)length;
	text->exists = true;
	text->length = (size_t)length;
	text->text[length] = '\0';
	return 0;
}

/* Drop-ins, one after another: what they say of the order adds up. */
static int add_text(const struct cpio_file *file, struct verify_text *text)
{
	size_t room = sizeof(text->text) - 2 - text->length;
	ssize_t length = cpio_read_file(file, text->text + text->length, room);

	if (length < 0)
		return (int)length;
	text->exists = true;
	text->length += (size_t)length;
	text->text[text->length++] = '\n';
	text->text[text->length] = '\0';
	return 0;
}

static int read_program(const struct cpio_file *file, struct verify_program *program)
{
	ssize_t length = cpio_read_file(file, program->bytes, sizeof(program->bytes));

	if (length < 0)
		return (int)length;
	program->exists = true;
	program->runs = S_ISREG(file->mode) && (file->mode & 0111) == 0111;
	program->length = (size_t)length;
	return 0;
}

/* A file that comes again replaces the one before. */
static int read_module(const struct cpio_file *file, struct verify_image *image)
{
	const char *name = file->path + sizeof(IMAGE_MODULES);
	struct verify_module *module = image->module;

	while (module < image->module + image->module_count &&
	       strcmp(module->file, name) != 0)
		module++;
	if (module == image->module + VERIFY_MAX_MODULES ||
	    strlen(name) >= sizeof(module->file))
		return 0;
	if (module == image->module + image->module_count)
		image->module_count++;
	strcpy(module->file, name);
	module->inode = file->inode;
	return digest_entry(file->archive, &module->digest);
}

/* dracut makes equal files one, and an archive has the content of such a file at its last
 * name only. */
static int read_other_name(const struct cpio_file *file, struct verify_image *image)
{
	for (unsigned i = 0; file->inode && i < image->module_count; i++) {
		struct verify_module *module = &image->module[i];

		if (module->inode == file->inode && module->digest.size == 0)
			return digest_entry(file->archive, &module->digest);
	}
	return 0;
}

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length >= end_length && strcmp(path + length - end_length, end) == 0;
}

static bool is_null(const struct cpio_file *file)
{
	return file->link && file->link[0] == SYS_DEFAULT_ROOT[0] &&
	       strcmp(file->link + 1, "dev/null") == 0;
}

static int read_unit(const struct cpio_file *file, struct verify_image *image)
{
	bool of_etc = strncmp(file->path, "etc/", 4) == 0;
	int error = 0;

	if ((image->unit_of_etc && !of_etc) || (!S_ISREG(file->mode) && !file->link))
		return 0;
	/* Any other link leads to a unit that is read on its own. */
	if (S_ISREG(file->mode))
		error = read_text(file, &image->unit);
	else if (!is_null(file))
		return 0;
	image->has_unit = true;
	image->unit_of_etc = of_etc;
	image->unit_masked = is_null(file) || image->unit.length == 0;
	return error;
}

/* busybox's is a script; systemd is a link or, up to mkinitcpio 40, the program. */
static int read_init(const struct cpio_file *file, struct verify_image *image)
{
	char start[2];
	ssize_t length;

	if (!S_ISREG(file->mode)) {
		image->init_is_systemd = file->link && ends_with(file->link, "systemd");
		return 0;
	}
	length = cpio_read_file(file, start, sizeof(start));
	if (length < 0)
		return (int)length;
	image->init_is_systemd = length < 2 || memcmp(start, "#!", 2) != 0;
	return 0;
}

/* What mkinitcpio writes into every image, and what only its images have. */
static int look_at_mkinitcpio(const struct cpio_file *file, struct verify_image *image)
{
	if (strcmp(file->path, "init") == 0)
		return read_init(file, image);
	if (strcmp(file->path, "config") == 0)
		return read_text(file, &image->hooks);
	if (strcmp(file->path, "buildconfig") == 0)
		return read_text(file, &image->build);
	if (strcmp(file->path, VERIFY_HOOK) == 0) {
		image->has_early_hook = true;
		image->early_hook_runs =
			S_ISREG(file->mode) && (file->mode & 0111) == 0111;
	}
	return 0;
}

/* What dracut's own scripts put where differs between its versions: the ends do not. */
static int look_at_dracut(const struct cpio_file *file, struct verify_image *image)
{
	if (ends_with(file->path, "/sysinit.target.wants/" VERIFY_UNIT))
		image->unit_wanted |= file->link && !is_null(file);
	else if (ends_with(file->path, "/" HOOK))
		image->has_hook = true;
	else if (ends_with(file->path, "/system/" VERIFY_UNIT))
		return read_unit(file, image);
	else if (strstr(file->path, "/" VERIFY_UNIT ".d/") &&
		 ends_with(file->path, ".conf"))
		return add_text(file, &image->unit_more);
	return 0;
}

static int look_at(const struct cpio_file *file, void *data)
{
	static const char modules[] = IMAGE_MODULES "/";
	struct verify_image *image = data;

	if (strcmp(file->path, IMAGE_PROGRAM) == 0) {
		return read_program(file, &image->program);
	} else if (strcmp(file->path, VERIFY_SCRIPT) == 0) {
		image->has_script = true;
		image->script_runs = S_ISREG(file->mode) && (file->mode & 0111) == 0111;
	} else if (strcmp(file->path, CONF_PATH) == 0) {
		return read_text(file, &image->conf);
	} else if (strcmp(file->path, IMAGE_MODULES_LIST) == 0) {
		return read_text(file, &image->modules);
	} else if (strcmp(file->path, IMAGE_KEEP_LIST) == 0) {
		return read_text(file, &image->keep);
	} else if (strcmp(file->path, VERIFY_SCRIPTS "ORDER") == 0) {
		return read_text(file, &image->order);
	} else if (strncmp(file->path, modules, sizeof(modules) - 1) == 0) {
		return read_module(file, image);
	} else {
		int error = read_other_name(file, image);

		if (error == 0)
			error = look_at_mkinitcpio(file, image);
		return error < 0 ? error : look_at_dracut(file, image);
	}
	return 0;
}

int verify_read(const char *path, struct verify_image *ret_image)
{
	memset(ret_image, 0, sizeof(*ret_image));
	return cpio_read_image(path, look_at, ret_image);
}

bool verify_is_empty(const struct verify_image *image)
{
	return !image->program.exists && !image->has_script && !image->modules.exists &&
	       !image->has_unit && !image->has_hook && !image->has_early_hook;
}

enum generator verify_generator(const struct verify_image *image)
{
	if (image->order.exists)
		return GENERATOR_INITRAMFS_TOOLS;
	return image->build.exists ? GENERATOR_MKINITCPIO : GENERATOR_DRACUT;
}
