/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faults: the script of what goes wrong. One fault a line, # starts a comment line:
 *
 *	probe-fails DRIVER ADDRESS ERRNO  probing it gives this error
 *	bind-lies ADDRESS                 bind says success and does nothing
 *	matches DRIVER ADDRESS            without an override, DRIVER takes it
 *	write-fails WRITE ERRNO           the write gives this error, and no more
 *	hang WRITE                        it waits until its process is killed
 *	stuck WRITE                       not even then; others hang there, too
 *	stuck-read PATH                   the same, of opening or following what is there
 *	die WRITE                         the process is killed instead
 *	vanish ADDRESS WRITE              the function is gone when it comes
 *	loses ADDRESS WRITE               the function loses its driver then
 *	read-fails PATH ERRNO             reading the file gives this error
 *	readonly PATH                     nothing can be written below PATH
 *	call-fails CALL ERRNO             this system call gives this error
 *	forgets WRITE                     a variable keeps what it had, in silence
 *
 * A WRITE is PATH, or PATH=TEXT for writes of that text only (PATH= clears an override).
 * A PATH is what reports call it (tree_name); an ERRNO is a name such as EINVAL.
 */
#ifndef TESTS_CLI_KERNEL_FAULTS_H
#define TESTS_CLI_KERNEL_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum fault_kind {
	FAULT_PROBE_FAILS,
	FAULT_BIND_LIES,
	FAULT_MATCHES,
	FAULT_WRITE_FAILS,
	FAULT_HANG,
	FAULT_STUCK,
	FAULT_STUCK_READ,
	FAULT_DIE,
	FAULT_VANISH,
	FAULT_LOSES,
	FAULT_READ_FAILS,
	FAULT_READONLY,
	FAULT_CALL_FAILS,
	FAULT_FORGETS,
};

#define FAULT_WORD_SIZE 128

struct fault {
	enum fault_kind kind;
	char driver[FAULT_WORD_SIZE], address[FAULT_WORD_SIZE];
	char path[FAULT_WORD_SIZE]; /* or the name of a system call */
	char text[FAULT_WORD_SIZE];
	bool has_text;
	int error; /* positive */
	bool used; /* it happened */
};

#define FAULTS_MAX 32

struct faults {
	size_t count;
	struct fault faults[FAULTS_MAX];
};

/* Ends the program when the file is not in order. */
void faults_read(const char *path, struct faults *ret_faults);

/* The fault of this kind for that, or NULL; marks it as used. */
struct fault *faults_find_write(struct faults *faults, enum fault_kind kind,
				const char *path, const char *text);
struct fault *faults_find_path(struct faults *faults, enum fault_kind kind,
			       const char *path);
struct fault *faults_find_function(struct faults *faults, enum fault_kind kind,
				   const char *driver, const char *address);

/* A script that did not happen tests nothing: the first unused fault's line, or NULL. */
const struct fault *faults_find_unused(const struct faults *faults);
const char *fault_kind_name(enum fault_kind kind);

#endif
