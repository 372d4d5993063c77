/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass-early: hands the cards of /etc/gpupass.conf to their drivers before udev
 * starts, and records how it went. This file supervises: it opens the record, lets a
 * worker do the work, waits for it with a deadline, and gives back what the worker could
 * not.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook/early/give_back.h"
#include "hook/early/worker.h"

#define COMMAND_LINE      "proc/cmdline"
#define COMMAND_LINE_SIZE 4096
#define CRASH_KERNEL      "proc/vmcore"
#define WORD              "gpupass="
#define RESCUE_SECONDS    5 /* for giving back what a dead or stuck worker held */

enum { EXIT_HOLDS = 0, EXIT_LOST = 1, EXIT_MISUSE = 2 };
enum mode { MODE_TAKE, MODE_DRY_RUN, MODE_OFF };

struct run {
	struct sys_root root;
	struct trace trace;
	struct bind_journal *journal;
	struct conf *conf;
	char command_line[COMMAND_LINE_SIZE];
	enum mode mode;
	uint64_t started; /* CLOCK_MONOTONIC, ns */
};

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* no console: nobody to tell */
}

/* Writes the root directory's path to ret_path, or returns the status to exit with. */
static int parse_arguments(int argc, char **argv, const char **ret_path)
{
	*ret_path = SYS_DEFAULT_ROOT;
	if (argc == 1)
		return -1;
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		say("gpupass-early " GPUPASS_VERSION "\n");
		return EXIT_HOLDS;
	}
	if (argc != 3 || strcmp(argv[1], "--root") != 0) {
		say("usage: gpupass-early [--root DIR | --version]\n");
		return EXIT_MISUSE;
	}
	*ret_path = argv[2];
	return -1;
}

static bool is_word(const char *at, size_t length, const char *word)
{
	return length == strlen(word) && memcmp(at, word, length) == 0;
}

/* What the kernel command line says; off wins. A word that is not known switches off,
 * too: whoever types one at the boot menu wants the screen back. */
static enum mode read_mode(const struct run *run, const char **ret_unknown)
{
	enum mode mode = MODE_TAKE;
	const char *at = run->command_line;

	*ret_unknown = NULL;
	while (*(at += strspn(at, " \t\n"))) {
		size_t length = strcspn(at, " \t\n");

		if (is_word(at, length, WORD "dry-run")) {
			mode = mode == MODE_OFF ? MODE_OFF : MODE_DRY_RUN;
		} else if (length >= strlen(WORD) &&
			   memcmp(at, WORD, strlen(WORD)) == 0) {
			mode = MODE_OFF;
			if (!is_word(at, length, WORD "off"))
				*ret_unknown = at;
		}
		at += length;
	}
	return mode;
}

/* Where the command line cannot be read, gpupass=off may stand in it. */
static bool is_switched_off(struct run *run)
{
	struct trace_about about = {0};
	const char *unknown;
	int length = sys_read_file(&run->root, COMMAND_LINE, run->command_line,
				   sizeof(run->command_line));

	if (length < 0 && length != -EFBIG) {
		run->command_line[0] = '\0';
		about.error = -length;
		trace_add(&run->trace, TRACE_OFF, &about, "it cannot be read");
		return true;
	}
	/* Longer than any kernel takes: what fits counts. */
	run->command_line[sizeof(run->command_line) - 1] = '\0';
	run->mode = read_mode(run, &unknown);
	if (run->mode != MODE_OFF)
		return false;
	if (unknown)
		trace_add(&run->trace, TRACE_OFF, NULL,
			  "\"%.*s\" is neither gpupass=off nor gpupass=dry-run",
			  (int)strcspn(unknown, " \t\n"), unknown);
	else
		trace_add(&run->trace, TRACE_OFF, NULL, "the host keeps every card");
	return true;
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

/* Returns 0 when there are rules to work on, else the status to exit with. A file that is
 * one byte too long is read as such, so that conf can say so. */
static int read_conf(struct run *run)
{
	static char text[CONF_MAX_SIZE + 2];
	struct trace_about about = {0};
	int length = sys_read_file(&run->root, CONF_PATH, text, sizeof(text));

	if (length == -EFBIG)
		length = CONF_MAX_SIZE + 1;
	if (length == -ENOENT) {
		trace_add(&run->trace, TRACE_CONF_NO_CARD, NULL,
			  "there is no " CONF_PATH);
		return EXIT_HOLDS;
	}
	if (length < 0) {
		about.error = -length;
		trace_add(&run->trace, TRACE_CONF_UNREADABLE, &about, CONF_PATH);
		return EXIT_LOST;
	}
	conf_parse(text, (size_t)length, run->conf);
	trace_add(&run->trace, TRACE_CONF_READ, NULL,
		  "hash %016llx, %u card%s, %u error%s",
		  (unsigned long long)conf_hash(text, (size_t)length),
		  run->conf->rule_count, run->conf->rule_count == 1 ? "" : "s",
		  run->conf->error_count, run->conf->error_count == 1 ? "" : "s");
	record_errors(run);
	if (run->conf->rule_count)
		return 0;
	trace_add(&run->trace, TRACE_CONF_NO_CARD, NULL, CONF_PATH);
	return run->conf->error_count ? EXIT_LOST : EXIT_HOLDS;
}

/* Runs work in a child. Returns its exit status, -EINTR when it died of a signal, or
 * -ETIMEDOUT when it was still running after seconds; it has then been killed, as far as
 * the kernel lets it. The child's end of a pipe tells its end without a signal handler.
 */
static int run_child(int (*work)(const struct run *run), const struct run *run,
		     unsigned seconds)
{
	int ends[2], status, result;
	struct pollfd end;
	pid_t child;

	if (pipe(ends) < 0)
		return -errno;
	child = fork();
	if (child < 0) {
		result = -errno;
		close(ends[0]);
		close(ends[1]);
		return result;
	}
	if (child == 0) {
		close(ends[0]);
		_exit(work(run));
	}
	close(ends[1]);
	end.fd = ends[0];
	end.events = POLLIN;
	result = poll(&end, 1, (int)seconds * 1000);
	close(ends[0]);
	if (result <= 0) {
		kill(child, SIGKILL);
		return -ETIMEDOUT;
	}
	if (waitpid(child, &status, 0) != child)
		return -ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static int do_work(const struct run *run)
{
	struct trace trace = trace_for_child(&run->trace);
	const struct worker_task task = {
		.root = &run->root,
		.trace = &trace,
		.journal = run->journal,
		.conf = run->conf,
		.command_line = run->command_line,
		.dry_run = run->mode == MODE_DRY_RUN,
	};

	run->journal->status = worker_run(&task);
	run->journal->finished = true;
	return run->journal->status;
}

/* The second child: gives back what the worker was at, but for the function it hangs in.
 */
static int do_rescue(const struct run *run)
{
	struct trace trace = trace_for_child(&run->trace);
	const struct bind_context context = {&run->root, &trace, run->journal,
					     &run->journal->console, NULL};
	int stuck = run->journal->stuck;
	unsigned failed = 0;

	for (unsigned i = 0; i < run->conf->rule_count; i++) {
		if (run->journal->cards[i] == BIND_WORKING)
			failed += bind_give_back(&context, i, stuck);
	}
	return failed ? EXIT_LOST : EXIT_HOLDS;
}

static void record_failure(struct run *run, const struct trace_about *about,
			   unsigned card, bool given_back)
{
	const struct bind_journal *journal = run->journal;
	char address[PCI_ADDRESS_SIZE];

	if (journal->stuck >= 0 && journal->entries[journal->stuck].card == card) {
		pci_format_address(&journal->entries[journal->stuck].before.address,
				   address);
		trace_add(&run->trace, TRACE_FAILED, about,
			  "%s is left as it is, the rest %s", address,
			  given_back ? "given back" : "not all given back");
		return;
	}
	trace_add(&run->trace, TRACE_FAILED, about, "%s",
		  given_back ? "given back, the host has the card"
			     : "not all of it could be given back");
}

/* What the worker left open becomes a failure in the record. */
static void record_lost_cards(struct run *run, bool given_back)
{
	for (unsigned i = 0; i < run->conf->rule_count; i++) {
		struct trace_about about = {.card = run->conf->rules[i].name};
		enum bind_state state = run->journal->cards[i];

		if (state == BIND_UNTOUCHED)
			trace_add(&run->trace, TRACE_REFUSED, &about,
				  "its turn did not come");
		else if (state != BIND_TAKEN && state != BIND_REFUSED)
			record_failure(run, &about, i, given_back);
	}
}

static void record_end_of_worker(struct run *run, int result)
{
	const struct bind_journal *journal = run->journal;
	struct trace_about about = {.error = result == -EINTR ? 0 : -result};

	if (journal->current >= 0) {
		const struct bind_entry *entry = &journal->entries[journal->current];

		about.card = journal->names[entry->card];
		about.function = &entry->before;
	}
	if (result == -EINTR || result == -ECHILD)
		trace_add(&run->trace, TRACE_WORKER_DIED, &about, "while %s",
			  bind_phase_name(journal->phase));
	else
		trace_add(&run->trace, TRACE_NO_WORKER, &about, "nothing was touched");
}

/* Whoever hangs in the kernel holds the function's lock for good: what touches it hangs
 * too, and an orderly shutdown does. */
static void record_consequence(struct run *run, int entry)
{
	struct trace_about about = {0};
	const struct bind_journal *journal = run->journal;

	if (entry >= 0)
		about.function = &journal->entries[entry].before;
	trace_add(&run->trace, TRACE_CONSEQUENCE, &about,
		  "what reads this function, modprobe vfio-pci and an orderly shutdown "
		  "may hang; "
		  "boot with gpupass=off next time");
}

/* Names what a child is stuck in, and what follows from it. */
static void record_stuck(struct run *run, unsigned seconds)
{
	const struct bind_journal *journal = run->journal;
	struct trace_about about = {.error = ETIMEDOUT,
				    .duration = (uint64_t)seconds * 1000000000U};

	if (journal->current >= 0) {
		const struct bind_entry *entry = &journal->entries[journal->current];

		about.card = journal->names[entry->card];
		about.function = &entry->before;
	}
	trace_add(&run->trace, TRACE_DEADLINE, &about, "%u s, stuck in %s", seconds,
		  bind_phase_name(journal->phase));
}

static int rescue(struct run *run, int result)
{
	int rescued;

	if (result == -ETIMEDOUT)
		record_stuck(run, run->conf->deadline);
	else
		record_end_of_worker(run, result);
	run->journal->stuck = result == -ETIMEDOUT ? run->journal->current : -1;
	rescued = run_child(do_rescue, run, RESCUE_SECONDS);
	if (rescued == -ETIMEDOUT)
		record_stuck(run, RESCUE_SECONDS);
	record_lost_cards(run, rescued == EXIT_HOLDS);
	if (result == -ETIMEDOUT)
		record_consequence(run, run->journal->stuck);
	if (rescued == -ETIMEDOUT)
		record_consequence(run, run->journal->current);
	return EXIT_LOST;
}

static int supervise(struct run *run)
{
	int result;

	run->journal->current = run->journal->stuck = -1;
	for (unsigned i = 0; i < run->conf->rule_count; i++)
		memcpy(run->journal->names[i], run->conf->rules[i].name,
		       sizeof(run->journal->names[i]));
	result = run_child(do_work, run, run->conf->deadline);
	/* Somebody else may have taken the status; the work was done all the same. */
	if (result == -ECHILD && run->journal->finished)
		result = run->journal->status;
	return result < 0 ? rescue(run, result) : result;
}

/* Journal and rules in one mapping that children share. */
static bool map_shared(struct run *run)
{
	struct shared {
		struct bind_journal journal;
		struct conf conf;
	} *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return false;
	run->journal = &shared->journal;
	run->conf = &shared->conf;
	return true;
}

static int run_once(struct run *run)
{
	struct trace_about no_memory = {.error = ENOMEM}, end = {0};
	int status = EXIT_LOST;

	if (sys_exists(&run->root, CRASH_KERNEL) == 1) {
		trace_add(&run->trace, TRACE_CRASH_KERNEL, NULL, CRASH_KERNEL);
		return EXIT_HOLDS;
	}
	if (is_switched_off(run))
		return EXIT_HOLDS;
	run->started = sys_monotonic_ns();
	record_start(run);
	if (!map_shared(run))
		trace_add(&run->trace, TRACE_CONF_UNREADABLE, &no_memory,
			  "no memory for it");
	else
		status = read_conf(run);
	if (run->conf && run->conf->rule_count)
		status = supervise(run);
	end.duration = sys_monotonic_ns() - run->started;
	trace_add(&run->trace, TRACE_END, &end, "status %d", status);
	return status;
}

int main(int argc, char **argv)
{
	static struct run run;
	const char *path;
	int status = parse_arguments(argc, argv, &path);

	if (status >= 0)
		return status;
	if (sys_open_root(path, &run.root) < 0) {
		say("gpupass-early: cannot open the root directory\n");
		return EXIT_MISUSE;
	}
	/* Ignored by whoever started us, it would be by us, and then nobody can be waited
	 * for. */
	signal(SIGCHLD, SIG_DFL);
	trace_open(&run.trace, &run.root);
	status = run_once(&run);
	sys_close_root(&run.root);
	return status;
}
