/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise: lets a worker do the work in a child of its own, waits for it with a
 * deadline, and gives back what it could not.
 */
#ifndef GPUPASS_SUPERVISE_H
#define GPUPASS_SUPERVISE_H

#include "hook/early/worker.h"

/* Returns the worker's status, or 1 when it was lost; that is recorded, and so is what
 * became of its cards. task->journal lies in memory that children share. */
int supervise(const struct worker_task *task);

#endif
