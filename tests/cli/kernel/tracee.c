/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process under ptrace(2). Decides nothing.
 */
#include "tests/cli/kernel/tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

#include "tests/cli/kernel/tree.h"

#define PAGE 4096

ssize_t tracee_read(pid_t pid, uint64_t address, void *buffer, size_t size)
{
	struct iovec local = {buffer, size};
	struct iovec remote = {(void *)(uintptr_t)address, size};

	return process_vm_readv(pid, &local, 1, &remote, 1, 0);
}

/* Up to the end of a page at a time: what lies behind it may not be there. */
bool tracee_read_string(pid_t pid, uint64_t address, char *buffer, size_t size)
{
	size_t length = 0;

	while (length < size) {
		size_t part = PAGE - (address + length) % PAGE;

		if (part > size - length)
			part = size - length;
		if (tracee_read(pid, address + length, buffer + length, part) !=
		    (ssize_t)part)
			return false;
		if (memchr(buffer + length, '\0', part))
			return true;
		length += part;
	}
	return false;
}

static bool read_proc_link(const char *path, char *buffer, size_t size)
{
	ssize_t length = readlink(path, buffer, size - 1);

	if (length < 0 || buffer[0] != '/')
		return false;
	buffer[length] = '\0';
	return true;
}

bool tracee_read_descriptor(pid_t pid, int fd, char *buffer, size_t size)
{
	char path[64];

	if (fd == AT_FDCWD)
		tree_format(path, sizeof(path), "/proc/%d/cwd", pid);
	else
		tree_format(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return read_proc_link(path, buffer, size);
}

bool tracee_read_path(pid_t pid, int directory, uint64_t address, char *buffer,
		      size_t size)
{
	char text[PATH_MAX];
	size_t length;

	if (!tracee_read_string(pid, address, text, sizeof(text)))
		return false;
	buffer[0] = '\0';
	if (text[0] != '/' && !tracee_read_descriptor(pid, directory, buffer, size))
		return false;
	length = strlen(buffer);
	if (length + strlen(text) + 2 > size)
		return false;
	if (text[0] != '/')
		buffer[length++] = '/';
	strcpy(buffer + length, text);
	return true;
}

static struct user_regs_struct get_registers(const struct tracee *tracee)
{
	struct user_regs_struct registers;

	if (ptrace(PTRACE_GETREGS, tracee->pid, NULL, &registers) < 0 && errno != ESRCH)
		tree_fail("PTRACE_GETREGS: %s", strerror(errno));
	return registers;
}

static void set_registers(const struct tracee *tracee, struct user_regs_struct *registers)
{
	if (ptrace(PTRACE_SETREGS, tracee->pid, NULL, registers) < 0 && errno != ESRCH)
		tree_fail("PTRACE_SETREGS: %s", strerror(errno));
}

void tracee_skip(struct tracee *tracee, long result)
{
	struct user_regs_struct registers = get_registers(tracee);

	registers.orig_rax = (unsigned long long)-1;
	set_registers(tracee, &registers);
	tracee->skipping = true;
	tracee->result = result;
}

void tracee_set_argument(const struct tracee *tracee, int i, uint64_t value)
{
	struct user_regs_struct registers = get_registers(tracee);
	unsigned long long *const arguments[] = {
		&registers.rdi, &registers.rsi, &registers.rdx,
		&registers.r10, &registers.r8,  &registers.r9,
	};

	*arguments[i] = value;
	set_registers(tracee, &registers);
}

void tracee_finish(struct tracee *tracee)
{
	struct user_regs_struct registers = get_registers(tracee);

	registers.rax = (unsigned long long)tracee->result;
	set_registers(tracee, &registers);
	tracee->skipping = false;
}

unsigned tracee_peak(pid_t pid)
{
	char path[64], line[256];
	unsigned peak = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "r");
	while (status && !peak && fgets(line, sizeof(line), status))
		sscanf(line, "VmHWM: %u kB", &peak);
	if (status)
		fclose(status);
	return peak;
}
