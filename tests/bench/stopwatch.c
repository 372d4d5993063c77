/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stopwatch PROGRAM [ARGUMENT...]: runs it, and prints on standard error how many
 * milliseconds went by from before it was started to its end. Its own exit status is the
 * program's, or 127.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	double started = milliseconds(), ended;
	int status;
	pid_t child;

	if (argc < 2)
		return 127;
	child = vfork();
	if (child < 0)
		return 127;
	if (child == 0) {
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		return 127;
	ended = milliseconds();
	fprintf(stderr, "%.6f\n", ended - started);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}
