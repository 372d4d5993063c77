/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children, their end, and what follows when it does not come. Touches no function
 * itself: what it does to one is done by a second child, with a deadline of its own.
 */
#include "hook/early/supervise.h"

#include <errno.h>
#include <string.h>

#include "hook/early/child.h"
#include "hook/early/give_back.h"

#define MOUNTS        "proc/self/mounts"
#define SYSRQ_TRIGGER "proc/sysrq-trigger" /* Documentation/admin-guide/sysrq.rst */
#define SYSRQ_REBOOT  "b"
/* All that the work needs of root's privileges, beside owning the files: to mount
 * efivarfs and see addresses in iomem, to insert modules, to read the kernel's log where
 * dmesg_restrict is set, to lift the immutable flag of a firmware variable. */
#define PRIVILEGES                                                                       \
	(1ULL << SYS_CAP_SYS_ADMIN | 1ULL << SYS_CAP_SYS_MODULE |                        \
	 1ULL << SYS_CAP_SYSLOG | 1ULL << SYS_CAP_LINUX_IMMUTABLE)
#define RESCUE_SECONDS 5 /* for giving back what a dead or stuck worker held */

/* Changes with each step of whoever works: the worker, or a rescuer. */
static unsigned step_of(const void *data)
{
	const struct bind_journal *journal = ((const struct worker_task *)data)->journal;

	return (unsigned)journal->current << 8 | journal->phase;
}

/* What every child begins with: its own line to the kernel's log, and no privilege that
 * it has no use for. */
static struct trace begin_child(const struct worker_task *task)
{
	struct trace trace = trace_for_child(task->trace);
	struct trace_about about = {.error = -sys_keep_capabilities(PRIVILEGES)};

	if (about.error)
		trace_add(&trace, TRACE_PRIVILEGES, &about, "the work goes on");
	return trace;
}

static int do_work(const void *data)
{
	const struct worker_task *task = data;
	struct trace trace = begin_child(task);
	struct worker_task own = *task;

	own.trace = &trace;
	task->journal->status = worker_run(&own);
	task->journal->finished = true;
	return task->journal->status;
}

/* The second child: gives back what the worker was at, but for the function it hangs in.
 * One that it was killed at comes last: whoever comes near it may hang as well. */
static int do_rescue(const void *data)
{
	const struct worker_task *task = data;
	struct trace trace = begin_child(task);
	const struct bind_context context = {.root = task->root,
					     .trace = &trace,
					     .journal = task->journal,
					     .console = &task->journal->console};
	struct bind_journal *journal = task->journal;
	int current = journal->current, card = -1;
	unsigned failed = 0;

	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		if (journal->cards[i] != BIND_WORKING)
			continue;
		card = (int)i;
		failed += bind_give_back(&context, i, current);
	}
	if (card >= 0 && journal->stuck < 0 && current >= 0)
		failed += bind_give_back(&context, (unsigned)card, -1);
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
	if (phase == PHASE_READING)
		return "what looks at PCI functions or at the firmware's variables may "
		       "hang, too; boot with gpupass=off next time";
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

/* Whether a mount is of a disk, which a reset could harm: before udev there is none. */
static int is_of_device(const char *mount, void *data)
{
	static const char place[] = SYS_DEFAULT_ROOT "dev/";

	(void)data;
	return strncmp(mount, place, strlen(place)) == 0;
}

static bool can_reset(const struct worker_task *task)
{
	return sys_exists(task->root, SYSRQ_TRIGGER) == 1 &&
	       sys_each_line(task->root, MOUNTS, is_of_device, NULL) <= 0;
}

/* The third child: last words, then the reset. It comes back only where that could not be
 * done; the words stay, and no boot counts as good with them. */
static int do_reset(const void *data)
{
	const struct worker_task *task = data;
	struct trace trace = begin_child(task);
	struct trace_about about = about_current(task->journal);

	if (guard_give_up(task->guard, task->root, &trace, task->journal->phase, &about) <
		    0 ||
	    !can_reset(task))
		return WORKER_LOST;
	trace_add(&trace, TRACE_RESET, &about,
		  "%s; the next boot leaves the cards to the host",
		  about.function ? "whatever touches this function would hang too"
				 : "modprobe and a shutdown may hang too");
	about.error = -sys_write_attribute(task->root, SYSRQ_TRIGGER, SYSRQ_REBOOT);
	trace_add(&trace, TRACE_NOT_RESET, &about, "reset it by hand");
	return WORKER_LOST;
}

/* A child is stuck in the kernel, with a device's lock in its hands. The firmware may be
 * what it is stuck in; that is no device, and so that this has a deadline, too. */
static void reset_machine(const struct worker_task *task)
{
	const struct child_work reset = {.run = do_reset, .task = task};

	if (!task->returned && task->guard->known && task->journal->phase != PHASE_GUARD)
		child_run(&reset, RESCUE_SECONDS);
	trace_clock(task->trace);
}

static int give_back(const struct worker_task *task)
{
	const struct child_work rescue = {
		.run = do_rescue, .task = task, .step = step_of};
	enum phase phase = task->journal->phase;
	int current = task->journal->current;
	int result = child_run(&rescue, RESCUE_SECONDS);

	trace_clock(task->trace);
	if (result != -ETIMEDOUT)
		return result;
	record_stuck(task, RESCUE_SECONDS);
	/* Last words are those of whoever made the trouble. */
	if (task->journal->stuck < 0) {
		task->journal->phase = phase;
		task->journal->current = current;
	}
	reset_machine(task);
	return result;
}

static int rescue(const struct worker_task *task, int result)
{
	enum phase phase = task->journal->phase;
	int rescued;

	trace_clock(task->trace);
	/* Whoever hangs in the firmware holds no function. */
	task->journal->stuck = result == -ETIMEDOUT && phase != PHASE_GUARD
				       ? task->journal->current
				       : -1;
	if (result == -ETIMEDOUT || result == -ETIME)
		record_stuck(task, task->conf->deadline);
	else
		record_end_of_worker(task, result);
	if (result == -ETIMEDOUT)
		reset_machine(task);
	rescued = give_back(task);
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
	const struct child_work work = {.run = do_work, .task = task, .step = step_of};
	int result;

	task->journal->current = task->journal->stuck = -1;
	for (unsigned i = 0; i < task->conf->rule_count; i++)
		memcpy(task->journal->names[i], task->conf->rules[i].name,
		       sizeof(task->journal->names[i]));
	result = child_run(&work, task->conf->deadline);
	/* Somebody else may have taken the status; the work was done all the same. */
	if (result == -ECHILD && task->journal->finished)
		result = task->journal->status;
	return result < 0 ? rescue(task, result) : result;
}
