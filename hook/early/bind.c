/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Override, unbind, settings, bind, read back. Every write that takes a function is made
 * here. Decides nothing about which card.
 */
#include "hook/early/bind.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hook/early/framebuffer.h"
#include "hook/early/give_back.h"

static const char *or_none(const char *driver)
{
	return driver[0] ? driver : "none";
}

/* The journal says what begins, and the guard, where a kernel may not survive it. */
static void begin(const struct bind_context *context, const struct bind_entry *entry,
		  enum phase phase)
{
	struct trace_about about = journal_about(context->journal, entry);

	if (phase != PHASE_OVERRIDE) {
		context->journal->phase = PHASE_GUARD;
		guard_enter(context->guard, context->root, context->trace, phase, &about);
	}
	context->journal->phase = phase;
}

/* A driver's bind attribute stays open for the functions that follow: a card's have the
 * same driver, mostly. */
static int write_bind(const struct sys_root *root, const char *driver,
		      const char *address)
{
	static struct {
		char driver[PCI_DRIVER_SIZE]; /* empty = none is open */
		int fd;
	} kept;
	char path[PCI_PATH_SIZE];

	if (strcmp(kept.driver, driver) != 0) {
		if (kept.driver[0])
			close(kept.fd);
		kept.driver[0] = '\0';
		sys_format(path, sizeof(path), PCI_DRIVERS "/%s/bind", driver);
		kept.fd = sys_open_attribute(root, path);
		if (kept.fd < 0)
			return kept.fd;
		sys_format(kept.driver, sizeof(kept.driver), "%s", driver);
	}
	return sys_write_open(kept.fd, address);
}

/* Writes an attribute of the entry's function as one step of the record: the journal
 * first, then the write, then what came of it. A step without a path is its target's
 * bind. */
static int write_step(const struct bind_context *context, const struct bind_entry *entry,
		      enum phase phase, const char *path, const char *value,
		      enum trace_event good, enum trace_event bad, const char *about_what)
{
	struct trace_about about = journal_about(context->journal, entry);
	int error;

	begin(context, entry, phase);
	error = path ? sys_write_attribute(context->root, path, value)
		     : write_bind(context->root, entry->target, value);
	if (phase != PHASE_OVERRIDE) /* which only stores the text */
		about.duration = trace_clock(context->trace);
	about.error = -error;
	if (context->lines && phase != PHASE_OVERRIDE)
		kernel_lines_follow(context->lines);
	trace_add(context->trace, error ? bad : good, &about, "%s", about_what);
	return error;
}

static int set_override(const struct bind_context *context, struct bind_entry *entry)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(&entry->before.address, "driver_override", path);
	entry->override_written = true;
	return write_step(context, entry, PHASE_OVERRIDE, path, entry->target,
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
	return write_step(context, entry, PHASE_UNBIND, path, address, TRACE_UNBOUND,
			  TRACE_UNBIND_FAILED, entry->before.driver);
}

/* The screen goes dark: said first, and only where the picture really goes. pci-stub just
 * claims the function. */
static void release_console(const struct bind_context *context, const struct plan *plan,
			    struct bind_entry *entry)
{
	struct trace_about about = journal_about(context->journal, entry);

	if (!entry->carries_console || plan->rule->keep_console ||
	    !journal_is_for_vm(entry))
		return;
	/* Where vfio-pci had the function before us, the picture may have gone then. */
	if (context->console->driver[0] ||
	    strcmp(entry->before.driver, entry->target) != 0)
		trace_add(context->trace, TRACE_FAREWELL, &about,
			  "the picture freezes now, the boot goes on; log in over the "
			  "network or serial");
	if (!entry->has_framebuffer)
		return;
	begin(context, entry, PHASE_RELEASE);
	entry->released = true;
	framebuffer_release(context, entry);
}

static void change_settings(const struct bind_context *context, const struct plan *plan,
			    struct bind_entry *entry)
{
	struct trace_about about = journal_about(context->journal, entry);

	if (settings_are_for(plan->rule, &entry->before))
		begin(context, entry, PHASE_SETTINGS);
	settings_apply(context->root, context->trace, &about, plan->rule,
		       &entry->settings);
}

static int bind_target(const struct bind_context *context, struct bind_entry *entry)
{
	char address[PCI_ADDRESS_SIZE];

	if (strcmp(entry->before.driver, entry->target) == 0)
		return 0;
	pci_format_address(&entry->before.address, address);
	entry->bind_written = true;
	return write_step(context, entry, PHASE_BIND, NULL, address, TRACE_BIND_WRITTEN,
			  TRACE_BIND_FAILED, entry->target);
}

static int verify(const struct bind_context *context, const struct bind_entry *entry,
		  bool quiet)
{
	struct trace_about about = journal_about(context->journal, entry);
	char driver[PCI_DRIVER_SIZE];
	int error;

	context->journal->phase = PHASE_VERIFY;
	error = journal_read_driver(context->root, entry, driver);
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

static int take_function(const struct bind_context *context, const struct plan *plan,
			 struct bind_entry *entry)
{
	int error = set_override(context, entry);

	if (error == 0)
		error = unbind_native(context, entry);
	if (error)
		return error;
	release_console(context, plan, entry);
	change_settings(context, plan, entry);
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

		memset(entry, 0, sizeof(*entry));
		entry->card = card;
		entry->before = plan->card.functions[i];
		sys_format(entry->target, sizeof(entry->target), "%s",
			   plan_driver(plan, &entry->before));
		entry->carries_console = console_was_on(context->console, &entry->before);
		entry->has_framebuffer =
			entry->carries_console &&
			(context->console->has_parent || context->console->bar >= 0);
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
	trace_clock(context->trace);
	for (unsigned i = first; i < journal->count && error == 0; i++) {
		journal->current = (int)i;
		error = take_function(context, plan, &journal->entries[i]);
	}
	/* Once more, all but the last: one may have been lost while another was bound. */
	for (unsigned i = first; i + 1 < journal->count && error == 0; i++) {
		journal->current = (int)i;
		error = verify(context, &journal->entries[i], true);
	}
	if (error == 0) {
		journal->cards[card] = BIND_TAKEN;
		framebuffer_predict(context, first, journal->count - first);
	} else {
		bind_give_back(context, card, -1);
	}
	journal->current = -1;
	return error;
}
