/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bind: hand one card to its driver, function by function, and give it back when that
 * fails. Every write to a function's attributes is made here and nowhere else.
 *
 * The journal says what is about to be done before it is done. It lies in memory shared
 * with the supervisor, so that somebody else can give a card back when the worker hangs.
 * Semantics of driver_override, bind and unbind: Documentation/ABI/testing/sysfs-bus-pci
 * and drivers/base/bus.c; a write that returned success proves nothing, the driver link
 * decides.
 */
#ifndef GPUPASS_BIND_H
#define GPUPASS_BIND_H

#include "hook/core/console.h"
#include "hook/core/plan.h"
#include "hook/early/kernel_lines.h"

#define BIND_MAX_ENTRIES (CONF_MAX_RULES * CARD_MAX_FUNCTIONS)

enum bind_phase {
	BIND_READING, /* looking at the machine */
	BIND_MODULES, /* inserting modules */
	BIND_OVERRIDE,
	BIND_UNBIND,
	BIND_BIND,
	BIND_VERIFY,
	BIND_UNDO,
};

struct bind_entry {
	unsigned card; /* number of its plan */
	struct pci_function before;
	char target[PCI_DRIVER_SIZE];
	bool override_written, bind_written; /* set before the write */
	bool carries_console;
};

enum bind_state {
	BIND_UNTOUCHED,
	BIND_WORKING,
	BIND_TAKEN,
	BIND_REFUSED,
	BIND_GIVEN_BACK,
	BIND_HALF, /* failed, and not all of it could be given back */
};

struct bind_journal {
	enum bind_phase phase;
	int current; /* entry that is being worked on; -1 = none */
	int stuck; /* entry that a worker hangs in, for the one who rescues; -1 = none */
	bool finished; /* the worker came to its end; status is what it returned */
	int status;
	struct console console;
	unsigned count;
	struct bind_entry entries[BIND_MAX_ENTRIES];
	enum bind_state cards[CONF_MAX_RULES];
	char names[CONF_MAX_RULES][CONF_MAX_NAME + 1];
};

struct bind_context {
	const struct sys_root *root;
	struct trace *trace;
	struct bind_journal *journal;
	const struct console *console;
	struct kernel_lines *lines; /* NULL = nobody follows the kernel's log */
};

/* What the phase is called in messages: "writing driver_override". */
const char *bind_phase_name(enum bind_phase phase);

/* Takes the card of plan number card. Returns 0 when every function was read back with
 * its driver; else -errno, and the card has been given back. */
int bind_take_card(const struct bind_context *context, const struct plan *plan,
		   unsigned card);

/* Gives a card back, last function first: override cleared, our driver unbound, the
 * native driver probed again where one was there before. Entry number skip (-1 = none) is
 * not touched: whoever hangs in it holds its lock. Returns how many of the
 * others were not given back. */
unsigned bind_give_back(const struct bind_context *context, unsigned card, int skip);

#endif
