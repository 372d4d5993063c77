/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker: the work itself, from the rules to the summary of each card. It runs in a child
 * of its own and may hang in the kernel at any step; the supervisor waits with a
 * deadline.
 */
#ifndef GPUPASS_WORKER_H
#define GPUPASS_WORKER_H

#include "hook/early/bind.h"

enum { WORKER_HOLDS = 0, WORKER_LOST = 1 };

/* What it means that a function that came back was not taken again. */
#define WORKER_NOT_WHOLE "the card is not whole: its VM will not start"

struct worker_task {
	const struct sys_root *root;
	struct trace *trace;
	struct bind_journal *journal; /* shared with the supervisor, */
	struct guard *guard;          /* and this */
	const struct conf *conf;
	const char *command_line;
	bool dry_run; /* decide and record, change nothing */
	const struct pci_address
		*returned; /* take just this one again; NULL = all cards */
};

/* Returns WORKER_HOLDS when every rule holds, WORKER_LOST when something was refused or
 * failed. */
int worker_run(const struct worker_task *task);

#endif
