/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking the firmware's framebuffer away from its driver, and looking who is left.
 */
#include "hook/early/framebuffer.h"

#include <errno.h>
#include <string.h>

#include "hook/core/iomem.h"

#define PLATFORM  "sys/bus/platform"
#define PATH_SIZE 128
#define BOOTFB    "BOOTFB"

static int read_driver(const struct bind_context *context, char *driver)
{
	char path[PATH_SIZE];
	int length;

	driver[0] = '\0';
	sys_format(path, sizeof(path), PLATFORM "/devices/%s/driver",
		   context->console->device);
	length = sys_read_link_name(context->root, path, driver, CONSOLE_NAME_SIZE);
	return length < 0 && length != -ENOENT ? length : 0;
}

void framebuffer_release(const struct bind_context *context,
			 const struct bind_entry *entry)
{
	const struct console *console = context->console;
	struct trace_about about = journal_about(context->journal, entry);
	char path[PATH_SIZE], driver[CONSOLE_NAME_SIZE];

	if (console->driver[0] == '\0')
		return;
	sys_format(path, sizeof(path), PLATFORM "/devices/%s/driver/unbind",
		   console->device);
	about.error = -sys_write_attribute(context->root, path, console->device);
	about.duration = trace_clock(context->trace);
	if (read_driver(context, driver) == 0 && driver[0] == '\0')
		trace_add(context->trace, TRACE_FRAMEBUFFER_RELEASED, &about,
			  "%s, driver %s", console->device, console->driver);
	else
		trace_add(context->trace, TRACE_FRAMEBUFFER_HELD, &about, "%s, driver %s",
			  console->device, console->driver);
}

void framebuffer_restore(const struct bind_context *context,
			 const struct bind_entry *entry)
{
	const struct console *console = context->console;
	struct trace_about about = journal_about(context->journal, entry);
	char path[PATH_SIZE], driver[CONSOLE_NAME_SIZE];

	sys_format(path, sizeof(path), PLATFORM "/drivers/%s/bind", console->driver);
	about.error = -sys_write_attribute(context->root, path, console->device);
	if (read_driver(context, driver) == 0 && strcmp(driver, console->driver) == 0)
		trace_add(context->trace, TRACE_UNDONE, &about, "%s has its driver %s",
			  console->device, console->driver);
	else
		trace_add(context->trace, TRACE_UNDO_IMPOSSIBLE, &about,
			  "the firmware's framebuffer is gone; the picture comes back "
			  "with a native driver");
}

static void record_holder(const struct bind_context *context,
			  const struct bind_entry *entry, const struct iomem_held *bar)
{
	struct trace_about about = journal_about(context->journal, entry);

	if (strcmp(bar->holder, BOOTFB) == 0)
		trace_add(context->trace, TRACE_BAR_HELD, &about,
			  "%s is held by " BOOTFB "; only a boot with "
			  "initcall_blacklist=sysfb_init is without it",
			  bar->bar);
	else
		trace_add(context->trace, TRACE_BAR_HELD, &about, "%s is held by %s",
			  bar->bar, bar->holder);
}

void framebuffer_predict(const struct bind_context *context, unsigned first,
			 unsigned count)
{
	const struct bind_entry *entries = &context->journal->entries[first];
	struct trace_about about = journal_about(context->journal, entries);
	struct pci_address functions[CARD_MAX_FUNCTIONS];
	struct iomem_held held[IOMEM_MAX_HELD];
	unsigned for_vm = 0;
	int found = 0;

	for (unsigned i = 0; i < count; i++) {
		if (journal_is_for_vm(&entries[i]))
			functions[for_vm++] = entries[i].before.address;
	}
	if (for_vm)
		found = iomem_find_held(context->root, functions, for_vm, held);
	for (int i = 0; i < found; i++) {
		const struct bind_entry *entry = entries;

		while (!pci_same_address(&entry->before.address, &held[i].address))
			entry++;
		record_holder(context, entry, &held[i]);
	}
	about.function = NULL;
	about.error = -found;
	if (found < 0)
		trace_add(context->trace, TRACE_BARS_UNKNOWN, &about, "proc/iomem");
}
