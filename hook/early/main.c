/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass-early: hands the cards of /etc/gpupass.conf to their drivers before udev
 * starts, and records how it went. This file says what is to be done:
 * whether at all, and with which configuration.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "hook/core/conf_words.h"
#include "hook/core/mode.h"
#include "hook/early/supervise.h"
#include "hook/early/taken.h"

#define COMMAND_LINE      "proc/cmdline"
#define COMMAND_LINE_SIZE 4096
#define CRASH_KERNEL      "proc/vmcore"

enum { EXIT_HOLDS = WORKER_HOLDS, EXIT_LOST = WORKER_LOST, EXIT_MISUSE = 2 };

struct run {
	struct sys_root root;
	struct trace trace;
	struct bind_journal *journal;
	struct guard *guard;
	struct conf *conf;
	char command_line[COMMAND_LINE_SIZE];
	enum mode mode;
};

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* no console: nobody to tell */
}

struct arguments {
	const char *root;
	bool returned;
	struct pci_address address; /* of the function that came back */
};

static bool parse_option(const char *name, const char *value, struct arguments *arguments)
{
	if (strcmp(name, "--root") == 0 && !arguments->root) {
		arguments->root = value;
		return true;
	}
	if (strcmp(name, "--returned") != 0 || arguments->returned)
		return false;
	arguments->returned = true;
	return pci_parse_address(value, strlen(value), &arguments->address) == 0;
}

/* -1, or the status to exit with. */
static int parse_arguments(int argc, char **argv, struct arguments *ret_arguments)
{
	bool good = argc % 2 == 1;

	memset(ret_arguments, 0, sizeof(*ret_arguments));
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		say("gpupass-early " GPUPASS_VERSION "\n");
		return EXIT_HOLDS;
	}
	for (int i = 1; good && i < argc; i += 2)
		good = parse_option(argv[i], argv[i + 1], ret_arguments);
	if (!good) {
		say("usage: gpupass-early [--root DIR] [--returned DDDD:BB:DD.F] | "
		    "--version\n");
		return EXIT_MISUSE;
	}
	if (!ret_arguments->root)
		ret_arguments->root = SYS_DEFAULT_ROOT;
	return -1;
}

static void record_mode(struct run *run, const char *word, size_t length)
{
	switch (run->mode) {
	case MODE_UNKNOWN:
		trace_add(&run->trace, TRACE_WORD_UNKNOWN, NULL,
			  "\"%.*s\" is not gpupass=off, gpupass=dry-run or gpupass.card=",
			  (int)length, word);
		return;
	case MODE_OFF:
		trace_add(&run->trace, TRACE_OFF, NULL, "the host keeps every card");
		return;
	case MODE_RESCUE:
		trace_add(
			&run->trace, TRACE_RESCUE, NULL,
			"\"%.*s\" on the kernel command line, the host keeps every card",
			(int)length, word);
		return;
	default:
		return;
	}
}

/* 0, or -errno and no word. Of one that is longer than any kernel takes, what fits
 * counts.
 */
static int read_command_line(struct run *run)
{
	int length = sys_read_file(&run->root, COMMAND_LINE, run->command_line,
				   sizeof(run->command_line));
	bool failed = length < 0 && length != -EFBIG;

	run->command_line[failed ? 0 : sizeof(run->command_line) - 1] = '\0';
	return failed ? length : 0;
}

/* Where the command line cannot be read, gpupass=off may stand in it. */
static bool is_switched_off(struct run *run)
{
	struct trace_about about = {.error = -read_command_line(run)};
	const char *word;
	size_t word_length;

	if (about.error) {
		trace_add(&run->trace, TRACE_CMDLINE_UNREADABLE, &about, COMMAND_LINE);
		return true;
	}
	run->mode = mode_of(run->command_line, &word, &word_length);
	record_mode(run, word, word_length);
	return run->mode >= MODE_RESCUE;
}

static void record_start(struct run *run)
{
	struct utsname kernel;

	memset(&kernel, 0, sizeof(kernel));
	uname(&kernel);
	trace_add(&run->trace, TRACE_START, NULL,
		  "version " GPUPASS_VERSION ", kernel %s", kernel.release);
	if (run->mode == MODE_DRY_RUN)
		trace_add(&run->trace, TRACE_DRY_RUN, NULL, "%s", "gpupass=dry-run");
}

static void record_errors(struct run *run)
{
	const struct conf *conf = run->conf;
	char line[TRACE_TEXT_SIZE];

	for (unsigned i = 0; i < conf->error_count && i < CONF_MAX_ERRORS; i++) {
		conf_format_error(&conf->errors[i], line, sizeof(line));
		trace_add(&run->trace, TRACE_CONF_ERROR, NULL, "%s", line);
	}
	if (conf->error_count > CONF_MAX_ERRORS)
		trace_add(&run->trace, TRACE_CONF_ERROR, NULL, "and %u more",
			  conf->error_count - CONF_MAX_ERRORS);
}

/* 0; -ENOENT where there is no file, which is as if it were empty; or -errno. A file that
 * is one byte too long is read as such, so that conf can say so. */
static int read_file(struct run *run)
{
	static char text[CONF_MAX_SIZE + 2];
	struct trace_about about = {0};
	int length = sys_read_file(&run->root, CONF_PATH, text, sizeof(text));

	if (length == -EFBIG)
		length = CONF_MAX_SIZE + 1;
	if (length < 0 && length != -ENOENT) {
		about.error = -length;
		trace_add(&run->trace, TRACE_CONF_UNREADABLE, &about, CONF_PATH);
		return length;
	}
	conf_parse(text, length < 0 ? 0 : (size_t)length, run->conf);
	if (length >= 0)
		trace_add(&run->trace, TRACE_CONF_READ, NULL,
			  "hash %016llx, %u card%s, %u error%s",
			  (unsigned long long)run->conf->hash, run->conf->rule_count,
			  run->conf->rule_count == 1 ? "" : "s", run->conf->error_count,
			  run->conf->error_count == 1 ? "" : "s");
	return length < 0 ? length : 0;
}

/* The file's rules, and those of the kernel command line. Returns 0 when there are any,
 * else the status to exit with. */
static int read_conf(struct run *run)
{
	int error = read_file(run);
	unsigned words;

	if (error < 0 && error != -ENOENT)
		return EXIT_LOST;
	words = conf_words_add(run->command_line, run->conf);
	if (words)
		trace_add(&run->trace, TRACE_CONF_WORDS, NULL, "%u", words);
	record_errors(run);
	if (run->conf->rule_count)
		return 0;
	trace_add(&run->trace, TRACE_CONF_NO_CARD, NULL, "%s" CONF_PATH,
		  error ? "there is no " : "");
	return run->conf->error_count ? EXIT_LOST : EXIT_HOLDS;
}

/* Journal, guard and rules in one mapping that children share. */
static bool map_shared(struct run *run)
{
	struct shared {
		struct guard guard;
		struct conf conf;
		struct bind_journal journal;
	} *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return false;
	run->journal = &shared->journal;
	run->guard = &shared->guard;
	run->conf = &shared->conf;
	return true;
}

static int work(struct run *run, const struct pci_address *returned)
{
	const struct worker_task task = {
		.root = &run->root,
		.trace = &run->trace,
		.journal = run->journal,
		.guard = run->guard,
		.conf = run->conf,
		.command_line = run->command_line,
		.dry_run = run->mode == MODE_DRY_RUN,
		.returned = returned,
	};

	return supervise(&task);
}

static int run_boot(struct run *run)
{
	struct trace_about no_memory = {.error = ENOMEM}, end = {0};
	uint64_t started = run->trace.now;
	int status = EXIT_LOST;

	if (sys_exists(&run->root, CRASH_KERNEL) == 1) {
		trace_add(&run->trace, TRACE_CRASH_KERNEL, NULL, CRASH_KERNEL);
		return EXIT_HOLDS;
	}
	if (is_switched_off(run))
		return EXIT_HOLDS;
	record_start(run);
	if (!map_shared(run))
		trace_add(&run->trace, TRACE_CONF_UNREADABLE, &no_memory,
			  "no memory for it");
	else
		status = read_conf(run);
	if (run->conf && run->conf->rule_count)
		status = work(run, NULL);
	trace_clock(&run->trace);
	end.duration = run->trace.now - started;
	trace_add(&run->trace, TRACE_END, &end, "status %d", status);
	return status;
}

/* A function that this boot took has come back: it is taken again, alone. */
static int run_returned(struct run *run, const struct pci_address *address)
{
	if (!taken_is(&run->root, address))
		return EXIT_HOLDS;
	taken_lock(&run->root);
	trace_open(&run->trace, &run->root);
	if (!map_shared(run))
		return EXIT_LOST;
	read_command_line(run);
	read_conf(run);
	return work(run, address);
}

int main(int argc, char **argv)
{
	static struct run run;
	struct arguments arguments;
	int status = parse_arguments(argc, argv, &arguments);

	if (status >= 0)
		return status;
	if (sys_open_root(arguments.root, &run.root) < 0) {
		say("gpupass-early: cannot open the root directory\n");
		return EXIT_MISUSE;
	}
	/* Ignored by whoever started us, it would be by us, and then nobody can be waited
	 * for. */
	signal(SIGCHLD, SIG_DFL);
	if (arguments.returned) {
		status = run_returned(&run, &arguments.address);
	} else {
		trace_open(&run.trace, &run.root);
		status = run_boot(&run);
	}
	return status;
}
