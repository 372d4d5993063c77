/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysfs-kernel: runs a program on a fixture tree and plays the kernel behind it. Each
 * write to an attribute below DIR/sys is answered at once, as the driver core would, so
 * that a program can be tested that is static and uses plain system calls. Follows forks.
 * Says at the end what the program did and what is different now; judges nothing.
 *
 *	sysfs-kernel [-f FAULTS] [-c COUNTS] -o REPORT DIR PROGRAM [ARGUMENT]...
 *
 * COUNTS gets the number of system calls, the KiB of memory of the largest process, and
 *how often each call was made.
 *
 * Exit status: 0, or 125 when it could not do its own work.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli/kernel/calls.h"

#define MAX_TRACEES 64
#define TIME_LIMIT  30 /* seconds for the whole program; its own limits are shorter */

struct run {
	struct calls calls;
	struct core core;
	struct faults faults;
	struct tracee tracees[MAX_TRACEES];
	char root[PATH_MAX];
	pid_t main_pid;
	bool started;  /* past execve */
	int status;    /* of the main process, as waitpid gives it */
	bool late;     /* the time limit came first */
	unsigned left; /* processes that the program neither waited for nor killed */
};

static volatile sig_atomic_t time_is_up;

static void on_alarm(int number)
{
	(void)number;
	time_is_up = 1;
}

static struct tracee *find_tracee(struct run *run, pid_t pid)
{
	struct tracee *free_one = NULL;

	for (size_t i = 0; i < MAX_TRACEES; i++) {
		if (run->tracees[i].pid == pid)
			return &run->tracees[i];
		if (!run->tracees[i].pid)
			free_one = &run->tracees[i];
	}
	if (!free_one)
		tree_fail("more than %d processes", MAX_TRACEES);
	memset(free_one, 0, sizeof(*free_one));
	free_one->pid = pid;
	return free_one;
}

/* The child waits for its tracer before it becomes the program. */
static pid_t start_program(char **command)
{
	int gate[2];
	pid_t pid;
	char byte;

	if (pipe2(gate, O_CLOEXEC) < 0)
		tree_fail("pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		tree_fail("fork: %s", strerror(errno));
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) == 0)
			execv(command[0], command);
		tree_fail("%s: %s", command[0], strerror(errno));
	}
	if (ptrace(PTRACE_SEIZE, pid, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL) <
	    0)
		tree_fail("PTRACE_SEIZE: %s", strerror(errno));
	close(gate[0]);
	close(gate[1]);
	return pid;
}

static void on_system_call(struct run *run, struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && run->started) {
		uint64_t arguments[6];

		memcpy(arguments, info.entry.args, sizeof(arguments));
		calls_enter(&run->calls, tracee, info.entry.nr, arguments);
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && tracee->skipping) {
		tracee_finish(tracee);
	}
}

static void on_stop(struct run *run, struct tracee *tracee, int status)
{
	int number = WSTOPSIG(status), event = status >> 16;

	if (number == (SIGTRAP | 0x80)) {
		on_system_call(run, tracee);
		number = 0;
	} else if (event) {
		run->started |= event == PTRACE_EVENT_EXEC;
		number = 0;
	}
	if (!tracee->waiting)
		ptrace(PTRACE_SYSCALL, tracee->pid, NULL, (void *)(intptr_t)number);
}

static void kill_rest(struct run *run)
{
	for (size_t i = 0; i < MAX_TRACEES; i++) {
		if (!run->tracees[i].pid)
			continue;
		run->left += !run->tracees[i].doomed;
		kill(run->tracees[i].pid, SIGKILL);
	}
}

/* Until the program has ended. What it left behind then ends too, as a stuck process
 * would not: nothing of it may go on in the next test. */
static void follow(struct run *run)
{
	int status;

	for (;;) {
		pid_t pid = waitpid(-1, &status, __WALL);

		if (time_is_up && !run->late) {
			run->late = true;
			kill_rest(run);
		}
		if (pid < 0 && errno == ECHILD)
			return;
		if (pid < 0)
			continue;
		if (WIFSTOPPED(status)) {
			on_stop(run, find_tracee(run, pid), status);
			continue;
		}
		find_tracee(run, pid)->pid = 0;
		if (pid == run->main_pid) {
			run->status = status;
			kill_rest(run);
		}
	}
}

static void print_section(FILE *report, const char *title, char *text)
{
	if (text && *text)
		fprintf(report, "-- %s\n%s", title, text);
}

static void print_report(struct run *run, const struct tree *before, const char *path,
			 char *writes, char *forbidden)
{
	const struct fault *unused = faults_find_unused(&run->faults);
	FILE *report = fopen(path, "w");
	struct tree after;

	if (!report)
		tree_fail("%s: %s", path, strerror(errno));
	tree_take(run->root, &after);
	if (run->late)
		fprintf(report, "still running after %d s\n", TIME_LIMIT);
	else if (WIFSIGNALED(run->status))
		fprintf(report, "killed by SIG%s\n", sigabbrev_np(WTERMSIG(run->status)));
	else
		fprintf(report, "status %d\n", WEXITSTATUS(run->status));
	if (run->left && !run->late)
		fprintf(report, "left running: %u\n", run->left);
	if (unused)
		fprintf(report, "did not happen: %s %s%s%s\n",
			fault_kind_name(unused->kind), unused->driver, unused->address,
			unused->path);
	print_section(report, "forbidden", forbidden);
	fputs("-- changed\n", report);
	tree_print_changes(before, &after, report);
	fputs("-- drivers\n", report);
	tree_print_drivers(before, &after, report);
	fputs("-- writes\n", report);
	fputs(writes, report);
	fclose(report);
}

static void print_counts(const struct run *run, const char *path)
{
	FILE *output = fopen(path, "w");
	unsigned long long total = 0;

	if (!output)
		tree_fail("%s: %s", path, strerror(errno));
	for (size_t i = 0; i < CALLS_MAX; i++)
		total += run->calls.counts[i];
	fprintf(output, "%llu total\n%u peak\n", total, run->calls.peak);
	for (size_t i = 0; i < CALLS_MAX; i++) {
		if (run->calls.counts[i])
			fprintf(output, "%llu %s\n",
				(unsigned long long)run->calls.counts[i],
				calls_name(i) ? calls_name(i) : "?");
	}
	fclose(output);
}

static void play(struct run *run, char **command, const char *report, const char *counts)
{
	char *writes = NULL, *forbidden = NULL;
	size_t writes_size, forbidden_size;
	struct sigaction action = {.sa_handler = on_alarm};
	struct tree before;

	run->core.root = open(run->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->core.root < 0)
		tree_fail("%s: %s", run->root, strerror(errno));
	tree_take(run->root, &before);
	run->core.faults = &run->faults;
	run->core.start = &before;
	run->core.log = open_memstream(&writes, &writes_size);
	run->calls.core = &run->core;
	run->calls.root = run->root;
	run->calls.forbidden = open_memstream(&forbidden, &forbidden_size);
	run->calls.tracees = run->tracees;
	run->calls.tracee_count = MAX_TRACEES;
	sigaction(SIGALRM, &action, NULL);
	alarm(TIME_LIMIT);
	run->main_pid = start_program(command);
	follow(run);
	fclose(run->core.log);
	fclose(run->calls.forbidden);
	print_report(run, &before, report, writes, forbidden);
	if (counts)
		print_counts(run, counts);
}

int main(int argc, char **argv)
{
	static struct run run;
	const char *report = NULL, *counts = NULL;
	int option;

	while ((option = getopt(argc, argv, "+f:c:o:")) != -1) {
		if (option == 'f')
			faults_read(optarg, &run.faults);
		else if (option == 'c')
			counts = optarg;
		else if (option == 'o')
			report = optarg;
		else
			return 125;
	}
	if (argc - optind < 2 || !report)
		tree_fail("usage: [-f FAULTS] [-c COUNTS] -o REPORT DIR PROGRAM "
			  "[ARGUMENT]...");
	if (!realpath(argv[optind], run.root))
		tree_fail("%s: %s", argv[optind], strerror(errno));
	play(&run, argv + optind + 1, report, counts);
	return 0;
}
