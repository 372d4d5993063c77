/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generator: what builds this host's boot images, and the commands that have it do so.
 * Finds it as install.sh does; runs nothing.
 */
#ifndef GPUPASS_TOOL_GENERATOR_H
#define GPUPASS_TOOL_GENERATOR_H

#include "hook/core/sys.h"

enum generator {
	GENERATOR_NONE,
	GENERATOR_INITRAMFS_TOOLS,
	GENERATOR_DRACUT,
	GENERATOR_DRACUT_DEBIAN, /* with the update-initramfs of its own package */
	GENERATOR_MKINITCPIO,
};

#define GENERATOR_COMMAND_SIZE 4608 /* PATH_MAX and words around it */
#define GENERATOR_PATH_SIZE    64

/* Where several are, it is the one whose images the host boots from. */
enum generator generator_find(const struct sys_root *root);

/* "dracut"; "none". */
const char *generator_name(enum generator generator);

/* The command that rebuilds all images, its words with one blank between them. NULL when
 * there is none. */
const char *generator_command(enum generator generator);

/* The command that rebuilds one image to buffer (GENERATOR_COMMAND_SIZE bytes); kernel is
 * its version, NULL when it is not known. mkinitcpio's presets name their images: it is
 * all of them there. False when there is none. */
bool generator_command_for(enum generator generator, const char *image,
			   const char *kernel, char *buffer);

/* Where a program is, relative to the root directory, to ret_path (GENERATOR_PATH_SIZE
 * bytes). False when it is in none of the directories for programs. */
bool generator_find_program(const struct sys_root *root, const char *name,
			    char *ret_path);

#endif
