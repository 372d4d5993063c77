// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares an image with the configuration of the host. Reads the image through cpio and
 * decides; prints nothing.
 */
#include "tool/verify.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/cpio.h"

#define SCRIPTS "scripts/init-top/"
#define SCRIPT  SCRIPTS "00-gpupass"
#define UNIT    "gpupass.service"
#define HOOK    "hooks/pre-udev/00-gpupass-hook.sh"

struct report {
	void (*finding)(void *data, bool rebuild, const char *sentence);
	void *data;
	unsigned count;
};

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

static void add_file(struct verify_image *image, const char *name)
{
	if (image->file_count < VERIFY_MAX_FILES && strlen(name) < IMAGE_MODULE_SIZE)
		strcpy(image->files[image->file_count++], name);
}

static bool ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length >= end_length && strcmp(path + length - end_length, end) == 0;
}

/* What dracut's own scripts put where differs between its versions: the ends do not. */
static int look_at_dracut(const struct cpio_file *file, struct verify_image *image)
{
	if (ends_with(file->path, "/sysinit.target.wants/" UNIT))
		image->unit_wanted = true;
	else if (ends_with(file->path, "/" HOOK))
		image->has_hook = true;
	else if (ends_with(file->path, "/" UNIT) && S_ISREG(file->mode)) {
		image->has_unit = true;
		return read_text(file, &image->unit);
	}
	return 0;
}

static int look_at(const struct cpio_file *file, void *data)
{
	struct verify_image *image = data;
	bool runs = S_ISREG(file->mode) && (file->mode & 0111) == 0111;

	if (strcmp(file->path, IMAGE_PROGRAM) == 0) {
		image->has_program = true;
		image->program_runs = runs;
	} else if (strcmp(file->path, SCRIPT) == 0) {
		image->has_script = true;
		image->script_runs = runs;
	} else if (strcmp(file->path, CONF_PATH) == 0) {
		return read_text(file, &image->conf);
	} else if (strcmp(file->path, IMAGE_MODULES_LIST) == 0) {
		return read_text(file, &image->modules);
	} else if (strcmp(file->path, IMAGE_KEEP_LIST) == 0) {
		return read_text(file, &image->keep);
	} else if (strcmp(file->path, SCRIPTS "ORDER") == 0) {
		return read_text(file, &image->order);
	} else if (strncmp(file->path, IMAGE_MODULES "/", sizeof(IMAGE_MODULES)) == 0) {
		add_file(image, file->path + sizeof(IMAGE_MODULES));
	} else {
		return look_at_dracut(file, image);
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
	return !image->has_program && !image->has_script && !image->modules.exists &&
	       !image->has_unit && !image->has_hook;
}

bool verify_is_initramfs_tools(const struct verify_image *image)
{
	return image->order.exists;
}

static void report(struct report *r, bool rebuild, const char *sentence)
{
	r->finding(r->data, rebuild, sentence);
	r->count++;
}

static void check_program(const struct verify_image *image, struct report *r)
{
	if (!image->has_program)
		report(r, true, IMAGE_PROGRAM " is not in it");
	else if (!image->program_runs)
		report(r, true, IMAGE_PROGRAM " is not executable in it");
}

static void check_conf(const struct verify_image *image, const struct config *config,
		       struct report *r)
{
	if (!image->conf.exists)
		report(r, true, CONF_PATH " is not in it");
	else if (image->conf.length != config->length ||
		 memcmp(image->conf.text, config->text, config->length) != 0)
		report(r, true, "stale: " CONF_PATH " in it is not the one of now");
}

static bool has_file(const struct verify_image *image, const char *name)
{
	for (unsigned i = 0; i < image->file_count; i++) {
		if (strcmp(image->files[i], name) == 0)
			return true;
	}
	return false;
}

static void check_module(const struct verify_image *image,
			 const struct image_module *module, const char *release,
			 struct report *r)
{
	char sentence[512];

	if (module->kind == IMAGE_MISSING) {
		sys_format(sentence, sizeof(sentence),
			   "kernel %s has no module %s: boot a kernel that has it",
			   release, module->name);
		report(r, false, sentence);
	} else if (module->kind == IMAGE_INSERT && !has_file(image, module->file)) {
		sys_format(sentence, sizeof(sentence), IMAGE_MODULES "/%s is not in it",
			   module->file);
		report(r, true, sentence);
	}
}

/* Whether a list of the image is there and within what the early program reads. */
static bool check_list(const struct verify_text *list, const char *path, struct report *r)
{
	char sentence[128];

	if (list->exists && list->length < IMAGE_LIST_SIZE)
		return true;
	sys_format(sentence, sizeof(sentence), "%s is %s", path,
		   list->exists ? "too long" : "not in it");
	report(r, true, sentence);
	return false;
}

static void report_line(struct report *r, const char *path, unsigned line)
{
	char sentence[128];

	sys_format(sentence, sizeof(sentence), "%s:%u cannot be understood", path, line);
	report(r, true, sentence);
}

static void check_modules(const struct verify_image *image, struct report *r)
{
	static struct image_modules modules;
	unsigned line;

	if (!check_list(&image->modules, IMAGE_MODULES_LIST, r))
		return;
	if (image_parse_modules(image->modules.text, image->modules.length, &modules,
				&line) < 0) {
		report_line(r, IMAGE_MODULES_LIST, line);
		return;
	}
	for (unsigned i = 0; i < modules.count; i++)
		check_module(image, &modules.modules[i], modules.release, r);
}

static void check_keep(const struct verify_image *image, struct report *r)
{
	static struct image_keep keep;
	unsigned line;

	if (check_list(&image->keep, IMAGE_KEEP_LIST, r) &&
	    image_parse_keep(image->keep.text, image->keep.length, &keep, &line) < 0)
		report_line(r, IMAGE_KEEP_LIST, line);
}

/* Where a script's line of ORDER starts ("/scripts/init-top/NAME "$@""), or NULL. */
static const char *find_script(const char *order, const char *script)
{
	size_t length = strlen(script);

	for (const char *at = strstr(order, script); at; at = strstr(at + 1, script)) {
		bool starts = at - order >= 1 && at[-1] == '/' &&
			      (at - 1 == order || at[-2] == '\n');

		if (starts &&
		    (at[length] == ' ' || at[length] == '\n' || at[length] == '\0'))
			return at;
	}
	return NULL;
}

static void check_order(const struct verify_image *image, struct report *r)
{
	const char *own = find_script(image->order.text, SCRIPT);
	const char *udev = find_script(image->order.text, SCRIPTS "udev");

	if (!image->has_script || !own)
		report(r, true, SCRIPT " does not run in it");
	else if (!image->script_runs)
		report(r, true, SCRIPT " is not executable in it");
	else if (udev && udev < own)
		report(r, false,
		       "00-gpupass runs after udev, and will refuse the cards: look "
		       "into " SCRIPTS "ORDER, what does it wait for?");
}

/* One of the two starts gpupass, never both: the second would come after udev. */
static void check_dracut(const struct verify_image *image, struct report *r)
{
	static const char *const before[] = {"systemd-udevd.service",
					     "systemd-udev-trigger.service",
					     "systemd-modules-load.service"};
	char sentence[128];

	if (!image->has_unit && !image->has_hook)
		report(r, true,
		       "neither " UNIT " nor a pre-udev hook starts gpupass in it");
	if (image->has_unit && image->has_hook)
		report(r, true, "both " UNIT " and a pre-udev hook start gpupass in it");
	if (image->has_unit && !image->unit_wanted)
		report(r, true, "sysinit.target does not want " UNIT " in it");
	for (unsigned i = 0; image->has_unit && i < sizeof(before) / sizeof(before[0]);
	     i++) {
		if (strstr(image->unit.text, before[i]))
			continue;
		sys_format(sentence, sizeof(sentence), UNIT " is not ordered before %s",
			   before[i]);
		report(r, true, sentence);
	}
}

unsigned verify_compare(const struct verify_image *image, const struct config *config,
			void (*finding)(void *data, bool rebuild, const char *sentence),
			void *data)
{
	struct report r = {finding, data, 0};
	bool empty = verify_is_empty(image);

	if (!config_wants_image(config)) {
		if (!empty)
			report(&r, true,
			       "stale: gpupass is in it, but no card is configured");
		if (config->conf.error_count)
			report(&r, false,
			       "the configuration has errors and names no card: correct "
			       "it");
		return r.count;
	}
	if (empty) {
		report(&r, true, "gpupass is not in it");
		return r.count;
	}
	check_program(image, &r);
	check_conf(image, config, &r);
	check_modules(image, &r);
	check_keep(image, &r);
	if (verify_is_initramfs_tools(image))
		check_order(image, &r);
	else
		check_dracut(image, &r);
	return r.count;
}
