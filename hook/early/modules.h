/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules: insert the list that the image build prepared (hook/core/image.h). Searches
 * nothing, resolves nothing.
 */
#ifndef GPUPASS_MODULES_H
#define GPUPASS_MODULES_H

#include "hook/core/conf.h"
#include "hook/core/image.h"
#include "hook/early/trace.h"

/* Reads the image's list, once, before anything below. What is wrong with it is recorded
 * by modules_insert: without a list nothing is inserted. */
void modules_read(const struct sys_root *root);

/* The list; empty when none could be read. */
const struct image_modules *modules_list(void);

/* A hash of the list; 0 = none could be read. */
uint64_t modules_hash(void);

/* Inserts the guard's modules, those that every boot needs or those for one that is not
 * proven;
 * one that is not there is for the guard to find out. */
void modules_insert_for_guard(const struct sys_root *root, struct trace *trace,
			      const struct conf *conf, const char *command_line,
			      enum image_stage stage);

/*
 * Inserts every other module of the image's list, in its order, with the list's
 * parameters and then those of command_line (MODULE.PARAMETER=VALUE words, - and _
 * alike). All files are opened before the first is inserted, so that a missing one is
 * found while nothing has changed. A module that is already there is a success; one that
 * is a part of the kernel cannot be given the parameters of conf, and that is recorded.
 *
 * After that the variants of modules_list() have the names of their drivers, as sysfs has
 * them: the list has those of their modules.
 *
 * With dry_run nothing is inserted, but what is missing is found all the same.
 *
 * Returns 0, or -errno after the first failure; each step and each failure is in the
 * trace.
 */
int modules_insert(const struct sys_root *root, struct trace *trace,
		   const struct conf *conf, const char *command_line, bool dry_run);

#endif
