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
	uint64_t start = sys_monotonic_ns();
	char path[PATH_SIZE], driver[CONSOLE_NAME_SIZE];

	if (console->driver[0] == '\0')
		return;
	sys_format(path, sizeof(path), PLATFORM "/devices/%s/driver/unbind",
		   console->device);
	about.error = -sys_write_attribute(context->root, path, console->device);
	about.duration = sys_monotonic_ns() - start;
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

static void record_unknown(const struct bind_context *context, struct trace_about about,
			   int error, const char *what)
{
	about.error = -error;
	trace_add(context->trace, TRACE_BARS_UNKNOWN, &about, "%s", what);
}

/* The BARs of one entry that are there and that a VM is to map. Returns how many. */
static unsigned list_bars(const struct bind_context *context,
			  const struct bind_entry *entry, struct iomem_bar *bars)
{
	struct pci_range ranges[PCI_BARS];
	unsigned count = 0;
	int error;

	if (!journal_is_for_vm(entry))
		return 0;
	error = pci_read_bars(context->root, &entry->before.address, ranges);
	if (error < 0) {
		record_unknown(context, journal_about(context->journal, entry), error,
			       "its attribute resource in sysfs");
		return 0;
	}
	for (unsigned i = 0; i < PCI_BARS; i++) {
		if (ranges[i].end == 0)
			continue;
		bars[count].address = entry->before.address;
		bars[count].number = i;
		bars[count].range = ranges[i];
		count++;
	}
	return count;
}

static void record_holder(const struct bind_context *context,
			  const struct bind_entry *entry, const struct iomem_bar *bar)
{
	struct trace_about about = journal_about(context->journal, entry);

	if (strcmp(bar->holder, BOOTFB) == 0)
		trace_add(context->trace, TRACE_BAR_HELD, &about,
			  "BAR %u is held by " BOOTFB "; only a boot with "
			  "initcall_blacklist=sysfb_init is without it",
			  bar->number);
	else
		trace_add(context->trace, TRACE_BAR_HELD, &about, "BAR %u is held by %s",
			  bar->number, bar->holder);
}

static void record_holders(const struct bind_context *context, unsigned first,
			   const struct iomem_bar *bars, const unsigned *entries,
			   unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (bars[i].holder[0])
			record_holder(context,
				      &context->journal->entries[first + entries[i]],
				      &bars[i]);
	}
}

void framebuffer_predict(const struct bind_context *context, unsigned first,
			 unsigned count)
{
	static struct iomem_bar bars[CARD_MAX_FUNCTIONS * PCI_BARS];
	static unsigned entries[CARD_MAX_FUNCTIONS * PCI_BARS];
	struct trace_about about =
		journal_about(context->journal, &context->journal->entries[first]);
	unsigned found = 0;
	int error;

	for (unsigned i = 0; i < count; i++) {
		unsigned more = list_bars(context, &context->journal->entries[first + i],
					  bars + found);

		while (more--)
			entries[found++] = i;
	}
	error = found ? iomem_find_holders(context->root, bars, found) : 0;
	about.function = NULL;
	if (error)
		record_unknown(context, about, error, "proc/iomem");
	else
		record_holders(context, first, bars, entries, found);
}
