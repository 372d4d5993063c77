/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls: which system calls of the program reach the played kernel, and which may reach
 * the real one. What would touch the running system is refused and reported.
 */
#ifndef TESTS_CLI_KERNEL_CALLS_H
#define TESTS_CLI_KERNEL_CALLS_H

#include "tests/cli/kernel/core.h"
#include "tests/cli/kernel/tracee.h"

#define CALLS_MAX 512 /* above the highest number of a system call */

struct calls {
	struct core *core;
	const char *root; /* the fixture, without a slash at the end */
	FILE *forbidden;  /* one line for each attempt */
	uint64_t counts[CALLS_MAX];
	unsigned peak; /* KiB that the largest process had in memory, seen as it ended */
	struct tracee *tracees;
	size_t tracee_count;
};

/* At the entry of a call with number and arguments. Afterwards tracee->waiting says
 * whether the process may go on. */
void calls_enter(struct calls *calls, struct tracee *tracee, uint64_t number,
		 const uint64_t *arguments);

/* The name of a system call, or NULL. */
const char *calls_name(uint64_t number);

#endif
