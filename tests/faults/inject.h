/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject: runs a program under ptrace(2), knows every system call of it and of its
 * children, and has one of them go wrong. x86_64 only, as its tracee.
 */
#ifndef TESTS_FAULTS_INJECT_H
#define TESTS_FAULTS_INJECT_H

#include <stdbool.h>
#include <stddef.h>

#define INJECT_TARGET_SIZE 160

enum { INJECT_SUPERVISOR, INJECT_WORKER, INJECT_RESCUER }; /* in the order of forks */

/* The n-th call of its number on its target in one process: what other calls come and go
 * between two runs does not move it. */
struct call {
	unsigned role;
	long number;
	char target[INJECT_TARGET_SIZE]; /* path, or what the descriptor is; may be empty
					  */
	unsigned n;                      /* from 1 */
	bool creates;                    /* open with O_CREAT */
	bool writes;                     /* open for writing */
	bool partial;                    /* a transfer of more than one byte */
};

enum inject_kind {
	INJECT_FAIL,    /* it is not done, and fails */
	INJECT_AFTER,   /* it is done, and reported as failed */
	INJECT_PARTIAL, /* one byte is read or written */
	INJECT_LIE,     /* it is not done, and reported as done */
	INJECT_KILL,    /* the process is killed before it */
};

struct injection {
	struct call call;
	enum inject_kind kind;
	int error; /* errno for FAIL and AFTER */
};

struct inject_outcome {
	bool reached; /* the fault happened */
	bool late;    /* killed after the time limit */
	bool left;    /* a process was left behind */
	int status;   /* exit status; -signal when killed */
	double seconds;
};

/* Runs the command. Without injection each call of it is handed to visit. */
void inject_run(char **command, const struct injection *injection,
		void (*visit)(const struct call *call, void *data), void *data,
		struct inject_outcome *ret_outcome);

const char *inject_role_name(unsigned role);
const char *inject_call_name(long number);

#endif
