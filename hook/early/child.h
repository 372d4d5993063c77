/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child: work in a process of its own, waited for with a deadline. Knows nothing of what
 * the work is.
 */
#ifndef GPUPASS_CHILD_H
#define GPUPASS_CHILD_H

#define CHILD_SECONDS_MAX 130 /* for all steps of one child; hook/dracut counts on it */

struct child_work {
	int (*run)(const void *task);
	const void *task;
	/* A number that changes with each step, so that the deadline is one for a step;
	 * NULL = for the whole. */
	unsigned (*step)(const void *task);
};

/*
 * Returns the exit status of run, or
 *	-EINTR      it died of a signal
 *	-ETIME      the deadline passed, and it has been killed
 *	-ETIMEDOUT  the deadline passed, and it cannot be killed: it hangs in the kernel
 *	-ECHILD     it ended, and somebody else took its status
 *	other       it could not be started
 */
int child_run(const struct child_work *work, unsigned seconds);

#endif
