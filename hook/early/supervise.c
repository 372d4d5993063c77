/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children, their end, and what follows when it does not come. Touches no function
 * itself: what it does to one is done by a second child, with a deadline of its own.
 */
#include "hook/early/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hook/early/give_back.h"

#define SYSRQ_TRIGGER  "proc/sysrq-trigger" /* Documentation/admin-guide/sysrq.rst */
#define SYSRQ_REBOOT   "b"
#define RESCUE_SECONDS 5 /* for giving back what a dead or stuck worker held */

/* Runs work in a child. Returns its exit status, -EINTR when it died of a signal, or
 * -ETIMEDOUT when it was still running after seconds; it has then been killed, as far as
 * the kernel lets it. The child's end of a pipe tells its end without a signal handler.
 */
static int run_child(int (*work)(const struct worker_task *task),
		     const struct worker_task *task, unsigned seconds)
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
		_exit(work(task));
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

static int do_work(const struct worker_task *task)
{
	struct trace trace = trace_for_child(task->trace);
	struct worker_task own = *task;

	own.trace = &trace;
	task->journal->status = worker_run(&own);
	task->journal->finished = true;
	return task->journal->status;
}

/* The second child: gives back what the worker was at, but for the function it hangs in.
 */
static int do_rescue(const struct worker_task *task)
{
	struct trace trace = trace_for_child(task->trace);
	const struct bind_context context = {.root = task->root,
					     .trace = &trace,
					     .journal = task->journal,
					     .console = &task->journal->console};
	int stuck = task->journal->stuck;
	unsigned failed = 0;

	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		if (task->journal->cards[i] == BIND_WORKING)
			failed += bind_give_back(&context, i, stuck);
	}
	return failed ? WORKER_LOST : WORKER_HOLDS;
}

static void record_failure(const struct worker_task *task,
			   const struct trace_about *about, unsigned card,
			   bool given_back)
{
	const struct bind_journal *journal = task->journal;
	char address[PCI_ADDRESS_SIZE];

	if (journal->stuck >= 0 && journal->entries[journal->stuck].card == card) {
		pci_format_address(&journal->entries[journal->stuck].before.address,
				   address);
		trace_add(task->trace, TRACE_FAILED, about,
			  "%s is left as it is, the rest %s", address,
			  given_back ? "given back" : "not all given back");
		return;
	}
	trace_add(task->trace, TRACE_FAILED, about, "%s",
		  given_back ? "given back, the host has the card"
			     : "not all of it could be given back");
}

static void record_not_taken_again(const struct worker_task *task)
{
	const struct pci_function function = {.address = *task->returned};
	const struct trace_about about = {.function = &function};

	trace_add(task->trace, TRACE_NOT_TAKEN_AGAIN, &about, WORKER_NOT_WHOLE);
}

/* What the worker left open becomes a failure in the record. */
static void record_lost_cards(const struct worker_task *task, bool given_back)
{
	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		struct trace_about about = {.card = task->conf->rules[i].name};
		enum bind_state state = task->journal->cards[i];

		if (state == BIND_UNTOUCHED)
			trace_add(task->trace, TRACE_REFUSED, &about,
				  "its turn did not come");
		else if (state != BIND_TAKEN && state != BIND_REFUSED)
			record_failure(task, &about, i, given_back);
	}
}

/* What is said of the entry that is being worked on. */
static struct trace_about about_current(const struct bind_journal *journal)
{
	struct trace_about nothing = {0};

	return journal->current >= 0
		       ? journal_about(journal, &journal->entries[journal->current])
		       : nothing;
}

static void record_end_of_worker(const struct worker_task *task, int result)
{
	const struct bind_journal *journal = task->journal;
	struct trace_about about = about_current(journal);

	about.error = result == -EINTR ? 0 : -result;
	if (result == -EINTR || result == -ECHILD)
		trace_add(task->trace, TRACE_WORKER_DIED, &about, "while %s",
			  phase_name(journal->phase));
	else
		trace_add(task->trace, TRACE_NO_WORKER, &about, "nothing was touched");
}

/* Whoever hangs in the kernel holds the function's lock for good: what touches it hangs
 * too, and an orderly shutdown does. */
static const char *consequence(enum phase phase, int entry)
{
	if (phase == PHASE_GUARD)
		return "the firmware may hang a shutdown, too; set guard = off, or boot "
		       "with gpupass=off next time";
	if (entry < 0)
		return "modprobe vfio-pci and an orderly shutdown may hang; boot with "
		       "gpupass=off next time";
	return "what reads this function, modprobe vfio-pci and an orderly shutdown may "
	       "hang; boot with gpupass=off next time";
}

static void record_consequence(const struct worker_task *task, enum phase phase,
			       int entry)
{
	struct trace_about about = {0};
	const struct bind_journal *journal = task->journal;

	if (entry >= 0)
		about.function = &journal->entries[entry].before;
	trace_add(task->trace, TRACE_CONSEQUENCE, &about, "%s",
		  consequence(phase, entry));
}

/* Names what a child is stuck in, and what follows from it. */
static void record_stuck(const struct worker_task *task, unsigned seconds)
{
	const struct bind_journal *journal = task->journal;
	struct trace_about about = about_current(journal);

	about.error = ETIMEDOUT;
	about.duration = (uint64_t)seconds * 1000000000U;
	trace_add(task->trace, TRACE_DEADLINE, &about, "%u s, stuck in %s", seconds,
		  phase_name(journal->phase));
}

/* The third child: last words, then the reset. Nothing is mounted yet, nothing is lost.
 * It comes back only where that could not be done. */
static int do_reset(const struct worker_task *task)
{
	struct trace trace = trace_for_child(task->trace);
	struct trace_about about = about_current(task->journal);

	if (guard_give_up(task->guard, task->root, &trace, task->journal->phase, &about) <
	    0)
		return WORKER_LOST;
	trace_add(&trace, TRACE_RESET, &about,
		  "whatever touches this function would hang too; the next boot leaves "
		  "the cards to the host");
	sys_write_attribute(task->root, SYSRQ_TRIGGER, SYSRQ_REBOOT);
	return WORKER_LOST;
}

/* A child is stuck in the kernel, with a device's lock in its hands. The firmware may be
 * what it is stuck in, so that this has a deadline, too. */
static void reset_machine(const struct worker_task *task)
{
	if (!task->returned && task->guard->known && task->journal->phase != PHASE_GUARD)
		run_child(do_reset, task, RESCUE_SECONDS);
}

static int rescue(const struct worker_task *task, int result)
{
	enum phase phase = task->journal->phase;
	int rescued;

	/* Whoever hangs in the firmware holds no function. */
	task->journal->stuck = result == -ETIMEDOUT && phase != PHASE_GUARD
				       ? task->journal->current
				       : -1;
	if (result == -ETIMEDOUT) {
		record_stuck(task, task->conf->deadline);
		reset_machine(task);
	} else {
		record_end_of_worker(task, result);
	}
	rescued = run_child(do_rescue, task, RESCUE_SECONDS);
	if (rescued == -ETIMEDOUT) {
		record_stuck(task, RESCUE_SECONDS);
		reset_machine(task);
	}
	if (task->returned)
		record_not_taken_again(task);
	else
		record_lost_cards(task, rescued == WORKER_HOLDS);
	if (result == -ETIMEDOUT)
		record_consequence(task, phase, task->journal->stuck);
	if (rescued == -ETIMEDOUT)
		record_consequence(task, task->journal->phase, task->journal->current);
	return WORKER_LOST;
}

int supervise(const struct worker_task *task)
{
	int result;

	task->journal->current = task->journal->stuck = -1;
	for (unsigned i = 0; i < task->conf->rule_count; i++)
		memcpy(task->journal->names[i], task->conf->rules[i].name,
		       sizeof(task->journal->names[i]));
	result = run_child(do_work, task, task->conf->deadline);
	/* Somebody else may have taken the status; the work was done all the same. */
	if (result == -ECHILD && task->journal->finished)
		result = task->journal->status;
	return result < 0 ? rescue(task, result) : result;
}
