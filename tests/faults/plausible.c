/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One table. What is not in it cannot fail: clock_gettime, uname and rt_sigaction only
 * for a pointer or a number that is wrong, exit, munmap and rt_sigreturn do not at all.
 * Those, too, are places where the worker may be killed.
 */
#include "tests/faults/plausible.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define MAX_ERRORS 8

/* sysfs gives what a driver's function returns, so files and transfers have them all. */
static const struct {
	long number;
	int errors[MAX_ERRORS];
} fails[] = {
	{SYS_open, {EIO, EACCES, ENOENT, EBUSY, ENODEV, EINTR, ENOMEM, ENOSPC}},
	{SYS_openat, {EIO, EACCES, ENOENT, EBUSY, ENODEV, EINTR, ENOMEM, ENOSPC}},
	{SYS_read, {EIO, EACCES, ENODEV, EINTR, ENOMEM, EBUSY}},
	{SYS_pread64, {EIO, EINTR, ENOMEM}},
	{SYS_write, {EIO, EACCES, ENOENT, ENOSPC, EBUSY, ENODEV, EINTR, ENOMEM}},
	{SYS_pwrite64, {EIO, ENOSPC, EINTR, ENOMEM}},
	{SYS_getdents, {EIO, ENOENT, EINTR, ENOMEM}},
	{SYS_getdents64, {EIO, ENOENT, EINTR, ENOMEM}},
	{SYS_readlink, {EIO, EACCES, ENOENT, ENOMEM}},
	{SYS_readlinkat, {EIO, EACCES, ENOENT, ENOMEM}},
	{SYS_access, {EIO, EACCES, ENOENT, ENOMEM}},
	{SYS_faccessat, {EIO, EACCES, ENOENT, ENOMEM}},
	{SYS_stat, {EIO, EACCES, ENOENT, ENOMEM}},
	{SYS_newfstatat, {EIO, EACCES, ENOENT, ENOMEM}},
	{SYS_fstat, {EIO, ENOMEM}},
	{SYS_lseek, {EIO, ENODEV}},
	{SYS_ioctl, {EIO, EACCES, EBUSY, ENODEV, EINTR, ENOMEM}},
	{SYS_mkdir, {EIO, EACCES, ENOENT, ENOSPC, ENOMEM}},
	{SYS_mkdirat, {EIO, EACCES, ENOENT, ENOSPC, ENOMEM}},
	{SYS_unlink, {EIO, EACCES, EBUSY, ENOMEM}},
	{SYS_unlinkat, {EIO, EACCES, EBUSY, ENOMEM}},
	{SYS_fallocate, {EIO, ENOSPC, EINTR, ENOMEM}},
	{SYS_mount, {EIO, EACCES, ENOENT, ENODEV, ENOMEM}},
	{SYS_finit_module, {EIO, EACCES, ENOENT, EBUSY, ENODEV, EINTR, ENOMEM}},
	{SYS_syslog, {EACCES, EINTR, ENOMEM}},
	{SYS_mmap, {ENOMEM, EACCES, ENODEV}},
	{SYS_prctl, {EACCES}},
	{SYS_capget, {EACCES}},
	{SYS_capset, {EACCES}},
	{SYS_fcntl, {EINTR, ENOMEM}},
	{SYS_fork, {ENOMEM}},
	{SYS_clone, {ENOMEM}},
	{SYS_pipe, {ENOMEM}},
	{SYS_pipe2, {ENOMEM}},
	{SYS_poll, {EINTR, ENOMEM}},
	{SYS_ppoll, {EINTR, ENOMEM}},
	{SYS_nanosleep, {EINTR}},
	{SYS_wait4, {EINTR}},
};

/* What takes effect may be reported as failed all the same: a driver's probe that ends
 * well after an error on its way. A descriptor is closed whatever close() says. */
static const struct {
	long number;
	int error;
} fails_after[] = {
	{SYS_write, EIO},   {SYS_pwrite64, EIO}, {SYS_close, EIO},
	{SYS_mkdirat, EIO}, {SYS_unlinkat, EIO}, {SYS_mount, EIO},
};

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Of an open, only who makes something needs room for it; memory of nobody's file is
 * there or not. That a function is not there is no failure: where the kernel says so it
 * has left the bus, which is asked by its modalias, made before and removed after its
 * link (device_add(), drivers/base/core.c). How often poll() is called depends on the
 * time, so its first call stands for all. */
static bool can_be(const struct call *call, int error)
{
	if (call->number == SYS_poll || call->number == SYS_ppoll)
		return call->n == 1;
	if (call->number == SYS_mmap && !call->target[0])
		return error == ENOMEM;
	if (call->number == SYS_openat && ends_with(call->target, "/modalias") &&
	    error == ENOENT)
		return false;
	return error != ENOSPC || call->creates ||
	       (call->number != SYS_open && call->number != SYS_openat);
}

static bool get_error(const struct call *call, unsigned *i, struct injection *injection)
{
	for (size_t row = 0; row < sizeof(fails) / sizeof(fails[0]); row++) {
		if (fails[row].number != call->number)
			continue;
		for (unsigned e = 0; e < MAX_ERRORS && fails[row].errors[e]; e++) {
			injection->error = fails[row].errors[e];
			if (!can_be(call, injection->error))
				continue;
			if ((*i)-- == 0)
				return true;
		}
	}
	return false;
}

static bool get_after(const struct call *call, unsigned *i, struct injection *injection)
{
	for (size_t row = 0; row < sizeof(fails_after) / sizeof(fails_after[0]); row++) {
		if (fails_after[row].number == call->number && (*i)-- == 0) {
			injection->kind = INJECT_AFTER;
			injection->error = fails_after[row].error;
			return true;
		}
	}
	return false;
}

bool plausible_get(const struct call *call, unsigned i, struct injection *ret_injection)
{
	bool writes = call->number == SYS_write;

	memset(ret_injection, 0, sizeof(*ret_injection));
	ret_injection->call = *call;
	if (get_error(call, &i, ret_injection) || get_after(call, &i, ret_injection))
		return true;
	ret_injection->error = 0;
	if (call->partial && i-- == 0) {
		ret_injection->kind = INJECT_PARTIAL;
		return true;
	}
	if (writes && i-- == 0) {
		ret_injection->kind = INJECT_LIE;
		return true;
	}
	ret_injection->kind = INJECT_KILL;
	return call->role == INJECT_WORKER && i == 0;
}

const char *plausible_name(const struct injection *injection)
{
	static char text[64];

	switch (injection->kind) {
	case INJECT_FAIL:
		return strerrorname_np(injection->error);
	case INJECT_AFTER:
		snprintf(text, sizeof(text), "%s after it was done",
			 strerrorname_np(injection->error));
		return text;
	case INJECT_PARTIAL:
		return "one byte";
	case INJECT_LIE:
		return "not done, but said to be";
	default:
		return "killed";
	}
}
