/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot image of every installed kernel: any of them may be the next one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/boot_images.h"
#include "tool/check/check.h"
#include "tool/generator.h"
#include "tool/regular.h"
#include "tool/verify.h"

#define STALE "stale: "

struct looking {
	struct check *check;
	const struct boot_image *boot;
	const struct verify_image *image;
};

/* Words alone put gpupass into no image. */
static bool lacks_words(const struct check *check, const struct verify_image *image)
{
	return !config_wants_image(&check->config) && check->config.conf.rule_count &&
	       verify_is_empty(image);
}

static struct check_finding *add(const struct looking *looking, enum check_weight weight,
				 const char *kind, const char *sentence)
{
	struct check_finding *finding =
		check_add(looking->check, weight, kind, "%s", sentence);

	snprintf(finding->place.path, sizeof(finding->place.path), "%s",
		 looking->boot->path);
	return finding;
}

static void add_finding(void *data, bool rebuild, const char *sentence)
{
	const struct looking *looking = data;
	bool stale = strncmp(sentence, STALE, strlen(STALE)) == 0;
	struct check_finding *finding =
		add(looking, CHECK_ERROR, stale ? "image-stale" : "image", sentence);
	char path[PATH_MAX + 1], command[GENERATOR_COMMAND_SIZE];

	check_set_reason(finding,
			 "kernel %s would start with what is in this image, whatever "
			 "the host's files say",
			 looking->boot->kernel);
	sys_format(path, sizeof(path), "/%s", looking->boot->path);
	if (rebuild && generator_command_for(verify_generator(looking->image), path,
					     looking->boot->kernel, command))
		check_set_remedy(finding, "run: %s", command);
}

static void add_remark(void *data, const char *sentence)
{
	add(data, CHECK_NOTE, "image-remark", sentence);
}

/* systemd-boot and unified images have theirs elsewhere, and so may mkinitcpio's names.
 */
static bool may_be_elsewhere(const struct check *check)
{
	return check->loader.kind == BOOT_LOADER_SYSTEMD ||
	       check->loader.kind == BOOT_LOADER_UKI ||
	       sys_exists(check->root, "boot/initramfs-linux.img") == 1;
}

static void add_elsewhere(struct check *check, const struct boot_image *boot)
{
	struct check_finding *finding = check_add(
		check, CHECK_NOTE, "image-elsewhere",
		"kernel %s has no boot image in /boot with its name", boot->kernel);

	check_set_reason(finding, "this host may boot from others, as in the EFI "
				  "partition: they are not looked into");
	check_set_remedy(finding, "run gpupass verify-image with the path of the image, "
				  "if it is not a unified one");
}

static void add_missing(struct check *check, const struct boot_image *boot)
{
	struct check_finding *finding;

	if (!check->config.conf.rule_count)
		return;
	if (may_be_elsewhere(check)) {
		add_elsewhere(check, boot);
		return;
	}
	finding = check_add(check, CHECK_ERROR, "image-missing",
			    "kernel %s has no boot image in /boot", boot->kernel);
	check_set_reason(finding, "it would start without gpupass, and its drivers would "
				  "have the cards");
	check_set_remedy(finding, "%s", check->rebuild);
}

static void add_unreadable(const struct looking *looking, int error)
{
	struct check_finding *finding;

	if (error == -EACCES) {
		finding = add(looking, CHECK_NOTE, "image-unreadable",
			      "only root may look into it");
		check_set_remedy(finding, "run gpupass check as root");
		return;
	}
	finding = add(looking, CHECK_ERROR, "image-unreadable",
		      error == -EBADMSG
			      ? "no boot image, or damaged, or packed as libarchive "
				"cannot unpack"
			      : regular_explain(error));
	check_set_reason(finding, "kernel %s may not boot with it",
			 looking->boot->kernel);
	check_set_remedy(finding, "%s", looking->check->rebuild);
}

static void add_without(const struct looking *looking)
{
	struct check_finding *finding =
		add(looking, CHECK_ERROR, "image-without", "gpupass is not in it");

	check_set_reason(finding,
			 "gpupass.card= on the kernel command line does nothing without, "
			 "and no card is named in /" CONF_PATH);
	check_set_remedy(finding,
			 "write image = generic below [options] in /" CONF_PATH
			 ", then %s",
			 looking->check->rebuild);
}

static void look_into(struct check *check, const struct boot_image *boot)
{
	static struct verify_image image;
	struct looking looking = {check, boot, &image};
	struct verify_report report = {add_finding, add_remark, &looking, 0};
	char path[2 * PATH_MAX];
	int error;

	snprintf(path, sizeof(path), "%s/%s", check->root_path, boot->path);
	if (check->progress)
		check->progress(check->progress_data, path);
	error = verify_read(path, &image);
	if (error < 0)
		add_unreadable(&looking, error);
	else if (lacks_words(check, &image))
		add_without(&looking);
	else
		verify_compare(&image, check->root, &check->config, &report);
}

void check_images(struct check *check)
{
	struct boot_image *images;
	int count = boot_images_find(check->root, &images), seen = 0;

	for (int i = 0; i < count; i++) {
		if (images[i].path[0]) {
			look_into(check, &images[i]);
			seen++;
		} else {
			add_missing(check, &images[i]);
		}
	}
	free(images);
	if (seen || count > 0 || !check->config.conf.rule_count)
		return;
	check_set_reason(check_add(check, CHECK_NOTE, "no-images",
				   "no boot image of an installed kernel is in /boot"),
			 "what the next boot starts with cannot be looked into here");
}
