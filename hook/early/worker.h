/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker: the work itself, from the rules to the summary of each card. It runs in a child
 * of its own and may hang in the kernel at any step; the supervisor (main) waits with a
 * deadline.
 */
#ifndef GPUPASS_WORKER_H
#define GPUPASS_WORKER_H

#include "hook/early/bind.h"

struct worker_task {
	const struct sys_root *root;
	struct trace *trace;
	struct bind_journal *journal; /* shared with the supervisor */
	const struct conf *conf;
	const char *command_line;
	bool dry_run; /* decide and record, change nothing */
};

/* Returns 0 when every rule holds, 1 when something was refused or failed. */
int worker_run(const struct worker_task *task);

#endif
