/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads sysfs and the trace, the latter by way of gpupass-log as a user would; without a
 * trace, the kernel's log.
 */
#include "tests/faults/judge.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN         "/run/gpupass"
#define OUTPUT_SIZE (512 * 1024)
#define VARIABLE                                                                         \
	"/sys/firmware/efi/efivars/GpupassGuard-91d5d8b4-2f1b-4794-b32a-4bcca4bd193e"
#define KMSG_RECORD 8192

/* What the run left to be read. */
struct words {
	bool readable;  /* gpupass-log could read the trace */
	bool error;     /* it, or the kernel's log without it, has an error */
	bool the_error; /* one with the errno that was injected */
	bool died;      /* "the worker died" */
	bool no_guard;
	bool no_trace; /* the kernel's log has that there is no trace, and why */
	char first[256];
};

static int kmsg = -1;

__attribute__((format(printf, 2, 3))) static void broken(struct judgement *judgement,
							 const char *format, ...)
{
	size_t used = strlen(judgement->words);
	va_list arguments;

	judgement->broken++;
	if (used && used < sizeof(judgement->words) - 3)
		used += (size_t)sprintf(judgement->words + used, "; ");
	va_start(arguments, format);
	vsnprintf(judgement->words + used, sizeof(judgement->words) - used, format,
		  arguments);
	va_end(arguments);
}

/* What a command prints. Returns its exit status. */
static int read_command(char *const command[], char *output, size_t size)
{
	int ends[2], status;
	size_t used = 0;
	ssize_t length;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execvp(command[0], command);
		_exit(126);
	}
	close(ends[1]);
	while (used < size - 1 &&
	       (length = read(ends[0], output + used, size - 1 - used)) > 0)
		used += (size_t)length;
	output[used] = '\0';
	close(ends[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static long number_after(const char *line, const char *name)
{
	const char *found = strstr(line, name);

	return found ? strtol(found + strlen(name), NULL, 10) : -1;
}

static void read_record(const char *line, int error, struct words *words)
{
	if (!strstr(line, "\"kind\":\"record\"") || strstr(line, "\"event\":\"kernel\""))
		return;
	words->died |= strstr(line, "\"event\":\"worker-died\"") != NULL;
	words->no_guard |= strstr(line, "\"event\":\"guard-unavailable\"") != NULL;
	words->the_error |= error && number_after(line, "\"errno\":") == error;
	if (number_after(line, "\"level\":") > 3)
		return;
	line = strstr(line, "\"event\":");
	if (!words->error && line)
		snprintf(words->first, sizeof(words->first), "%s", line);
	words->error = true;
}

static void read_trace(int error, struct words *words)
{
	static char output[OUTPUT_SIZE];
	char *const command[] = {"gpupass-log", "--json", NULL};
	int status = access(RUN "/trace", F_OK) == 0
			     ? read_command(command, output, sizeof(output))
			     : -1;

	words->readable = (status == 0 || status == 1) && strstr(output, "\"record\"");
	for (char *line = status < 0 ? NULL : strtok(output, "\n"); line;
	     line = strtok(NULL, "\n"))
		read_record(line, error, words);
}

/* "3,1234,5678,-;gpupass: win11: failed: ..." */
static void read_kernel_log(int error, struct words *words)
{
	char record[KMSG_RECORD], number[32];
	ssize_t length;

	snprintf(number, sizeof(number), "(errno %d)", error);
	while ((length = read(kmsg, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		const char *text;

		record[length > 0 ? length : 0] = '\0';
		text = strchr(record, ';');
		if (!text || strncmp(text, ";gpupass: ", 10) != 0)
			continue;
		words->no_trace |= strncmp(text, ";gpupass: no trace", 18) == 0;
		if (words->readable || atoi(record) % 8 > 3)
			continue;
		words->the_error |= strstr(text, number) != NULL;
		words->died |= strstr(text, "the worker died") != NULL;
		if (!words->error)
			snprintf(words->first, sizeof(words->first), "%.200s", text);
		words->error = true;
	}
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

void judge_prepare(void)
{
	nftw(RUN, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(kmsg, 0, SEEK_END);
}

/* Where the command line cannot be read, gpupass=off may stand in it; where there is no
 * configuration, no card is to be taken. Neither is an error. */
static bool is_off(const struct injection *injection)
{
	const char *target = injection ? injection->call.target : "";

	if (strcmp(target, "etc/gpupass.conf") == 0)
		return injection->error == ENOENT;
	return strcmp(target, "proc/cmdline") == 0 ||
	       strcmp(target, "/proc/cmdline") == 0;
}

/* That a file is not there is an answer as well: what follows from it is named, not it.
 */
static bool wants_errno(const struct injection *injection)
{
	return injection && injection->error && injection->error != ENOENT;
}

static bool is_root(const struct injection *injection)
{
	return injection && injection->call.number != SYS_close &&
	       strcmp(injection->call.target, "/") == 0;
}

static void judge_status(const struct injection *injection,
			 const struct inject_outcome *outcome, bool died,
			 struct judgement *judgement)
{
	if (outcome->status < 0)
		broken(judgement, "ended by signal %d", -outcome->status);
	/* Killed after its last step, the worker leaves a card that is taken. */
	else if (judgement->taken && outcome->status != 0 &&
		 !(died && outcome->status == 1))
		broken(judgement, "taken, and exit status %d", outcome->status);
	else if (judgement->back && outcome->status != 1 && !is_off(injection) &&
		 !(outcome->status == 2 && is_root(injection)))
		broken(judgement, "not taken, and exit status %d", outcome->status);
}

static void judge_words(const struct injection *injection,
			const struct inject_outcome *outcome, const struct words *words,
			struct judgement *judgement)
{
	bool unopened = outcome->status == 2 && is_root(injection);

	if (!words->readable && !words->no_trace && !unopened)
		broken(judgement, "no trace that can be read, and no word of it in the "
				  "kernel's log");
	if (injection && injection->kind == INJECT_KILL && !words->died)
		broken(judgement, "it is not said that the worker died");
	if (!judgement->taken && !unopened && !words->error && !is_off(injection))
		broken(judgement, "no error is named");
	else if (judgement->back && !unopened && wants_errno(injection) &&
		 !words->the_error)
		broken(judgement, "it is not named");
}

static void judge_guard(const struct words *words, struct judgement *judgement)
{
	if (judgement->taken && access(VARIABLE, F_OK) < 0 && !words->no_guard)
		broken(judgement, "the guard has no variable, and does not say so");
}

void judge_run(const struct injection *injection, const struct inject_outcome *outcome,
	       const struct card_state *before, bool guard,
	       struct judgement *ret_judgement)
{
	struct judgement judgement = {0};
	struct words words = {0};
	struct card_state now;

	card_read(&now);
	judgement.taken = card_is_taken(&now);
	judgement.back = card_is_same(&now, before);
	if (!judgement.taken && !judgement.back)
		broken(&judgement, "half-taken: %s", card_format(&now));
	if (outcome->late)
		broken(&judgement, "did not end");
	if (outcome->left)
		broken(&judgement, "left a process behind");
	read_trace(injection ? injection->error : 0, &words);
	read_kernel_log(injection ? injection->error : 0, &words);
	judge_status(injection, outcome, words.died, &judgement);
	judge_words(injection, outcome, &words, &judgement);
	if (guard)
		judge_guard(&words, &judgement);
	judgement.tolerated = judgement.taken && injection;
	judgement.has_errno = words.the_error;
	snprintf(judgement.error_line, sizeof(judgement.error_line), "%s", words.first);
	*ret_judgement = judgement;
}
