/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sweep: every system call of a program fails once, on the card of the tests' host.
 *
 *	sweep list COMMAND...
 *		its system calls: process, name, number of that call, what it is about
 *	sweep [OPTION...] run COMMAND...
 *		lets them fail, one in each run, and judges each run
 *	-g	with the guard: its variable is removed before each run
 *	-n	native drivers hold what they can before each run
 *	-o TEXT	only calls whose target has TEXT in it
 *	-c	only the critical part: from the first driver_override to the worker's end
 *	-b N	of all that could happen N faults at even distances (300); 0 = all
 *	-e	first, each call of the critical part fails in one way, another one from
 *call to call, and the worker is killed at each
 *
 * Exit status: 0 when nothing that must hold was broken.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fs.h>

#include "tests/faults/judge.h"
#include "tests/faults/plausible.h"

#define MAX_CALLS      8192
#define MAX_INJECTIONS 65536
#define SLOW           3 /* seconds; a run takes a tenth of one */
#define TRIES          3 /* a call may be missing once: a line of the kernel's log less */
#define VARIABLE                                                                         \
	"/sys/firmware/efi/efivars/GpupassGuard-91d5d8b4-2f1b-4794-b32a-4bcca4bd193e"

struct sweep {
	char **command;
	bool guard, native, each, critical;
	unsigned budget;
	const char *only;
	struct call calls[MAX_CALLS];
	unsigned call_count, critical_from; /* the number of the first critical call */
	struct injection injections[MAX_INJECTIONS];
	unsigned injection_count;
	struct card_state before;
	unsigned injected, reached, broken, taken, tolerated, back, named;
	double longest;
};

static void print_call(const struct call *call)
{
	printf("%s %s %u %s", inject_role_name(call->role),
	       inject_call_name(call->number), call->n, call->target);
}

static void keep_call(const struct call *call, void *data)
{
	struct sweep *sweep = data;

	if (sweep->call_count < MAX_CALLS)
		sweep->calls[sweep->call_count++] = *call;
}

static void add(struct sweep *sweep, const struct injection *injection)
{
	if (sweep->injection_count < MAX_INJECTIONS)
		sweep->injections[sweep->injection_count++] = *injection;
}

static bool is_critical(const struct sweep *sweep, unsigned i)
{
	return i >= sweep->critical_from && sweep->calls[i].role == INJECT_WORKER;
}

static bool is_wanted(const struct sweep *sweep, unsigned i)
{
	if (sweep->critical && !is_critical(sweep, i))
		return false;
	return !sweep->only || strstr(sweep->calls[i].target, sweep->only);
}

/* From the first time that the worker is about to write to a function. */
static void find_critical(struct sweep *sweep)
{
	unsigned i = 0;

	while (i < sweep->call_count &&
	       !(sweep->calls[i].role == INJECT_WORKER && sweep->calls[i].writes &&
		 strstr(sweep->calls[i].target, "driver_override")))
		i++;
	sweep->critical_from = i;
}

static unsigned count_ways(const struct call *call)
{
	struct injection injection;
	unsigned count = 0;

	while (plausible_get(call, count, &injection))
		count++;
	return count;
}

/* Each call of the critical part in one way, another one from call to call, and the
 * worker killed at each. */
static void choose_critical(struct sweep *sweep)
{
	struct injection injection;
	unsigned turn = 0;

	for (unsigned i = 0; i < sweep->call_count; i++) {
		const struct call *call = &sweep->calls[i];
		unsigned ways = count_ways(call);

		if (!is_critical(sweep, i) || !is_wanted(sweep, i))
			continue;
		if (ways > 1 && plausible_get(call, turn++ % (ways - 1), &injection))
			add(sweep, &injection);
		if (plausible_get(call, ways - 1, &injection))
			add(sweep, &injection);
	}
}

/* Of all ways of all calls as many as may be, at even distances. */
static void choose_spread(struct sweep *sweep)
{
	unsigned long total = 0, at = 0, chosen = 0;
	struct injection injection;

	for (unsigned i = 0; i < sweep->call_count; i++)
		total += is_wanted(sweep, i) ? count_ways(&sweep->calls[i]) : 0;
	for (unsigned i = 0; i < sweep->call_count; i++) {
		for (unsigned way = 0; is_wanted(sweep, i) &&
				       plausible_get(&sweep->calls[i], way, &injection);
		     way++, at++) {
			if (sweep->budget && at * sweep->budget < chosen * total)
				continue;
			add(sweep, &injection);
			chosen++;
		}
	}
}

static void forget_guard(void)
{
	int flags = 0, fd = open(VARIABLE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
	unlink(VARIABLE);
}

static void prepare(const struct sweep *sweep)
{
	if (sweep->guard)
		forget_guard();
	judge_prepare();
	card_give_back(sweep->native);
}

static void count_run(struct sweep *sweep, const struct injection *injection,
		      const struct inject_outcome *outcome,
		      const struct judgement *judgement)
{
	sweep->broken += judgement->broken;
	sweep->taken += judgement->taken;
	sweep->back += judgement->back;
	sweep->tolerated += judgement->tolerated;
	sweep->named += judgement->back && judgement->has_errno;
	if (outcome->seconds > sweep->longest)
		sweep->longest = outcome->seconds;
	if (!judgement->broken && outcome->seconds < SLOW)
		return;
	printf("%s: ", judgement->broken ? "BROKEN" : "slow");
	print_call(&injection->call);
	printf(": %s: %s; status %d, %.1f s; %s; %s\n", plausible_name(injection),
	       judgement->words, outcome->status, outcome->seconds,
	       judgement->taken  ? "taken"
	       : judgement->back ? "not taken"
				 : "half-taken",
	       judgement->error_line);
	fflush(stdout);
}

static void run_one(struct sweep *sweep, const struct injection *injection)
{
	struct inject_outcome outcome = {0};
	struct judgement judgement;
	struct card_state now;

	sweep->injected++;
	for (int try = 0; try < TRIES && !outcome.reached; try++) {
		prepare(sweep);
		card_read(&now);
		if (!card_is_same(&now, &sweep->before)) {
			printf("BROKEN: the card cannot be given back: %s\n",
			       card_format(&now));
			sweep->broken++;
		}
		inject_run(sweep->command, injection, NULL, NULL, &outcome);
		judge_run(injection, &outcome, &now, sweep->guard, &judgement);
	}
	sweep->reached += outcome.reached;
	if (!outcome.reached) {
		printf("not reached: ");
		print_call(&injection->call);
		printf("\n");
	}
	count_run(sweep, injection, &outcome, &judgement);
}

/* Twice: the first run inserts what later ones find, and makes what is then there. */
static bool take_without_fault(struct sweep *sweep)
{
	struct inject_outcome outcome;
	struct judgement judgement;

	for (int i = 0; i < 2; i++) {
		prepare(sweep);
		card_read(&sweep->before);
		sweep->call_count = 0;
		inject_run(sweep->command, NULL, keep_call, sweep, &outcome);
		judge_run(NULL, &outcome, &sweep->before, sweep->guard, &judgement);
	}
	printf("fault-free: from %s\n", card_format(&sweep->before));
	printf("fault-free: %s, status %d, %u system calls, %.2f s%s%s\n",
	       judgement.taken ? "taken" : "not taken", outcome.status, sweep->call_count,
	       outcome.seconds, judgement.broken ? ": " : "", judgement.words);
	fflush(stdout);
	return judgement.taken && outcome.status == 0 && !judgement.broken;
}

static int run_sweep(struct sweep *sweep)
{
	if (!take_without_fault(sweep))
		return 1;
	find_critical(sweep);
	if (sweep->each)
		choose_critical(sweep);
	choose_spread(sweep);
	for (unsigned i = 0; i < sweep->injection_count; i++)
		run_one(sweep, &sweep->injections[i]);
	prepare(sweep);
	printf("afterwards: %u taken in spite of it, %u not taken (%u name the errno), "
	       "longest run %.1f s\n",
	       sweep->tolerated, sweep->back, sweep->named, sweep->longest);
	if (sweep->injected && sweep->reached == sweep->injected)
		printf("every injection was reached\n");
	printf("%u faults injected, %u reached, %u invariants broken\n", sweep->injected,
	       sweep->reached, sweep->broken);
	return sweep->broken || sweep->reached != sweep->injected;
}

static void print_visited(const struct call *call, void *data)
{
	(void)data;
	print_call(call);
	printf("%s\n", call->writes ? " (to write)" : "");
}

static int list(char **command)
{
	struct inject_outcome outcome;

	inject_run(command, NULL, print_visited, NULL, &outcome);
	return outcome.status;
}

int main(int argc, char **argv)
{
	static struct sweep sweep;
	int option;

	sweep.budget = 300;
	while ((option = getopt(argc, argv, "+gnceb:o:")) != -1) {
		sweep.guard |= option == 'g';
		sweep.native |= option == 'n';
		sweep.critical |= option == 'c';
		sweep.each |= option == 'e';
		if (option == 'b')
			sweep.budget = (unsigned)atoi(optarg);
		if (option == 'o')
			sweep.only = optarg;
		if (option == '?')
			return 2;
	}
	sweep.command = argv + optind + 1;
	if (argc - optind >= 2 && strcmp(argv[optind], "list") == 0)
		return list(sweep.command);
	if (argc - optind >= 2 && strcmp(argv[optind], "run") == 0)
		return run_sweep(&sweep);
	fprintf(stderr, "usage: list COMMAND... | [OPTION...] run COMMAND...\n");
	return 2;
}
