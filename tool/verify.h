/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify: whether a boot image is what the configuration asks for.
 */
#ifndef GPUPASS_TOOL_VERIFY_H
#define GPUPASS_TOOL_VERIFY_H

#include "hook/core/image.h"
#include "tool/config.h"

#define VERIFY_MAX_FILES 64

/* A small text of an image. */
struct verify_text {
	bool exists;
	size_t length; /* what did not fit is not there */
	char text[CONF_MAX_SIZE + 2];
};

/* What of gpupass is in an image. */
struct verify_image {
	bool has_program, program_runs, has_script, script_runs;
	bool has_unit, unit_wanted, has_hook; /* dracut */
	struct verify_text conf, modules, keep, order, unit;
	unsigned file_count; /* below IMAGE_MODULES */
	char files[VERIFY_MAX_FILES][IMAGE_MODULE_SIZE];
};

/* Collects what is in the image at path. 0 or -errno, as cpio_read_image(). */
int verify_read(const char *path, struct verify_image *ret_image);

/* Whether initramfs-tools made the image; else it is taken for one of dracut. */
bool verify_is_initramfs_tools(const struct verify_image *image);

/* Whether there is anything of gpupass in it. */
bool verify_is_empty(const struct verify_image *image);

/*
 * Calls finding with a sentence for each thing that is not as it should be; rebuild tells
 * whether building the image again is the remedy. Returns how many there are.
 */
unsigned verify_compare(const struct verify_image *image, const struct config *config,
			void (*finding)(void *data, bool rebuild, const char *sentence),
			void *data);

#endif
