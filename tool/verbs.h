/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verbs: the verbs of gpupass(8), what each takes, and its help.
 */
#ifndef GPUPASS_VERBS_H
#define GPUPASS_VERBS_H

#include "tool/gpupass.h"

/* What a verb takes besides --root and --help; arguments.c has the options behind these.
 */
enum {
	TAKES_OPERANDS = 1 << 0, /* any number of them, the verb counts */
	TAKES_KERNEL = 1 << 1,
	TAKES_INTO = 1 << 2,
	TAKES_JSON = 1 << 3,
	TAKES_COLOR = 1 << 4,
	TAKES_CONF = 1 << 5,
	TAKES_AFTER = 1 << 6,
	TAKES_QUIET = 1 << 7,
	TAKES_NAME = 1 << 8,
	TAKES_REBUILD = 1 << 9,
	TAKES_VM = 1 << 10, /* the forms of a card for a VM */
};

struct verb {
	const char *name;
	enum status (*run)(const struct arguments *arguments);
	unsigned takes;
	const char *usage; /* what follows the name */
	const char *help;  /* lines of at most 80 columns */
};

/* NULL when there is none of that name. */
const struct verb *verbs_find(const char *name);

/* `gpupass --help`, and `gpupass VERB --help`, to stdout. */
void verbs_help(void);
void verbs_help_of(const struct verb *verb);

#endif
