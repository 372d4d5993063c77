/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core: what the kernel's driver core does when an attribute of the fixture is written,
 * and /dev/kmsg with its limits. Behaviour as in drivers/base/{bus,dd,driver}.c and
 * kernel/printk/printk.c of Linux 6.1.
 */
#ifndef TESTS_CLI_KERNEL_CORE_H
#define TESTS_CLI_KERNEL_CORE_H

#include "tests/cli/kernel/faults.h"
#include "tests/cli/kernel/tree.h"

#define CORE_MAX_HELD 8

struct core {
	int root;
	struct faults *faults;
	const struct tree *start; /* the fixture before anything ran */
	FILE *log;                /* every write that reached an attribute, in order */
	unsigned kmsg_lines;      /* since the last open of /dev/kmsg */
	size_t held_count;
	char held[CORE_MAX_HELD]
		 [FAULT_WORD_SIZE]; /* functions whose lock a stuck write holds */
};

enum core_action {
	CORE_RETURN, /* result is what the system call returns */
	CORE_PASS,   /* not an attribute: the real kernel does it */
	CORE_HANG,   /* the caller waits until it is killed */
	CORE_STUCK,  /* the caller waits and cannot be killed */
	CORE_DIE,    /* the caller is killed */
};

struct core_outcome {
	enum core_action action;
	long result;
};

/* Whether a path is one of the firmware's variables. */
bool core_is_variable(const char *path);

struct core_outcome core_write(struct core *core, const char *path, const char *text,
			       size_t length);

/* CORE_PASS when nothing speaks against reading the file. */
struct core_outcome core_read(struct core *core, const char *path);

/* The same of opening a file to read it, or of following a link. */
struct core_outcome core_look(struct core *core, const char *path);

#endif
