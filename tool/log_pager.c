/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts and ends the pager. The shell runs $PAGER, so that it may have arguments.
 */
#include "tool/log_pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* journalctl's: quit when it fits, keep colour, cut long lines, leave the text behind. */
#define LESS_OPTIONS "FRSXMK"

static void copy_input(void)
{
	char buffer[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0) {
		for (ssize_t done = 0; done < n;) {
			ssize_t written =
				write(STDOUT_FILENO, buffer + done, (size_t)(n - done));

			if (written < 0)
				return;
			done += written;
		}
	}
}

/* In the child, standard input being the pipe. Without any pager it copies. */
__attribute__((noreturn)) static void become_pager(const char *pager)
{
	setenv("LESS", LESS_OPTIONS, 1);
	/* Whoever may run gpupass-log through sudo need not get a shell with it. */
	if (getenv("SUDO_UID") != NULL)
		setenv("LESSSECURE", "1", 1);
	if (pager != NULL) {
		execlp("sh", "sh", "-c", pager, (char *)NULL);
	} else {
		execlp("less", "less", (char *)NULL);
		execlp("more", "more", (char *)NULL);
	}
	copy_input();
	_exit(EXIT_SUCCESS);
}

bool log_pager_start(pid_t *ret_pid)
{
	const char *pager = getenv("PAGER");
	int fds[2];
	pid_t pid;

	if (!isatty(STDOUT_FILENO))
		return false;
	if (pager != NULL && (pager[0] == '\0' || strcmp(pager, "cat") == 0))
		return false;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		dup2(fds[0], STDIN_FILENO);
		become_pager(pager);
	}
	if (pid > 0)
		dup2(fds[1], STDOUT_FILENO);
	close(fds[0]);
	close(fds[1]);
	if (pid < 0)
		return false;
	/* Leaving the pager early is no error; Ctrl-C is the pager's, not ours. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	*ret_pid = pid;
	return true;
}

void log_pager_end(pid_t pid)
{
	fclose(stdout);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
