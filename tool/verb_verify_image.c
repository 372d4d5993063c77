// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass verify-image: looks into boot images and says what is wrong with them, each
 * finding with its remedy. Changes nothing.
 */
#include "tool/gpupass.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/boot_images.h"
#include "tool/generator.h"
#include "tool/regular.h"
#include "tool/verify.h"

static struct config config;
static struct verify_image image;

static void print_finding(void *data, bool rebuild, const char *sentence)
{
	const char *path = data;
	char kernel[IMAGE_RELEASE_SIZE], command[GENERATOR_COMMAND_SIZE];
	bool known = boot_images_kernel(path, kernel, sizeof(kernel));

	if (!rebuild || !generator_command_for(verify_generator(&image), path,
					       known ? kernel : NULL, command)) {
		print_formatted(stdout, "%s: %s", path, sentence);
		return;
	}
	print_formatted(stdout, "%s: %s: run %s", path, sentence, command);
}

static void print_remark(void *data, const char *sentence)
{
	print_formatted(stdout, "%s: remark: %s", (const char *)data, sentence);
}

static enum status verify(const struct arguments *arguments, const char *path)
{
	struct verify_report report = {print_finding, print_remark, (void *)path, 0};
	int error = verify_read(path, &image);

	if (error == -EBADMSG) {
		complain("%s: no boot image, or damaged, or packed as libarchive cannot "
			 "unpack",
			 path);
		return STATUS_CANNOT_READ;
	}
	if (error < 0) {
		complain("%s: %s", path, regular_explain(error));
		return STATUS_CANNOT_READ;
	}
	if (verify_compare(&image, &arguments->root, &config, &report) > 0)
		return STATUS_FINDING;
	if (verify_is_empty(&image))
		print_formatted(stdout, "%s: good: without gpupass, because %s", path,
				config.exists ? "the configuration names no card"
					      : "there is no configuration");
	else
		print_formatted(
			stdout,
			"%s: good: gpupass before udev, the configuration of now, %u "
			"modules",
			path, image.module_count);
	return STATUS_GOOD;
}

static enum status verify_all(const struct arguments *arguments)
{
	enum status worst = STATUS_GOOD;
	struct boot_image *images;
	int count = boot_images_find(&arguments->root, &images);
	char path[PATH_MAX + sizeof(images->path)];
	unsigned seen = 0;

	for (int i = 0; i < count; i++) {
		enum status status;

		if (!images[i].path[0])
			continue;
		sys_format(path, sizeof(path), "%s/%s", arguments->root_path,
			   images[i].path);
		status = verify(arguments, path);
		worst = status > worst ? status : worst;
		seen++;
	}
	free(images);
	if (seen == 0) {
		complain("no image of an installed kernel in %s/boot",
			 arguments->root_path);
		return STATUS_CANNOT_READ;
	}
	return worst;
}

enum status verb_verify_image(const struct arguments *arguments)
{
	enum status worst = STATUS_GOOD;
	int error = config_read(&arguments->root, CONFIG_FOR_IMAGE, &config);

	if (error < 0) {
		complain("%s/" CONF_PATH ": %s", arguments->root_path,
			 regular_explain(error));
		return STATUS_CANNOT_READ;
	}
	if (arguments->operand_count == 0)
		return verify_all(arguments);
	for (unsigned i = 0; i < arguments->operand_count; i++) {
		enum status status = verify(arguments, arguments->operands[i]);

		worst = status > worst ? status : worst;
	}
	return worst;
}
