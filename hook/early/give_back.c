/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undoing what the journal says was done. Errors on the way do not stop it: what is read
 * back at the end decides.
 */
#include "hook/early/give_back.h"

#include <string.h>

#include "hook/early/framebuffer.h"

#define DRIVERS_PROBE "sys/bus/pci/drivers_probe"
#define NO_OVERRIDE   "(null)"
#define VALUE_SIZE    64

static const char *or_none(const char *driver)
{
	return driver[0] ? driver : "none";
}

/* The picture, where it was taken away: by us, or by vfio-pci itself. */
static void give_back_picture(const struct bind_context *context,
			      const struct bind_entry *entry)
{
	struct console now;

	if (!entry->carries_console || !context->console->driver[0] ||
	    (!entry->released && !entry->bind_written))
		return;
	trace_clock(context->trace);
	console_find(context->root, &now);
	if (strcmp(now.driver, context->console->driver) != 0)
		framebuffer_restore(context, entry);
}

static void give_back_settings(const struct bind_context *context,
			       const struct bind_entry *entry)
{
	struct trace_about about = journal_about(context->journal, entry);

	trace_clock(context->trace);
	if (settings_restore(context->root, &entry->before.address, &entry->settings))
		trace_add(context->trace, TRACE_UNDO_IMPOSSIBLE, &about,
			  "not all of its settings are those from before");
}

/* Returns whether it is with its driver of before. */
static bool give_back_function(const struct bind_context *context,
			       const struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE], address[PCI_ADDRESS_SIZE], driver[PCI_DRIVER_SIZE];
	const struct sys_root *root = context->root;
	bool native = strcmp(entry->before.driver, entry->target) != 0;

	pci_format_address(&entry->before.address, address);
	pci_format_path(&entry->before.address, "driver_override", path);
	sys_write_attribute(root, path, "\n");
	journal_read_driver(root, entry, driver);
	if (native && strcmp(driver, entry->target) == 0) {
		pci_format_path(&entry->before.address, "driver/unbind", path);
		sys_write_attribute(root, path, address);
		journal_read_driver(root, entry, driver);
	}
	if (driver[0] == '\0')
		give_back_settings(context, entry);
	if (native && entry->before.driver[0] && driver[0] == '\0')
		sys_write_attribute(root, DRIVERS_PROBE, address);
	give_back_picture(context, entry);
	return journal_read_driver(root, entry, driver) == 0 &&
	       strcmp(driver, entry->before.driver) == 0;
}

static bool override_is_clear(const struct bind_context *context,
			      const struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE], value[VALUE_SIZE];

	pci_format_path(&entry->before.address, "driver_override", path);
	return sys_read_attribute(context->root, path, value, sizeof(value)) >= 0 &&
	       (strcmp(value, NO_OVERRIDE) == 0 || value[0] == '\0');
}

static bool has_left(const struct bind_context *context, const struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(&entry->before.address, "class", path);
	return sys_exists(context->root, path) == 0;
}

static bool undo_entry(const struct bind_context *context, const struct bind_entry *entry)
{
	struct trace_about about = journal_about(context->journal, entry);
	bool clear, back = give_back_function(context, entry);

	trace_clock(context->trace);
	if (has_left(context, entry)) {
		trace_add(context->trace, TRACE_UNDO_IMPOSSIBLE, &about,
			  "it has left the bus");
		return true;
	}
	clear = override_is_clear(context, entry);
	if (back && clear)
		trace_add(context->trace, TRACE_UNDONE, &about, "driver is %s",
			  or_none(entry->before.driver));
	else
		trace_add(context->trace, TRACE_UNDO_FAILED, &about, "%s",
			  clear ? "its driver is not the one from before"
				: "its driver_override is still set");
	return back && clear;
}

/* The first function is what the guard hears: once a card. */
static void begin_undo(const struct bind_context *context, const struct bind_entry *entry)
{
	struct trace_about about = journal_about(context->journal, entry);

	context->journal->phase = PHASE_GUARD;
	guard_enter(context->guard, context->root, context->trace, PHASE_UNDO, &about);
}

unsigned bind_give_back(const struct bind_context *context, unsigned card, int skip)
{
	struct bind_journal *journal = context->journal;
	unsigned failed = 0;
	bool begun = false;

	for (unsigned i = journal->count; i-- > 0;) {
		struct bind_entry *entry = &journal->entries[i];

		if (entry->card != card || !entry->override_written)
			continue;
		if ((int)i == skip)
			continue;
		journal->current = (int)i;
		if (!begun)
			begin_undo(context, entry);
		begun = true;
		journal->phase = PHASE_UNDO;
		if (undo_entry(context, entry))
			entry->override_written = false;
		else
			failed++;
	}
	journal->cards[card] = failed ? BIND_HALF : BIND_GIVEN_BACK;
	return failed;
}
