/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracee: one process of the program under test: its memory, its descriptors, and its
 * system call, which can be kept from the real kernel and given a result. x86_64 only.
 */
#ifndef TESTS_CLI_KERNEL_TRACEE_H
#define TESTS_CLI_KERNEL_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tracee {
	pid_t pid;      /* 0 = free */
	bool skipping;  /* the system call it is in does not reach the kernel */
	bool waiting;   /* it is not let go on: only a signal ends it */
	bool stuck;     /* and no signal of the program's own reaches it */
	bool doomed;    /* it is ending, or the program has sent it SIGKILL */
	long result;    /* of the call that is skipped */
	uint64_t flags; /* of the open that it is in */
};

/* Copies from the process. Returns the bytes copied, or -1. */
ssize_t tracee_read(pid_t pid, uint64_t address, void *buffer, size_t size);
bool tracee_read_string(pid_t pid, uint64_t address, char *buffer, size_t size);

/* What a descriptor is open on; false for pipes and the like. */
bool tracee_read_descriptor(pid_t pid, int fd, char *buffer, size_t size);

/* A path argument made absolute, without following the links in it. */
bool tracee_read_path(pid_t pid, int directory, uint64_t address, char *buffer,
		      size_t size);

/* At the entry of a call: the kernel will not see it, and it will return result. */
void tracee_skip(struct tracee *tracee, long result);

/* At the entry of a call: changes its argument number i (from 0). */
void tracee_set_argument(const struct tracee *tracee, int i, uint64_t value);

/* At the exit of a call that was skipped. */
void tracee_finish(struct tracee *tracee);

/* The KiB that the process had in memory at most (VmHWM in proc(5)); 0 = not known. */
unsigned tracee_peak(pid_t pid);

#endif
