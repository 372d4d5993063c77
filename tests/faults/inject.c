/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stops at each system call of the process that is looked at, until the fault has
 * happened; then all of them run free. Judges nothing.
 */
#include "tests/faults/inject.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/cli/kernel/tracee.h"
#include "tests/cli/kernel/tree.h"

#define MAX_PROCESSES 16
#define MAX_CALLS     8192
#define MAX_NUMBER    512
#define TIME_LIMIT    60 /* seconds; the program's own limits are shorter */

#define OPTIONS                                                                          \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |              \
	 PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

struct process {
	struct tracee tracee;
	unsigned role;
	bool exit_fails; /* the call it is in will be reported as failed */
};

struct run {
	const struct injection *injection;
	void (*visit)(const struct call *call, void *data);
	void *data;
	struct process processes[MAX_PROCESSES];
	unsigned count;
	bool started; /* past execve */
	bool reached;
	unsigned matched;     /* calls like the one that is to fail */
	struct call *visited; /* when listing: for their numbers */
	size_t visited_count;
};

static const char *const names[MAX_NUMBER] = {
#include "syscall-names.h"
};

/* Where a call says what it is about. */
static const struct {
	long number;
	int path, descriptor; /* arguments; -1 = none */
} targets[] = {
	{SYS_open, 0, -1},         {SYS_openat, 1, -1},     {SYS_access, 0, -1},
	{SYS_faccessat, 1, -1},    {SYS_stat, 0, -1},       {SYS_newfstatat, 1, -1},
	{SYS_readlink, 0, -1},     {SYS_readlinkat, 1, -1}, {SYS_mkdir, 0, -1},
	{SYS_mkdirat, 1, -1},      {SYS_unlink, 0, -1},     {SYS_unlinkat, 1, -1},
	{SYS_mount, 1, -1},        {SYS_read, -1, 0},       {SYS_write, -1, 0},
	{SYS_pread64, -1, 0},      {SYS_pwrite64, -1, 0},   {SYS_close, -1, 0},
	{SYS_fstat, -1, 0},        {SYS_lseek, -1, 0},      {SYS_ioctl, -1, 0},
	{SYS_getdents, -1, 0},     {SYS_getdents64, -1, 0}, {SYS_fallocate, -1, 0},
	{SYS_finit_module, -1, 0}, {SYS_mmap, -1, 4},
};

static volatile sig_atomic_t time_is_up;

static void on_alarm(int number)
{
	(void)number;
	time_is_up = 1;
}

const char *inject_call_name(long number)
{
	return number >= 0 && number < MAX_NUMBER && names[number] ? names[number] : "?";
}

const char *inject_role_name(unsigned role)
{
	static const char *const roles[] = {"supervisor", "worker", "rescuer"};

	return role < sizeof(roles) / sizeof(roles[0]) ? roles[role] : "later child";
}

/* The child waits for its tracer before it becomes the program. */
static pid_t start_program(char **command)
{
	int gate[2];
	pid_t pid;
	char byte;

	if (pipe2(gate, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		tree_fail("cannot start %s: %s", command[0], strerror(errno));
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) == 0)
			execv(command[0], command);
		_exit(126);
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL, OPTIONS) < 0)
		tree_fail("PTRACE_SEIZE: %s", strerror(errno));
	close(gate[0]);
	close(gate[1]);
	return pid;
}

/* A path with the process's own number in it is another one each time. */
static void say_self(pid_t pid, char *target)
{
	char own[32];
	size_t length;

	snprintf(own, sizeof(own), "/proc/%d/", pid);
	length = strlen(own);
	if (strncmp(target, own, length) != 0)
		return;
	memmove(target + strlen("/proc/self/"), target + length,
		strlen(target + length) + 1);
	memcpy(target, "/proc/self/", strlen("/proc/self/"));
}

static void read_target(pid_t pid, long number, const uint64_t *arguments, char *target)
{
	target[0] = '\0';
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (targets[i].number != number)
			continue;
		if (targets[i].path >= 0)
			tracee_read_string(pid, arguments[targets[i].path], target,
					   INJECT_TARGET_SIZE);
		else if (!tracee_read_descriptor(pid,
						 (int)arguments[targets[i].descriptor],
						 target, INJECT_TARGET_SIZE))
			target[0] = '\0';
	}
	target[INJECT_TARGET_SIZE - 1] = '\0';
	say_self(pid, target);
}

static bool is_transfer(long number)
{
	return number == SYS_read || number == SYS_write || number == SYS_pread64 ||
	       number == SYS_pwrite64;
}

static struct call describe(const struct process *process, long number,
			    const uint64_t *arguments)
{
	struct call call = {.role = process->role, .number = number};
	uint64_t flags = number == SYS_openat ? arguments[2]
			 : number == SYS_open ? arguments[1]
					      : 0;

	read_target(process->tracee.pid, number, arguments, call.target);
	call.creates = flags & O_CREAT;
	call.writes = (flags & O_ACCMODE) != O_RDONLY;
	call.partial = is_transfer(number) && arguments[2] > 1;
	return call;
}

static bool is_like(const struct call *one, const struct call *other)
{
	return one->role == other->role && one->number == other->number &&
	       one->writes == other->writes && strcmp(one->target, other->target) == 0;
}

static void list_call(struct run *run, struct call call)
{
	call.n = 1;
	for (size_t i = 0; i < run->visited_count; i++)
		call.n += is_like(&run->visited[i], &call);
	if (run->visited_count == MAX_CALLS)
		tree_fail("more than %d system calls", MAX_CALLS);
	run->visited[run->visited_count++] = call;
	run->visit(&call, run->data);
}

static void inject(struct run *run, struct process *process, const uint64_t *arguments)
{
	const struct injection *injection = run->injection;

	run->reached = true;
	switch (injection->kind) {
	case INJECT_FAIL:
		tracee_skip(&process->tracee, -injection->error);
		break;
	case INJECT_AFTER:
		process->exit_fails = true;
		break;
	case INJECT_PARTIAL:
		tracee_set_argument(&process->tracee, 2, 1);
		break;
	case INJECT_LIE:
		tracee_skip(&process->tracee, (long)arguments[2]);
		break;
	case INJECT_KILL:
		kill(process->tracee.pid, SIGKILL);
		break;
	}
}

static void on_entry(struct run *run, struct process *process, long number,
		     const uint64_t *arguments)
{
	struct call call;

	if (run->injection && (run->reached || number != run->injection->call.number))
		return;
	call = describe(process, number, arguments);
	if (!run->injection)
		list_call(run, call);
	else if (is_like(&call, &run->injection->call) &&
		 ++run->matched == run->injection->call.n)
		inject(run, process, arguments);
}

static void on_exit_of_call(struct run *run, struct process *process)
{
	if (process->exit_fails) {
		process->exit_fails = false;
		process->tracee.result = -run->injection->error;
		tracee_finish(&process->tracee);
	} else if (process->tracee.skipping) {
		tracee_finish(&process->tracee);
	}
}

static void on_system_call(struct run *run, struct process *process)
{
	struct __ptrace_syscall_info info;
	uint64_t arguments[6];

	if (ptrace(PTRACE_GET_SYSCALL_INFO, process->tracee.pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
		on_exit_of_call(run, process);
	} else if (info.op == PTRACE_SYSCALL_INFO_ENTRY && run->started) {
		memcpy(arguments, info.entry.args, sizeof(arguments));
		on_entry(run, process, (long)info.entry.nr, arguments);
	}
}

static struct process *find_process(struct run *run, pid_t pid)
{
	for (unsigned i = 0; i < run->count; i++) {
		if (run->processes[i].tracee.pid == pid)
			return &run->processes[i];
	}
	if (run->count == MAX_PROCESSES)
		tree_fail("more than %d processes", MAX_PROCESSES);
	run->processes[run->count] =
		(struct process){.tracee = {.pid = pid}, .role = run->count};
	return &run->processes[run->count++];
}

/* Whoever is not to fail, or has, is not slowed down any longer; the supervisor stays,
 * for it brings forth the others. */
static int how_to_go_on(const struct run *run, const struct process *process)
{
	bool in_work = process->exit_fails || process->tracee.skipping;

	if (run->injection && run->reached && !in_work)
		return PTRACE_DETACH;
	if (!run->started || !run->injection || in_work ||
	    process->role == run->injection->call.role)
		return PTRACE_SYSCALL;
	return process->role == INJECT_SUPERVISOR ? PTRACE_CONT : PTRACE_DETACH;
}

static void on_stop(struct run *run, struct process *process, int status)
{
	int number = WSTOPSIG(status), event = status >> 16;

	if (number == (SIGTRAP | 0x80)) {
		on_system_call(run, process);
		number = 0;
	} else if (event) {
		run->started |= event == PTRACE_EVENT_EXEC;
		number = 0;
	}
	ptrace(how_to_go_on(run, process), process->tracee.pid, NULL,
	       (void *)(intptr_t)number);
}

/* What the program left behind has become ours. */
static bool kill_rest(const struct run *run)
{
	bool left = false;

	for (int tries = 0; tries < 100; tries++) {
		pid_t pid = waitpid(-1, NULL, __WALL | WNOHANG);

		if (pid < 0)
			return left;
		if (pid > 0)
			continue;
		/* One that was killed may still be ending. */
		usleep(10000);
		if (tries < 20)
			continue;
		left = true;
		for (unsigned i = 0; i < run->count; i++)
			kill(run->processes[i].tracee.pid, SIGKILL);
	}
	return left;
}

static void follow(struct run *run, pid_t program, struct inject_outcome *outcome)
{
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (time_is_up && !outcome->late) {
			outcome->late = true;
			kill(program, SIGKILL);
		}
		if (pid < 0 && errno == ECHILD)
			return;
		if (pid < 0)
			continue;
		if (WIFSTOPPED(status)) {
			on_stop(run, find_process(run, pid), status);
		} else if (pid == program) {
			outcome->status = WIFEXITED(status) ? WEXITSTATUS(status)
							    : -WTERMSIG(status);
			return;
		}
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void inject_run(char **command, const struct injection *injection,
		void (*visit)(const struct call *call, void *data), void *data,
		struct inject_outcome *ret_outcome)
{
	static struct call visited[MAX_CALLS];
	struct run run = {
		.injection = injection, .visit = visit, .data = data, .visited = visited};
	struct sigaction action = {.sa_handler = on_alarm};
	double started = now();
	pid_t program;

	memset(ret_outcome, 0, sizeof(*ret_outcome));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigaction(SIGALRM, &action, NULL);
	time_is_up = 0;
	alarm(TIME_LIMIT);
	program = start_program(command);
	find_process(&run, program);
	follow(&run, program, ret_outcome);
	ret_outcome->seconds = now() - started;
	alarm(0);
	ret_outcome->left = kill_rest(&run);
	ret_outcome->reached = run.reached;
}
