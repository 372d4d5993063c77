/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fork, and a pipe whose other end goes with the child: its end is seen without a signal
 * handler.
 */
#include "hook/early/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLICE         100  /* ms between two looks at the step */
#define KILLED_WITHIN 1000 /* ms in which whoever can be killed is gone */

/* Waits until fd says that the child is gone: 1; 0 after milliseconds. Interrupted, it
 * waits anew; where poll() cannot be used at all the time passes all the same. */
static int wait_for_end(int fd, int milliseconds)
{
	struct pollfd end = {.fd = fd, .events = POLLIN};
	int result;

	do {
		result = poll(&end, 1, milliseconds);
	} while (result < 0 && errno == EINTR);
	if (result < 0)
		usleep((unsigned)milliseconds * 1000);
	return result > 0;
}

/* The deadline begins anew with each step, up to the limit for all. */
static bool ends_in_time(const struct child_work *work, int fd, unsigned seconds)
{
	unsigned step = work->step ? work->step(work->task) : 0, now;
	unsigned waited = 0, of_step = 0;

	while (of_step < seconds * 1000 && waited < CHILD_SECONDS_MAX * 1000) {
		if (wait_for_end(fd, SLICE))
			return true;
		waited += SLICE;
		of_step += SLICE;
		now = work->step ? work->step(work->task) : 0;
		if (now != step)
			of_step = 0;
		step = now;
	}
	return false;
}

/* The exit status; -EAGAIN when options do not wait and the child is still there. */
static int take_status(pid_t child, int options)
{
	int status;
	pid_t found = waitpid(child, &status, options);

	if (found != child)
		return found == 0 ? -EAGAIN : -ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static int wait_for(const struct child_work *work, pid_t child, int fd, unsigned seconds)
{
	int status;

	if (ends_in_time(work, fd, seconds))
		return take_status(child, 0);
	/* Its end may not have been seen. */
	status = take_status(child, WNOHANG);
	if (status != -EAGAIN)
		return status;
	kill(child, SIGKILL);
	if (!wait_for_end(fd, KILLED_WITHIN) && take_status(child, WNOHANG) == -EAGAIN)
		return -ETIMEDOUT;
	take_status(child, WNOHANG);
	return -ETIME;
}

int child_run(const struct child_work *work, unsigned seconds)
{
	int ends[2], result;
	pid_t child;

	if (pipe(ends) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		_exit(work->run(work->task));
	result = child < 0 ? -errno : 0;
	close(ends[1]);
	if (child > 0)
		result = wait_for(work, child, ends[0], seconds);
	/* The end that was read goes with this process, soon. */
	return result;
}
