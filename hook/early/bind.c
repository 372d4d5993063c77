/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Override, unbind, bind, read back; and the way back. Decides nothing about which card.
 */
#include "hook/early/bind.h"

#include <errno.h>
#include <string.h>

#define DRIVERS_PROBE "sys/bus/pci/drivers_probe"
#define NO_OVERRIDE   "(null)"
#define VALUE_SIZE    64

const char *bind_phase_name(enum bind_phase phase)
{
	static const char *const names[] = {
		[BIND_READING] = "reading the machine",
		[BIND_MODULES] = "inserting modules",
		[BIND_OVERRIDE] = "writing driver_override",
		[BIND_UNBIND] = "unbinding the native driver",
		[BIND_BIND] = "binding",
		[BIND_VERIFY] = "reading back",
		[BIND_UNDO] = "giving back",
	};

	return names[phase];
}

static const char *or_none(const char *driver)
{
	return driver[0] ? driver : "none";
}

/* Writes an attribute of the entry's function as one step of the record: the journal
 * first, then the write, then what came of it. */
static int write_step(const struct bind_context *context, const struct bind_entry *entry,
		      enum bind_phase phase, const char *path, const char *value,
		      enum trace_event good, enum trace_event bad, const char *about_what)
{
	struct trace_about about = {.card = context->journal->names[entry->card],
				    .function = &entry->before};
	uint64_t start = sys_monotonic_ns();
	int error;

	context->journal->phase = phase;
	error = sys_write_attribute(context->root, path, value);
	about.duration = sys_monotonic_ns() - start;
	about.error = -error;
	if (context->lines && phase != BIND_OVERRIDE)
		kernel_lines_follow(context->lines);
	trace_add(context->trace, error ? bad : good, &about, "%s", about_what);
	return error;
}

static int read_driver(const struct bind_context *context, const struct bind_entry *entry,
		       char *driver)
{
	char path[PCI_PATH_SIZE];
	int length;

	driver[0] = '\0';
	pci_format_path(&entry->before.address, "driver", path);
	length = sys_read_link_name(context->root, path, driver, PCI_DRIVER_SIZE);
	return length < 0 && length != -ENOENT ? length : 0;
}

static int set_override(const struct bind_context *context, struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(&entry->before.address, "driver_override", path);
	entry->override_written = true;
	return write_step(context, entry, BIND_OVERRIDE, path, entry->target,
			  TRACE_OVERRIDE_SET, TRACE_OVERRIDE_FAILED, entry->target);
}

static int unbind_native(const struct bind_context *context, struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE], address[PCI_ADDRESS_SIZE];

	if (entry->before.driver[0] == '\0' ||
	    strcmp(entry->before.driver, entry->target) == 0)
		return 0;
	pci_format_address(&entry->before.address, address);
	pci_format_path(&entry->before.address, "driver/unbind", path);
	return write_step(context, entry, BIND_UNBIND, path, address, TRACE_UNBOUND,
			  TRACE_UNBIND_FAILED, entry->before.driver);
}

static void say_farewell(const struct bind_context *context,
			 const struct bind_entry *entry)
{
	struct trace_about about = {.card = context->journal->names[entry->card],
				    .function = &entry->before};

	/* pci-stub only claims the function; the picture stays. */
	if (entry->carries_console && strcmp(entry->target, "vfio-pci") == 0)
		trace_add(context->trace, TRACE_FAREWELL, &about,
			  "the picture freezes now, the boot goes on; log in over the "
			  "network "
			  "or serial");
}

static int bind_target(const struct bind_context *context, struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE], address[PCI_ADDRESS_SIZE];

	if (strcmp(entry->before.driver, entry->target) == 0)
		return 0;
	say_farewell(context, entry);
	pci_format_address(&entry->before.address, address);
	sys_format(path, sizeof(path), PCI_DRIVERS "/%s/bind", entry->target);
	entry->bind_written = true;
	return write_step(context, entry, BIND_BIND, path, address, TRACE_BIND_WRITTEN,
			  TRACE_BIND_FAILED, entry->target);
}

static int verify(const struct bind_context *context, const struct bind_entry *entry,
		  bool quiet)
{
	struct trace_about about = {.card = context->journal->names[entry->card],
				    .function = &entry->before};
	char driver[PCI_DRIVER_SIZE];
	int error;

	context->journal->phase = BIND_VERIFY;
	error = read_driver(context, entry, driver);
	if (error == 0 && strcmp(driver, entry->target) != 0)
		error = -ENODEV;
	about.error = -error;
	if (error)
		trace_add(context->trace, TRACE_VERIFY_FAILED, &about, "driver is %s",
			  or_none(driver));
	else if (!quiet)
		trace_add(context->trace, TRACE_VERIFIED, &about, "driver is %s", driver);
	return error;
}

static int take_function(const struct bind_context *context, struct bind_entry *entry)
{
	int error = set_override(context, entry);

	if (error == 0)
		error = unbind_native(context, entry);
	if (error == 0)
		error = bind_target(context, entry);
	if (error == 0)
		error = verify(context, entry, false);
	return error;
}

/* Puts the card's functions into the journal. Returns the first one's number. */
static unsigned open_entries(const struct bind_context *context, const struct plan *plan,
			     unsigned card)
{
	struct bind_journal *journal = context->journal;
	unsigned first = journal->count;

	for (unsigned i = 0; i < plan->card.count; i++) {
		struct bind_entry *entry = &journal->entries[first + i];
		int bar;

		memset(entry, 0, sizeof(*entry));
		entry->card = card;
		entry->before = plan->card.functions[i];
		memcpy(entry->target, plan->rule->driver, sizeof(entry->target));
		entry->carries_console = console_is_on(context->root, context->console,
						       &entry->before, &bar);
		journal->count++;
	}
	return first;
}

int bind_take_card(const struct bind_context *context, const struct plan *plan,
		   unsigned card)
{
	struct bind_journal *journal = context->journal;
	unsigned first = open_entries(context, plan, card);
	int error = 0;

	journal->cards[card] = BIND_WORKING;
	for (unsigned i = first; i < journal->count && error == 0; i++) {
		journal->current = (int)i;
		error = take_function(context, &journal->entries[i]);
	}
	/* Once more, all of them: one may have been lost while another was bound. */
	for (unsigned i = first; i < journal->count && error == 0; i++) {
		journal->current = (int)i;
		error = verify(context, &journal->entries[i], true);
	}
	if (error == 0)
		journal->cards[card] = BIND_TAKEN;
	else
		bind_give_back(context, card, -1);
	journal->current = -1;
	return error;
}

static void warn_lost_picture(const struct bind_context *context,
			      const struct bind_entry *entry)
{
	struct trace_about about = {.card = context->journal->names[entry->card],
				    .function = &entry->before};
	struct console now;

	if (!entry->carries_console || !entry->bind_written ||
	    !context->console->device[0])
		return;
	console_find(context->root, &now);
	if (now.device[0] == '\0')
		trace_add(context->trace, TRACE_UNDO_IMPOSSIBLE, &about,
			  "the firmware's framebuffer is gone; the picture comes back "
			  "with a "
			  "native driver");
}

/* Errors on the way do not stop it: what is read back at the end decides. */
static bool give_back_function(const struct bind_context *context,
			       const struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE], address[PCI_ADDRESS_SIZE], driver[PCI_DRIVER_SIZE];
	const struct sys_root *root = context->root;
	bool native = strcmp(entry->before.driver, entry->target) != 0;

	pci_format_address(&entry->before.address, address);
	pci_format_path(&entry->before.address, "driver_override", path);
	sys_write_attribute(root, path, "\n");
	read_driver(context, entry, driver);
	if (native && strcmp(driver, entry->target) == 0) {
		pci_format_path(&entry->before.address, "driver/unbind", path);
		sys_write_attribute(root, path, address);
		read_driver(context, entry, driver);
	}
	if (native && entry->before.driver[0] && driver[0] == '\0')
		sys_write_attribute(root, DRIVERS_PROBE, address);
	warn_lost_picture(context, entry);
	return read_driver(context, entry, driver) == 0 &&
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
	struct trace_about about = {.card = context->journal->names[entry->card],
				    .function = &entry->before};
	bool clear, back = give_back_function(context, entry);

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

unsigned bind_give_back(const struct bind_context *context, unsigned card, int skip)
{
	struct bind_journal *journal = context->journal;
	unsigned failed = 0;

	for (unsigned i = journal->count; i-- > 0;) {
		struct bind_entry *entry = &journal->entries[i];

		if (entry->card != card || !entry->override_written)
			continue;
		if ((int)i == skip)
			continue;
		journal->phase = BIND_UNDO;
		journal->current = (int)i;
		if (undo_entry(context, entry))
			entry->override_written = false;
		else
			failed++;
	}
	journal->cards[card] = failed ? BIND_HALF : BIND_GIVEN_BACK;
	return failed;
}
