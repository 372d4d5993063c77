/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may happen while gpupass add writes, for LD_PRELOAD. FAULT=kill:N kills it before
 * its Nth rename, FAULT=change adds a line to the file FAULT_FILE before its first one,
 * FAULT=fsync has every fsync(2) of a file fail as a broken disk's does.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *fault(void)
{
	const char *text = getenv("FAULT");

	return text ? text : "";
}

static void change(void)
{
	static const char line[] = "# of somebody else\n";
	int fd = open(getenv("FAULT_FILE"), O_WRONLY | O_APPEND | O_CREAT, 0644);

	if (fd < 0 || write(fd, line, sizeof(line) - 1) < 0)
		abort();
	close(fd);
}

int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	static int calls;

	if (strcmp(fault(), "fsync") == 0) {
		errno = EIO;
		return -1;
	}
	if (strcmp(fault(), "change") == 0 && calls++ == 0)
		change();
	return real(fd);
}

int renameat(int from, const char *old, int to, const char *new)
{
	int (*real)(int, const char *, int, const char *) =
		(int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT,
								     "renameat");
	static int calls;

	if (strncmp(fault(), "kill:", 5) == 0 && ++calls == atoi(fault() + 5))
		raise(SIGKILL);
	return real(from, old, to, new);
}
