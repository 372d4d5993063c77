/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify: whether a boot image is what the configuration asks for.
 */
#ifndef GPUPASS_TOOL_VERIFY_H
#define GPUPASS_TOOL_VERIFY_H

#include "hook/core/image.h"
#include "tool/config.h"
#include "tool/digest.h"
#include "tool/generator.h"

#define VERIFY_MAX_MODULES  64
#define VERIFY_PROGRAM_SIZE (1024 * 1024)

#define VERIFY_SCRIPTS "scripts/init-top/"
#define VERIFY_SCRIPT  VERIFY_SCRIPTS "00-gpupass"
#define VERIFY_UNIT    "gpupass.service"
#define VERIFY_HOOK    "hooks/gpupass"

/* A small text of an image. */
struct verify_text {
	bool exists;
	size_t length; /* what did not fit is not there */
	char text[CONF_MAX_SIZE + 2];
};

/* The early program, of an image or of the host. */
struct verify_program {
	bool exists, runs;
	size_t length; /* VERIFY_PROGRAM_SIZE: that or longer */
	char bytes[VERIFY_PROGRAM_SIZE];
};

struct verify_module {
	char file[IMAGE_MODULE_SIZE];
	uint64_t inode; /* as in struct cpio_file */
	struct digest digest;
};

/* What of gpupass is in an image. */
struct verify_image {
	struct verify_program program;
	bool has_script, script_runs;
	/* dracut. A unit in etc/ stands in for the one below usr/. */
	bool has_unit, unit_of_etc, unit_masked, unit_wanted, has_hook;
	struct verify_text conf, modules, keep, order, unit, unit_more /* its drop-ins */;
	/* mkinitcpio: both are in, and /init is busybox's or systemd. */
	bool has_early_hook, early_hook_runs, init_is_systemd;
	struct verify_text hooks /* in the order they run */,
		build /* its configuration */;
	unsigned module_count; /* below IMAGE_MODULES */
	struct verify_module module[VERIFY_MAX_MODULES];
};

/* Collects what is in the image at path. 0 or -errno, as cpio_read_image(). */
int verify_read(const char *path, struct verify_image *ret_image);

/* What made the image; what is not known is taken for one of dracut. */
enum generator verify_generator(const struct verify_image *image);

/* Whether there is anything of gpupass in it. */
bool verify_is_empty(const struct verify_image *image);

struct verify_report {
	/* One thing that is not as it should be; rebuild: building the image again is the
	 * remedy. */
	void (*finding)(void *data, bool rebuild, const char *sentence);
	/* Something to know that is not wrong here. */
	void (*remark)(void *data, const char *sentence);
	void *data;
	unsigned count;
};

/* Compares the image with the configuration and the files of the host at root. Returns
 * how many findings there are. */
unsigned verify_compare(const struct verify_image *image, const struct sys_root *root,
			const struct config *config, struct verify_report *report);

/* verify_compare's, for files that must be the host's own. */
void verify_report(struct verify_report *report, bool rebuild, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void verify_check_program(const struct verify_image *image, const struct sys_root *root,
			  struct verify_report *report);
void verify_check_module(const struct verify_image *image, const struct sys_root *root,
			 const char *file, const char *release,
			 struct verify_report *report);

#endif
