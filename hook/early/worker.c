/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the machine, makes the plans, records them, and carries them out.
 */
#include "hook/early/worker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "hook/core/survey.h"
#include "hook/early/modules.h"

#define UDEV_CONTROL "run/udev/control"
#define COMM_SIZE    32
#define COMM_PATH    64

static struct plan plans[CONF_MAX_RULES];

static bool is_udev(const struct sys_root *root, const char *pid)
{
	char path[COMM_PATH], name[COMM_SIZE];

	if (pid[0] < '1' || pid[0] > '9' || strlen(pid) > 10)
		return false;
	sys_format(path, sizeof(path), "proc/%s/comm", pid);
	if (sys_read_attribute(root, path, name, sizeof(name)) < 0)
		return false;
	return strcmp(name, "systemd-udevd") == 0 || strcmp(name, "udevd") == 0;
}

/* systemd makes the socket before the daemon starts, initramfs-tools has no socket before
 * it: so the socket first, and only where it exists the list of processes. */
static bool udev_has_started(const struct sys_root *root)
{
	struct dirent *entry;
	bool found = false;
	DIR *processes;
	int fd;

	if (sys_exists(root, UDEV_CONTROL) == 0)
		return false;
	fd = openat(root->fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	processes = fd < 0 ? NULL : fdopendir(fd);
	if (!processes)
		return true; /* cannot be told: the careful answer */
	while (!found && (entry = readdir(processes)))
		found = is_udev(root, entry->d_name);
	closedir(processes);
	return found;
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
		trace_add(task->trace, TRACE_KEEP_LIST_MISSING, NULL, IMAGE_KEEP_LIST);
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

static void record_functions(const struct worker_task *task, const struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *f = &plan->card.functions[i];
		struct trace_about about = {.card = plan->rule->name, .function = f};
		char group[24] = "no IOMMU group", vga[16] = "";

		if (f->iommu_group >= 0)
			sys_format(group, sizeof(group), "IOMMU group %d",
				   f->iommu_group);
		if (f->boot_vga >= 0)
			sys_format(vga, sizeof(vga), ", boot_vga %d", f->boot_vga);
		trace_add(task->trace, TRACE_FUNCTION_FOUND, &about,
			  "driver %s, %s, NUMA node %d%s",
			  f->driver[0] ? f->driver : "none", group, f->numa_node, vga);
	}
}

static void record_neighbours(const struct worker_task *task, const struct plan *plan)
{
	struct pci_function neighbours[SURVEY_MAX_NEIGHBOURS];
	struct trace_about more = {.card = plan->rule->name};
	unsigned count = survey_obstacles(task->root, &plan->card, plans,
					  task->conf->rule_count, neighbours);

	for (unsigned i = 0; i < count && i < SURVEY_MAX_NEIGHBOURS; i++) {
		const struct pci_function *f = &neighbours[i];
		struct trace_about about = {.card = plan->rule->name, .function = f};

		trace_add(task->trace, TRACE_GROUP_SHARED, &about,
			  "group %d is not viable while this function is with %s",
			  f->iommu_group, f->driver[0] ? f->driver : "a native driver");
	}
	if (count > SURVEY_MAX_NEIGHBOURS)
		trace_add(task->trace, TRACE_GROUP_SHARED, &more, "and with %u more",
			  count - SURVEY_MAX_NEIGHBOURS);
}

static void record_keyboards(const struct worker_task *task, const struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *f = &plan->card.functions[i];
		struct trace_about about = {.card = plan->rule->name, .function = f};

		if (f->only_keyboard)
			trace_add(task->trace, TRACE_ONLY_KEYBOARD, &about,
				  "it goes to the VM with the card");
	}
}

static void record_refusal(const struct worker_task *task, const struct plan *plan)
{
	struct trace_about about = {.card = plan->rule->name, .error = plan->error};

	if (plan->about >= 0)
		about.function = &plan->card.functions[plan->about];
	trace_add(task->trace, plan->refusal, &about, "%s", plan->reason);
	about.function = NULL;
	about.error = 0;
	trace_add(task->trace, TRACE_REFUSED, &about, "%s", "the host keeps the card");
}

/* What draws on the screen, with its driver. */
static const char *screen_name(const struct console *console,
			       const struct pci_function *f)
{
	if (console->device[0])
		return console->device;
	return f->driver[0] ? f->driver : "VGA text console";
}

static bool record_screen(const struct worker_task *task, const struct console *console,
			  const char *card, const struct pci_function *f)
{
	struct trace_about about = {.card = card, .function = f};
	char bar[16] = "";
	int number;

	if (!console_is_on(task->root, console, f, &number))
		return false;
	if (number >= 0)
		sys_format(bar, sizeof(bar), ", in BAR %d", number);
	trace_add(task->trace, TRACE_FRAMEBUFFER, &about, "%s%s%s%s",
		  screen_name(console, f), console->driver[0] ? ", driver " : "",
		  console->driver, bar);
	return true;
}

static void record_console(const struct worker_task *task, const struct console *console)
{
	unsigned looked_at = 0;

	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		looked_at += plans[i].card.count;
		for (unsigned k = 0; k < plans[i].card.count; k++) {
			if (record_screen(task, console, plans[i].rule->name,
					  &plans[i].card.functions[k]))
				return;
		}
	}
	if (console->device[0])
		trace_add(task->trace, TRACE_FRAMEBUFFER, NULL, "%s%s%s%s",
			  console->device, console->driver[0] ? ", driver " : "",
			  console->driver, looked_at ? ", on none of these cards" : "");
	else
		trace_add(task->trace, TRACE_FRAMEBUFFER, NULL, "none");
}

static unsigned record_plans(const struct worker_task *task)
{
	unsigned to_take = 0;

	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		record_functions(task, &plans[i]);
		if (!plans[i].refusal) {
			record_neighbours(task, &plans[i]);
			record_keyboards(task, &plans[i]);
			to_take++;
			continue;
		}
		record_refusal(task, &plans[i]);
		task->journal->cards[i] = BIND_REFUSED;
	}
	return to_take;
}

static enum conf_driver driver_of(const struct plan *plan, unsigned function)
{
	return conf_driver_of(plan->rule,
			      plan->card.functions[function].address.function);
}

/* "4 functions with vfio-pci", "3 functions with vfio-pci, 1 with pci-stub" */
static void format_drivers(const struct plan *plan, char *text, size_t size)
{
	unsigned counts[] = {[CONF_VFIO_PCI] = 0, [CONF_PCI_STUB] = 0};
	size_t used = 0;

	for (unsigned i = 0; i < plan->card.count; i++)
		counts[driver_of(plan, i)]++;
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i] == 0)
			continue;
		sys_format(text + used, size - used, "%s%u%s with %s", used ? ", " : "",
			   counts[i],
			   used             ? ""
			   : counts[i] == 1 ? " function"
					    : " functions",
			   conf_driver_name((enum conf_driver)i));
		used = strlen(text);
	}
}

static void summarize(const struct worker_task *task, const struct plan *plan,
		      enum trace_event event, const char *text)
{
	struct trace_about about = {.card = plan->rule->name};
	char drivers[TRACE_TEXT_SIZE] = "";

	if (event == TRACE_TAKEN || event == TRACE_WOULD_TAKE) {
		format_drivers(plan, drivers, sizeof(drivers));
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
		const char *driver = conf_driver_name(driver_of(plan, i));

		sys_format(path, sizeof(path), PCI_DRIVERS "/%s", driver);
		if (sys_exists(task->root, path) == 1)
			continue;
		trace_add(task->trace, TRACE_REFUSED_MODULES, &about,
			  "this kernel has no driver %s", driver);
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
	const struct bind_context context = {task->root, task->trace, task->journal,
					     console, lines};
	unsigned lost = 0;
	int error;

	task->journal->console = *console;
	task->journal->phase = BIND_MODULES;
	error = modules_insert(task->root, task->trace, task->command_line,
			       task->dry_run);
	kernel_lines_follow(lines);
	for (unsigned i = 0; i < task->conf->rule_count; i++) {
		if (!plans[i].refusal && !take_card(task, &context, i, error))
			lost++;
	}
	return lost;
}

static void copy_kernel_log(const struct worker_task *task, struct kernel_lines *lines)
{
	for (unsigned i = 0; i < task->conf->rule_count; i++)
		kernel_lines_add_card(lines, plans[i].rule->name, &plans[i].card);
	kernel_lines_start(lines, task->root, task->trace);
}

int worker_run(const struct worker_task *task)
{
	static struct kernel_lines lines;
	static struct image_keep keep;
	struct plan_facts facts = {.keep = &keep};
	unsigned to_take, lost = 0;
	struct console console;

	task->journal->phase = BIND_READING;
	facts.keep_broken = read_keep_list(task, &keep) < 0;
	facts.late = udev_has_started(task->root);
	survey_plan(task->root, task->conf, &facts, plans);
	copy_kernel_log(task, &lines);
	console_find(task->root, &console);
	to_take = record_plans(task);
	record_console(task, &console);
	if (to_take)
		lost = take_cards(task, &console, &lines);
	return lost || to_take < task->conf->rule_count ? 1 : 0;
}
