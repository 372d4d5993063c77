/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the machine, makes the plans, records them, and carries them out.
 */
#include "hook/early/worker.h"

#include <errno.h>
#include <string.h>

#include "hook/core/efivar.h"
#include "hook/core/survey.h"
#include "hook/early/modules.h"
#include "hook/early/report.h"
#include "hook/early/taken.h"

#define UDEV_CONTROL "run/udev/control"
#define COMM_SIZE    80 /* a worker of the kernel has up to 64, fs/proc/array.c */
#define COMM_PATH    64

static struct plan plans[CONF_MAX_RULES];

/* What cannot be told counts as udev, but for a process that has ended meanwhile. */
static int is_udev(const char *pid, void *data)
{
	const struct sys_root *root = data;
	char path[COMM_PATH], name[COMM_SIZE];
	int length;

	if (pid[0] < '1' || pid[0] > '9' || strlen(pid) > 10)
		return false;
	sys_format(path, sizeof(path), "proc/%s/comm", pid);
	length = sys_read_attribute(root, path, name, sizeof(name));
	if (length < 0)
		return length != -ENOENT && length != -ESRCH && length != -EFBIG;
	return strcmp(name, "systemd-udevd") == 0 || strcmp(name, "udevd") == 0;
}

/* systemd makes the socket before the daemon starts, initramfs-tools has no socket before
 * it: so the socket first, and only where it exists the list of processes. */
static bool udev_has_started(const struct sys_root *root)
{
	/* Where it cannot be told, the careful answer. */
	return sys_exists(root, UDEV_CONTROL) != 0 &&
	       sys_each_entry(root, "proc", is_udev, (void *)root) != 0;
}

/* Without a keep list the class checks still protect storage; a broken one means that the
 * image is not what it should be. */
static int read_keep_list(const struct worker_task *task, struct image_keep *ret_keep)
{
	static char text[IMAGE_LIST_SIZE];
	struct trace_about about = {0};
	unsigned line = 0;
	int length = sys_read_file(task->root, IMAGE_KEEP_LIST, text, sizeof(text));
	int error = length;

	ret_keep->count = 0;
	if (length == -ENOENT) {
		trace_add(task->trace, TRACE_KEEP_LIST_MISSING, NULL, "%s",
			  task->conf->generic ? "it is one for any host"
					      : IMAGE_KEEP_LIST);
		return 0;
	}
	if (length >= 0)
		error = image_parse_keep(text, (size_t)length, ret_keep, &line);
	about.error = error < 0 ? -error : 0;
	if (length < 0)
		trace_add(task->trace, TRACE_REFUSED_KEEP_LIST, &about, IMAGE_KEEP_LIST);
	else if (error < 0)
		trace_add(task->trace, TRACE_REFUSED_KEEP_LIST, &about,
			  IMAGE_KEEP_LIST ":%u", line);
	return error < 0 ? error : 0;
}

static void summarize(const struct worker_task *task, const struct plan *plan,
		      enum trace_event event, const char *text)
{
	struct trace_about about = {.card = plan->rule->name};
	char drivers[TRACE_TEXT_SIZE] = "";

	if (event == TRACE_TAKEN || event == TRACE_WOULD_TAKE) {
		plan_format_drivers(plan, drivers, sizeof(drivers));
		text = drivers;
	}
	trace_add(task->trace, event, &about, "%s", text);
}

/* A driver that the modules did not bring would be found missing only after an override
 * was written. */
static int check_driver(const struct worker_task *task, const struct plan *plan)
{
	struct trace_about about = {.card = plan->rule->name};
	char path[PCI_PATH_SIZE];

	for (unsigned i = 0; i < plan->card.count; i++) {
		const char *driver = plan_driver(plan, &plan->card.functions[i]);
		int there;

		if (i > 0 &&
		    strcmp(driver, plan_driver(plan, &plan->card.functions[i - 1])) == 0)
			continue;
		sys_format(path, sizeof(path), PCI_DRIVERS "/%s", driver);
		there = sys_exists(task->root, path);
		if (there == 1)
			continue;
		about.error = there < 0 ? -there : 0;
		trace_add(task->trace, TRACE_REFUSED_MODULES, &about,
			  there < 0 ? "driver %s cannot be looked for"
				    : "this kernel has no driver %s",
			  driver);
		return -ENODEV;
	}
	return 0;
}

/* Carries out one plan; true when the card is taken, or would be. */
static bool take_card(const struct worker_task *task, const struct bind_context *context,
		      unsigned card, int modules_error)
{
	const struct plan *plan = &plans[card];

	if (modules_error < 0 || (!task->dry_run && check_driver(task, plan) < 0)) {
		task->journal->cards[card] = BIND_REFUSED;
		summarize(task, plan, TRACE_REFUSED, "the host keeps the card");
		return false;
	}
	if (task->dry_run) {
		summarize(task, plan, TRACE_WOULD_TAKE, "");
		return true;
	}
	if (bind_take_card(context, plan, card) == 0) {
		taken_note(task->root, plan);
		summarize(task, plan, TRACE_TAKEN, "");
		return true;
	}
	summarize(task, plan, TRACE_FAILED,
		  task->journal->cards[card] == BIND_HALF
			  ? "not all of it could be given back"
			  : "given back, the host has the card");
	return false;
}

/* Returns how many cards were not taken. */
static unsigned take_cards(const struct worker_task *task, const struct console *console,
			   struct kernel_lines *lines)
{
	const struct bind_context context = {.root = task->root,
					     .trace = task->trace,
					     .journal = task->journal,
					     .console = console,
					     .guard = task->guard,
					     .lines = lines};
	unsigned lost = 0;
	int error;

	task->journal->phase = PHASE_MODULES;
	task->journal->console = *console;
	error = modules_insert(task->root, task->trace, task->conf, task->command_line,
			       task->dry_run);
	kernel_lines_follow(lines);
	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		if (!plans[i].refusal && !take_card(task, &context, i, error))
			lost++;
	}
	/* A card that was given back has proven nothing. */
	task->journal->phase = PHASE_GUARD;
	guard_enter(task->guard, task->root, task->trace,
		    lost ? PHASE_WITHOUT : PHASE_BOOTING, NULL);
	return lost;
}

/* The guard wants the cards to stay with the host. Returns how many there are. */
static unsigned leave_cards(const struct worker_task *task, enum trace_event event,
			    const char *reason)
{
	unsigned left = 0;

	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		struct trace_about about = {.card = plans[i].rule->name};

		if (plans[i].refusal)
			continue;
		trace_add(task->trace, event, &about, "%s", reason);
		if (event != TRACE_LEFT)
			summarize(task, &plans[i], TRACE_REFUSED,
				  "the host keeps the card");
		task->journal->cards[i] = BIND_REFUSED;
		left++;
	}
	return left;
}

/* Returns how many cards were not taken. */
static unsigned take_or_leave(const struct worker_task *task,
			      const struct console *console, struct kernel_lines *lines)
{
	const struct combination combination = {task->conf, task->command_line,
						modules_hash()};
	char reason[TRACE_TEXT_SIZE];
	enum guard_answer answer;

	task->journal->phase = PHASE_GUARD;
	answer = guard_ask(task->guard, task->root, task->trace, &combination, plans,
			   reason);
	/* What writes down a panic also shows that of the boot before. */
	if (task->guard->armed || answer == GUARD_NOT_NOW)
		modules_insert_for_guard(task->root, task->trace, task->conf,
					 task->command_line, IMAGE_FOR_UNPROVEN);
	switch (answer) {
	case GUARD_NOT_NOW:
		return leave_cards(task, TRACE_LEFT, reason);
	case GUARD_REFUSED:
		return leave_cards(task, TRACE_REFUSED_GUARD, reason);
	default:
		return take_cards(task, console, lines);
	}
}

/* What an earlier boot has to say comes first. */
static void read_guard(const struct worker_task *task)
{
	bool has_firmware;

	modules_read(task->root);
	if (task->dry_run)
		return;
	if (task->conf->guard == CONF_GUARD_OFF) {
		trace_add(task->trace, TRACE_GUARD, NULL, "off in " CONF_PATH);
		return;
	}
	has_firmware = sys_exists(task->root, EFIVAR_FIRMWARE) == 1;
	if (has_firmware)
		modules_insert_for_guard(task->root, task->trace, task->conf,
					 task->command_line, IMAGE_FOR_GUARD);
	guard_open(task->guard, task->root, task->trace, has_firmware);
}

/* Returns how many cards are to be taken. */
static unsigned report_plans(const struct worker_task *task)
{
	unsigned to_take = 0;

	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		report_plan(task->root, task->trace, &plans[i], plans,
			    task->conf->rule_count);
		if (plans[i].refusal)
			task->journal->cards[i] = BIND_REFUSED;
		else
			to_take++;
	}
	return to_take;
}

static void copy_kernel_log(const struct worker_task *task, struct kernel_lines *lines)
{
	for (unsigned i = 0; i < task->conf->rule_count; i++)
		kernel_lines_add_card(lines, plans[i].rule->name, &plans[i].card);
	kernel_lines_start(lines, task->root, task->trace);
}

static void find_console(const struct worker_task *task, struct console *console)
{
	console_find(task->root, console);
	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		for (unsigned k = 0; k < plans[i].card.count; k++)
			console_look_at(task->root, console, &plans[i].card.functions[k]);
	}
}

/* The plan of the card that address belongs to, before one that was refused there; NULL =
 * no section names it. */
static struct plan *find_plan(const struct worker_task *task,
			      const struct pci_address *address)
{
	struct plan *found = NULL;

	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		if (card_index(&plans[i].card, address) >= 0 &&
		    (!found || found->refusal))
			found = &plans[i];
	}
	return found;
}

/* One function alone. Decided by the same plan as the whole card. */
static int take_function_again(const struct worker_task *task)
{
	static struct plan_facts facts;
	static struct image_keep keep;
	static struct image_modules modules;
	const struct bind_context context = {.root = task->root,
					     .trace = task->trace,
					     .journal = task->journal,
					     .console = &task->journal->console};
	struct trace_about about = {0};
	struct plan *plan;
	int index, error;

	facts.keep = &keep;
	facts.modules = &modules;
	taken_read_variant(task->root, task->returned, &modules);
	survey_plan(task->root, task->conf, &facts, plans);
	plan = find_plan(task, task->returned);
	if (!plan)
		return -ENOENT;
	index = card_index(&plan->card, task->returned);
	about.card = plan->rule->name;
	about.function = &plan->card.functions[index];
	if (plan->refusal) {
		about.error = plan->error;
		trace_add(task->trace, plan->refusal, &about, "%s", plan->reason);
		return -EPERM;
	}
	plan->card.functions[0] = plan->card.functions[index];
	plan->card.count = 1;
	console_find(task->root, &task->journal->console);
	console_look_at(task->root, &task->journal->console, &plan->card.functions[0]);
	error = bind_take_card(&context, plan, (unsigned)(plan - plans));
	about.function = &plan->card.functions[0];
	if (error == 0)
		trace_add(task->trace, TRACE_TAKEN_AGAIN, &about, "%s",
			  plan_driver(plan, &plan->card.functions[0]));
	return error;
}

/* A native driver may be quicker than we are: between the look and the bind. */
static int run_returned(const struct worker_task *task)
{
	struct pci_function function;
	struct trace_about about = {.function = &function};
	int error;

	if (pci_read_function(task->root, task->returned, &function) < 0)
		return WORKER_LOST;
	trace_clock(task->trace);
	trace_add(task->trace, TRACE_RETURNED, &about, "driver %s",
		  function.driver[0] ? function.driver : "none");
	error = take_function_again(task);
	if (error == -EBUSY)
		error = take_function_again(task);
	if (error)
		trace_add(task->trace, TRACE_NOT_TAKEN_AGAIN, &about, "%s",
			  error == -ENOENT ? "no section names it now"
					   : WORKER_NOT_WHOLE);
	return error ? WORKER_LOST : WORKER_HOLDS;
}

int worker_run(const struct worker_task *task)
{
	static struct kernel_lines lines;
	static struct image_keep keep;
	struct plan_facts facts = {.keep = &keep};
	unsigned to_take, lost = 0;
	struct console console;

	if (task->returned)
		return run_returned(task);
	task->journal->phase = PHASE_READING;
	read_guard(task);
	facts.keep_broken = read_keep_list(task, &keep) < 0;
	facts.late = udev_has_started(task->root);
	facts.modules = modules_list();
	survey_plan(task->root, task->conf, &facts, plans);
	copy_kernel_log(task, &lines);
	find_console(task, &console);
	trace_clock(task->trace);
	to_take = report_plans(task);
	report_console(task->root, task->trace, &console, plans, task->conf->rule_count);
	if (to_take)
		lost = take_or_leave(task, &console, &lines);
	if (lost || to_take < task->conf->rule_count || task->conf->error_count)
		return WORKER_LOST;
	return WORKER_HOLDS;
}
