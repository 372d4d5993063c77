/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls on their way in. Reads and writes of the fixture's attributes go to core;
 * calls that no program may make on a fixture are refused.
 */
#include "tests/cli/kernel/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

static const char *const names[CALLS_MAX] = {
#include "syscall-names.h"
};

/* Calls that carry a path: the arguments with the directory (-1 = none), path and open
 * flags (-1 = none). */
static const struct {
	long number;
	int directory, path, flags;
	bool makes; /* it makes or removes something */
} path_calls[] = {
	{SYS_open, -1, 0, 1, false},      {SYS_openat, 0, 1, 2, false},
	{SYS_access, -1, 0, -1, false},   {SYS_faccessat, 0, 1, -1, false},
	{SYS_readlink, -1, 0, -1, false}, {SYS_readlinkat, 0, 1, -1, false},
	{SYS_mkdir, -1, 0, -1, true},     {SYS_mkdirat, 0, 1, -1, true},
	{SYS_unlink, -1, 0, -1, true},    {SYS_unlinkat, 0, 1, -1, true},
	{SYS_creat, -1, 0, -1, true},     {SYS_newfstatat, 0, 1, -1, false},
};

static const long refused_calls[] = {
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_mount,
	SYS_umount2,     SYS_move_mount,   SYS_pivot_root,    SYS_chroot,
	SYS_reboot,      SYS_kexec_load,   SYS_syslog,        SYS_swapon,
	SYS_swapoff,     SYS_mknod,        SYS_mknodat,       SYS_execve,
	SYS_execveat,    SYS_sethostname,  SYS_clock_settime, SYS_settimeofday,
	SYS_iopl,        SYS_ioperm,       SYS_bpf,           SYS_setns,
	SYS_rename,      SYS_renameat,     SYS_renameat2,     SYS_chmod,
	SYS_fchmod,      SYS_fchmodat,
};

/* Ways of writing that the played attributes do not know. */
static const long other_writes[] = {SYS_pwrite64, SYS_writev, SYS_pwritev, SYS_sendfile,
				    SYS_ftruncate};

/* What the program may never look at outside of the fixture; its libc may look at other
 * files there. */
static const char *const private_paths[] = {
	"/sys/bus",      "/sys/devices/pci",        "/sys/kernel",      "/sys/firmware",
	"/proc/cmdline", "/proc/sys/kernel/random", "/proc/iomem",      "/run",
	"/dev/kmsg",     "/etc/gpupass.conf",       "/usr/lib/gpupass",
};

const char *calls_name(uint64_t number)
{
	return number < CALLS_MAX ? names[number] : NULL;
}

static bool is_in(long number, const long *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

static void refuse(struct calls *calls, struct tracee *tracee, uint64_t number,
		   const char *what)
{
	fprintf(calls->forbidden, "%s %s\n", calls_name(number), what);
	tracee_skip(tracee, -EPERM);
}

/* The part of an absolute path below the fixture, or NULL. */
static const char *inside(const struct calls *calls, const char *path)
{
	size_t length = strlen(calls->root);

	if (strncmp(path, calls->root, length) != 0)
		return NULL;
	return path[length] == '/' ? path + length + 1 : path[length] ? NULL : "";
}

static bool is_private(const char *path)
{
	for (size_t i = 0; i < sizeof(private_paths) / sizeof(private_paths[0]); i++) {
		if (strncmp(path, private_paths[i], strlen(private_paths[i])) == 0)
			return true;
	}
	return false;
}

static bool is_attribute(const struct calls *calls, const char *path)
{
	char resolved[PATH_MAX];
	const char *part = realpath(path, resolved) ? inside(calls, resolved) : NULL;

	return part && strncmp(part, "sys/", strlen("sys/")) == 0 &&
	       !core_is_variable(part);
}

static void carry_out(struct tracee *tracee, struct core_outcome outcome)
{
	switch (outcome.action) {
	case CORE_PASS:
		break;
	case CORE_RETURN:
		tracee_skip(tracee, outcome.result);
		break;
	case CORE_DIE:
		tracee_skip(tracee, -EINTR);
		kill(tracee->pid, SIGKILL);
		break;
	case CORE_STUCK:
		tracee->stuck = true;
		/* fall through */
	case CORE_HANG:
		tracee->waiting = true;
		break;
	}
}

static void enter_inside(struct calls *calls, struct tracee *tracee, const char *path,
			 const char *part, int flags_argument, uint64_t flags, bool makes)
{
	bool writes = makes || (flags & O_ACCMODE) != O_RDONLY;
	struct fault *fault = NULL;

	if (strcmp(part, "dev/kmsg") == 0 && writes)
		calls->core->kmsg_lines = 0;
	if (writes)
		fault = faults_find_path(calls->core->faults, FAULT_READONLY, part);
	if (flags & O_CREAT && strncmp(part, "sys/", strlen("sys/")) == 0 &&
	    !core_is_variable(part)) {
		fprintf(calls->forbidden, "O_CREAT on %s\n", part);
		tracee_skip(tracee, -EACCES);
		return;
	}
	if (fault)
		tracee_skip(tracee, -EROFS);
	else if (!writes)
		carry_out(tracee, core_look(calls->core, part));
	else if (flags & O_TRUNC && is_attribute(calls, path))
		/* sysfs does not know O_TRUNC: only a write changes anything */
		tracee_set_argument(tracee, flags_argument, flags & ~(uint64_t)O_TRUNC);
}

static void enter_path(struct calls *calls, struct tracee *tracee, size_t i,
		       const uint64_t *arguments)
{
	int directory = path_calls[i].directory, at = path_calls[i].flags;
	uint64_t flags = at < 0 ? 0 : arguments[at];
	char path[2 * PATH_MAX];
	const char *part;

	if (!tracee_read_path(tracee->pid,
			      directory < 0 ? AT_FDCWD : (int)arguments[directory],
			      arguments[path_calls[i].path], path, sizeof(path)))
		return;
	part = inside(calls, path);
	if (strstr(path, "/../"))
		refuse(calls, tracee, (uint64_t)path_calls[i].number, path);
	else if (part)
		enter_inside(calls, tracee, path, part, at, flags, path_calls[i].makes);
	else if (is_private(path) || path_calls[i].makes ||
		 (flags & O_ACCMODE) != O_RDONLY)
		refuse(calls, tracee, (uint64_t)path_calls[i].number, path);
}

static void enter_transfer(struct calls *calls, struct tracee *tracee, uint64_t number,
			   const uint64_t *arguments)
{
	char path[PATH_MAX], text[2 * PATH_MAX];
	size_t length = arguments[2] < sizeof(text) ? arguments[2] : sizeof(text);
	const char *part;

	if (!tracee_read_descriptor(tracee->pid, (int)arguments[0], path, sizeof(path)))
		return;
	part = inside(calls, path);
	if (!part)
		return;
	if (number == SYS_read || number == SYS_pread64)
		carry_out(tracee, core_read(calls->core, part));
	else if (number != SYS_write &&
		 (strncmp(part, "sys/", 4) == 0 || strcmp(part, "dev/kmsg") == 0))
		refuse(calls, tracee, number, part);
	else if (number == SYS_write &&
		 tracee_read(tracee->pid, arguments[1], text, length) == (ssize_t)length)
		carry_out(tracee, core_write(calls->core, part, text, arguments[2]));
}

/* A process in the kernel's hands does not get the signal. */
static void enter_kill(struct calls *calls, struct tracee *tracee, pid_t pid, int number)
{
	for (size_t i = 0; i < calls->tracee_count; i++) {
		if (calls->tracees[i].pid != pid)
			continue;
		calls->tracees[i].doomed |= number == SIGKILL;
		if (calls->tracees[i].stuck)
			tracee_skip(tracee, 0);
	}
}

static void enter_exit(struct calls *calls, struct tracee *tracee)
{
	unsigned peak = tracee_peak(tracee->pid);

	tracee->doomed = true;
	if (peak > calls->peak)
		calls->peak = peak;
}

void calls_enter(struct calls *calls, struct tracee *tracee, uint64_t number,
		 const uint64_t *arguments)
{
	const char *name = calls_name(number);
	struct fault *fault;

	if (number < CALLS_MAX)
		calls->counts[number]++;
	fault = name ? faults_find_path(calls->core->faults, FAULT_CALL_FAILS, name)
		     : NULL;
	if (fault) {
		tracee_skip(tracee, -fault->error);
		return;
	}
	if (is_in((long)number, refused_calls,
		  sizeof(refused_calls) / sizeof(refused_calls[0])))
		refuse(calls, tracee, number, "");
	else if (number == SYS_read || number == SYS_pread64 || number == SYS_write ||
		 is_in((long)number, other_writes,
		       sizeof(other_writes) / sizeof(other_writes[0])))
		enter_transfer(calls, tracee, number, arguments);
	else if (number == SYS_exit || number == SYS_exit_group)
		enter_exit(calls, tracee);
	else if (number == SYS_kill || number == SYS_tkill)
		enter_kill(calls, tracee, (pid_t)arguments[0], (int)arguments[1]);
	for (size_t i = 0; i < sizeof(path_calls) / sizeof(path_calls[0]); i++) {
		if ((uint64_t)path_calls[i].number == number)
			enter_path(calls, tracee, i, arguments);
	}
}
