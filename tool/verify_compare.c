// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares what is in an image with the configuration of the host. Prints nothing.
 */
#include "tool/verify.h"

#include <stdio.h>
#include <string.h>

#include "tool/keep.h"
#include "tool/unit.h"

static void check_conf(const struct verify_image *image, const struct config *config,
		       struct verify_report *report)
{
	if (!image->conf.exists)
		verify_report(report, true, CONF_PATH " is not in it");
	else if (image->conf.length != config->length ||
		 memcmp(image->conf.text, config->text, config->length) != 0)
		verify_report(report, true,
			      "stale: " CONF_PATH " in it is not the one of now");
}

/* Whether a list of the image is there and within what the early program reads. */
static bool check_list(const struct verify_text *list, const char *path,
		       struct verify_report *report)
{
	if (list->exists && list->length < IMAGE_LIST_SIZE)
		return true;
	verify_report(report, true, "%s is %s", path,
		      list->exists ? "too long" : "not in it");
	return false;
}

static void report_line(struct verify_report *report, const char *path, unsigned line)
{
	verify_report(report, true, "%s:%u cannot be understood", path, line);
}

static void check_modules(const struct verify_image *image, const struct sys_root *root,
			  struct verify_report *report)
{
	static struct image_modules modules;
	unsigned line;

	if (!check_list(&image->modules, IMAGE_MODULES_LIST, report))
		return;
	if (image_parse_modules(image->modules.text, image->modules.length, &modules,
				&line) < 0) {
		report_line(report, IMAGE_MODULES_LIST, line);
		return;
	}
	for (unsigned i = 0; i < modules.count; i++) {
		const struct image_module *module = &modules.modules[i];

		if (module->kind == IMAGE_MISSING)
			verify_report(
				report, false,
				"kernel %s has no module %s: boot a kernel that has it",
				modules.release, module->name);
		else if (module->kind == IMAGE_INSERT)
			verify_check_module(image, root, module->file, modules.release,
					    report);
	}
}

/* A list that cannot be made here is no reason to call the image bad. */
static void check_keep(const struct verify_image *image, const struct sys_root *root,
		       const struct config *config, struct verify_report *report)
{
	static struct image_keep keep;
	unsigned line;

	if (!image->keep.exists && config->conf.generic)
		return;
	if (!image->keep.exists && !keep_is_known(root)) {
		report->remark(report->data,
			       IMAGE_KEEP_LIST " is not in it: " KEEP_UNKNOWN);
		return;
	}
	if (check_list(&image->keep, IMAGE_KEEP_LIST, report) &&
	    image_parse_keep(image->keep.text, image->keep.length, &keep, &line) < 0)
		report_line(report, IMAGE_KEEP_LIST, line);
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

static void check_order(const struct verify_image *image, struct verify_report *report)
{
	const char *own = find_script(image->order.text, VERIFY_SCRIPT);
	const char *udev = find_script(image->order.text, VERIFY_SCRIPTS "udev");

	if (!image->has_script || !own)
		verify_report(report, true, VERIFY_SCRIPT " does not run in it");
	else if (!image->script_runs)
		verify_report(report, true, VERIFY_SCRIPT " is not executable in it");
	else if (udev && udev < own)
		verify_report(report, false,
			      "00-gpupass runs after udev, and will refuse the cards: "
			      "look into " VERIFY_SCRIPTS
			      "ORDER, what does it wait for?");
}

static bool says(const struct verify_image *image, const char *section, const char *key,
		 const char *word)
{
	return unit_has(image->unit.text, section, key, word) ||
	       unit_has(image->unit_more.text, section, key, word);
}

/* What begins when the unit has ended; to wait for one of it would be to run after udev.
 */
static void check_unit_order(const struct verify_image *image,
			     struct verify_report *report)
{
	static const char *const later[] = {
		"systemd-udevd.service",
		"systemd-udev-trigger.service",
		"systemd-modules-load.service",
		"dracut-pre-udev.service",
		"sysinit.target",
	};
	static const char *const after_udev[] = {"systemd-udev-settle.service",
						 "basic.target", "initrd.target"};

	for (unsigned i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		if (!says(image, "Unit", "Before", later[i]))
			verify_report(report, true,
				      VERIFY_UNIT " in it is not ordered before %s",
				      later[i]);
		if (says(image, "Unit", "After", later[i]))
			verify_report(report, true,
				      VERIFY_UNIT " in it is ordered after %s", later[i]);
	}
	for (unsigned i = 0; i < sizeof(after_udev) / sizeof(after_udev[0]); i++) {
		if (says(image, "Unit", "After", after_udev[i]))
			verify_report(report, true,
				      VERIFY_UNIT " in it is ordered after %s",
				      after_udev[i]);
	}
}

static void check_unit(const struct verify_image *image, struct verify_report *report)
{
	if (image->unit_masked) {
		verify_report(report, true,
			      VERIFY_UNIT " is masked in it, so gpupass does not start");
		return;
	}
	if (!image->unit_wanted)
		verify_report(report, true,
			      "sysinit.target does not want " VERIFY_UNIT " in it");
	if (!says(image, "Service", "ExecStart", "-/" IMAGE_PROGRAM) &&
	    !says(image, "Service", "ExecStart", "/" IMAGE_PROGRAM))
		verify_report(report, true,
			      VERIFY_UNIT " in it does not start /" IMAGE_PROGRAM);
	/* They would order it after sysinit.target, which waits for udev. */
	if (!says(image, "Unit", "DefaultDependencies", "no"))
		verify_report(report, true,
			      VERIFY_UNIT
			      " in it has not DefaultDependencies=no, so it waits for "
			      "sysinit.target");
	check_unit_order(image, report);
}

/* One of the two starts gpupass, never both: the second would come after udev. */
static void check_dracut(const struct verify_image *image, struct verify_report *report)
{
	if (!image->has_unit && !image->has_hook)
		verify_report(report, true,
			      "neither " VERIFY_UNIT
			      " nor a pre-udev hook starts gpupass in it");
	if (image->has_unit && image->has_hook)
		verify_report(report, true,
			      "both " VERIFY_UNIT
			      " and a pre-udev hook start gpupass in it");
	if (image->has_unit)
		check_unit(image, report);
}

/* Which of the hooks of mkinitcpio's first phase a name is, from 0; -1 when it is none.
 */
static int place_of(const char *config, const char *hook)
{
	static const char start[] = "EARLYHOOKS=\"", ends[] = " \"\n";
	const char *at = strstr(config, start);
	size_t length;
	int place = 0;

	if (!at)
		return -1;
	at += strlen(start);
	for (; (length = strcspn(at, ends)) > 0; place++) {
		if (strlen(hook) == length && memcmp(at, hook, length) == 0)
			return place;
		at += length + strspn(at + length, " ");
	}
	return -1;
}

static void check_mkinitcpio(const struct verify_image *image,
			     struct verify_report *report)
{
	int own = place_of(image->hooks.text, "gpupass");
	int udev = place_of(image->hooks.text, "udev");

	if (image->init_is_systemd && !image->has_unit)
		verify_report(report, true, VERIFY_UNIT " is not in it");
	else if (image->init_is_systemd)
		check_unit(image, report);
	else if (!image->has_early_hook || own < 0)
		verify_report(report, true, VERIFY_HOOK " does not run in it");
	else if (!image->early_hook_runs)
		verify_report(report, true, VERIFY_HOOK " is not executable in it");
	else if (udev >= 0 && udev < own)
		verify_report(report, false,
			      "gpupass runs after udev, and will refuse the cards: put "
			      "gpupass before udev in HOOKS, then run mkinitcpio -P");
}

/* mkinitcpio writes the configuration that it was told into the image. Without the word
 * there, building it again would change nothing: a preset may name a configuration of its
 * own, for which mkinitcpio reads no other file. */
static void check_empty(const struct verify_image *image, struct verify_report *report)
{
	if (image->build.exists && !strstr(image->build.text, "gpupass"))
		verify_report(
			report, false,
			"gpupass is not in it, and not in HOOKS of the configuration "
			"that it was built with: write it there, before udev or "
			"systemd, then run mkinitcpio -P");
	else
		verify_report(report, true, "gpupass is not in it");
}

static void check_starter(const struct verify_image *image, struct verify_report *report)
{
	switch (verify_generator(image)) {
	case GENERATOR_INITRAMFS_TOOLS:
		check_order(image, report);
		break;
	case GENERATOR_MKINITCPIO:
		check_mkinitcpio(image, report);
		break;
	default:
		check_dracut(image, report);
		break;
	}
}

static void check_without(const struct verify_image *image, const struct config *config,
			  struct verify_report *report)
{
	if (!verify_is_empty(image))
		verify_report(report, true,
			      "stale: gpupass is in it, but no card is configured");
	if (config->conf.error_count)
		verify_report(
			report, false,
			"the configuration has errors and names no card: correct it");
}

unsigned verify_compare(const struct verify_image *image, const struct sys_root *root,
			const struct config *config, struct verify_report *report)
{
	report->count = 0;
	if (!config_wants_image(config)) {
		check_without(image, config, report);
		return report->count;
	}
	if (verify_is_empty(image)) {
		check_empty(image, report);
		return report->count;
	}
	verify_check_program(image, root, report);
	check_conf(image, config, report);
	check_modules(image, root, report);
	check_keep(image, root, config, report);
	check_starter(image, report);
	return report->count;
}
