/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * combination: everything that must be the same for a boot that went well to say
 * something about the next, as one number: the kernel (release and version), the
 * firmware's version and the machine (DMI), gpupass's version, the kernel command line
 * but for what boot loaders add, gpupass.conf, the list of modules, and the functions of
 * the cards that are to be taken. What cannot be read counts as empty.
 */
#ifndef GPUPASS_COMBINATION_H
#define GPUPASS_COMBINATION_H

#include "hook/core/plan.h"

/* What is known of it without looking. */
struct combination {
	const struct conf *conf;
	const char *command_line;
	uint64_t modules; /* hash of the image's list */
};

uint64_t combination_hash(const struct sys_root *root,
			  const struct combination *combination,
			  const struct plan *plans);

#endif
