/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences about functions, cards and the screen. Decides nothing.
 */
#include "hook/early/report.h"

#include <string.h>

#include "hook/core/survey.h"

struct report {
	const struct sys_root *root;
	struct trace *trace;
	const struct plan *plans;
	unsigned count;
};

static void record_functions(const struct report *report, const struct plan *plan)
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
		trace_add(report->trace, TRACE_FUNCTION_FOUND, &about, "driver %s, %s%s",
			  f->driver[0] ? f->driver : "none", group, vga);
	}
}

/* Of functions whose driver was left to the image build. */
static void record_drivers(const struct report *report, const struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *f = &plan->card.functions[i];
		struct trace_about about = {.card = plan->rule->name, .function = f};
		const char *driver = plan_driver(plan, f);

		if (conf_driver_of(plan->rule, f->address.function) == CONF_AUTO)
			trace_add(
				report->trace, TRACE_DRIVER_CHOSEN, &about, "%s, %s",
				driver,
				strcmp(driver, conf_driver_name(CONF_VFIO_PCI)) == 0
					? "the image knows none of the kernel's own for it"
					: "the kernel's own for it");
	}
}

static void record_neighbours(const struct report *report, const struct plan *plan)
{
	struct pci_function neighbours[SURVEY_MAX_NEIGHBOURS];
	struct trace_about more = {.card = plan->rule->name};
	unsigned count = survey_obstacles(report->root, &plan->card, report->plans,
					  report->count, neighbours);

	for (unsigned i = 0; i < count && i < SURVEY_MAX_NEIGHBOURS; i++) {
		const struct pci_function *f = &neighbours[i];
		struct trace_about about = {.card = plan->rule->name, .function = f};

		trace_add(report->trace, TRACE_GROUP_SHARED, &about,
			  "group %d is not viable while this function is with %s",
			  f->iommu_group, f->driver[0] ? f->driver : "a native driver");
	}
	if (count > SURVEY_MAX_NEIGHBOURS)
		trace_add(report->trace, TRACE_GROUP_SHARED, &more, "and with %u more",
			  count - SURVEY_MAX_NEIGHBOURS);
}

static void record_keyboards(const struct report *report, const struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *f = &plan->card.functions[i];
		struct trace_about about = {.card = plan->rule->name, .function = f};

		if (f->only_keyboard)
			trace_add(report->trace, TRACE_ONLY_KEYBOARD, &about,
				  "it goes to the VM with the card");
	}
}

static void record_refusal(const struct report *report, const struct plan *plan)
{
	struct trace_about about = {.card = plan->rule->name, .error = plan->error};

	if (plan->about >= 0)
		about.function = &plan->card.functions[plan->about];
	trace_add(report->trace, plan->refusal, &about, "%s", plan->reason);
	about.function = NULL;
	about.error = 0;
	trace_add(report->trace, TRACE_REFUSED, &about, "%s", "the host keeps the card");
}

/* What draws on the screen, with its driver. */
static const char *screen_name(const struct console *console,
			       const struct pci_function *f)
{
	if (console->device[0])
		return console->device;
	return f->driver[0] ? f->driver : "VGA text console";
}

static bool record_screen(const struct report *report, const struct console *console,
			  const char *card, const struct pci_function *f)
{
	struct trace_about about = {.card = card, .function = f};
	char bar[16] = "";

	if (!console_was_on(console, f))
		return false;
	if (console->bar >= 0)
		sys_format(bar, sizeof(bar), ", in BAR %d", console->bar);
	trace_add(report->trace, TRACE_FRAMEBUFFER, &about, "%s%s%s%s",
		  screen_name(console, f), console->driver[0] ? ", driver " : "",
		  console->driver, bar);
	return true;
}

static void record_console(const struct report *report, const struct console *console)
{
	unsigned looked_at = 0;

	for (unsigned i = 0; i < report->count; i++) {
		looked_at += report->plans[i].card.count;
		for (unsigned k = 0; k < report->plans[i].card.count; k++) {
			if (record_screen(report, console, report->plans[i].rule->name,
					  &report->plans[i].card.functions[k]))
				return;
		}
	}
	if (console->device[0])
		trace_add(report->trace, TRACE_FRAMEBUFFER, NULL, "%s%s%s%s",
			  console->device, console->driver[0] ? ", driver " : "",
			  console->driver, looked_at ? ", on none of these cards" : "");
	else
		trace_add(report->trace, TRACE_FRAMEBUFFER, NULL, "none");
}

void report_plan(const struct sys_root *root, struct trace *trace,
		 const struct plan *plan, const struct plan *plans, unsigned count)
{
	const struct report report = {root, trace, plans, count};

	record_functions(&report, plan);
	record_drivers(&report, plan);
	if (plan->refusal) {
		record_refusal(&report, plan);
		return;
	}
	record_neighbours(&report, plan);
	record_keyboards(&report, plan);
}

void report_console(const struct sys_root *root, struct trace *trace,
		    const struct console *console, const struct plan *plans,
		    unsigned count)
{
	const struct report report = {root, trace, plans, count};

	record_console(&report, console);
}
