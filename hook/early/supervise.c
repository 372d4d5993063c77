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
	const struct bind_context context = {task->root, &trace, task->journal,
					     &task->journal->console, NULL};
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

static void record_end_of_worker(const struct worker_task *task, int result)
{
	const struct bind_journal *journal = task->journal;
	struct trace_about about = {.error = result == -EINTR ? 0 : -result};

	if (journal->current >= 0) {
		const struct bind_entry *entry = &journal->entries[journal->current];

		about.card = journal->names[entry->card];
		about.function = &entry->before;
	}
	if (result == -EINTR || result == -ECHILD)
		trace_add(task->trace, TRACE_WORKER_DIED, &about, "while %s",
			  bind_phase_name(journal->phase));
	else
		trace_add(task->trace, TRACE_NO_WORKER, &about, "nothing was touched");
}

/* Whoever hangs in the kernel holds the function's lock for good: what touches it hangs
 * too, and an orderly shutdown does. */
static void record_consequence(const struct worker_task *task, int entry)
{
	struct trace_about about = {0};
	const struct bind_journal *journal = task->journal;

	if (entry >= 0)
		about.function = &journal->entries[entry].before;
	trace_add(task->trace, TRACE_CONSEQUENCE, &about,
		  "what reads this function, modprobe vfio-pci and an orderly shutdown "
		  "may hang; "
		  "boot with gpupass=off next time");
}

/* Names what a child is stuck in, and what follows from it. */
static void record_stuck(const struct worker_task *task, unsigned seconds)
{
	const struct bind_journal *journal = task->journal;
	struct trace_about about = {.error = ETIMEDOUT,
				    .duration = (uint64_t)seconds * 1000000000U};

	if (journal->current >= 0) {
		const struct bind_entry *entry = &journal->entries[journal->current];

		about.card = journal->names[entry->card];
		about.function = &entry->before;
	}
	trace_add(task->trace, TRACE_DEADLINE, &about, "%u s, stuck in %s", seconds,
		  bind_phase_name(journal->phase));
}

static int rescue(const struct worker_task *task, int result)
{
	int rescued;

	if (result == -ETIMEDOUT)
		record_stuck(task, task->conf->deadline);
	else
		record_end_of_worker(task, result);
	task->journal->stuck = result == -ETIMEDOUT ? task->journal->current : -1;
	rescued = run_child(do_rescue, task, RESCUE_SECONDS);
	if (rescued == -ETIMEDOUT)
		record_stuck(task, RESCUE_SECONDS);
	if (task->returned)
		record_not_taken_again(task);
	else
		record_lost_cards(task, rescued == WORKER_HOLDS);
	if (result == -ETIMEDOUT)
		record_consequence(task, task->journal->stuck);
	if (rescued == -ETIMEDOUT)
		record_consequence(task, task->journal->current);
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
