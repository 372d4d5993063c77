/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal: what is about to be done to each function, said before it is done. It lies in
 * memory shared with the supervisor, so that somebody else can give a card back when the
 * worker hangs.
 */
#ifndef GPUPASS_JOURNAL_H
#define GPUPASS_JOURNAL_H

#include "hook/core/console.h"
#include "hook/core/phase.h"
#include "hook/core/plan.h"
#include "hook/early/guard.h"
#include "hook/early/kernel_lines.h"
#include "hook/early/settings.h"

#define BIND_MAX_ENTRIES (CONF_MAX_RULES * CARD_MAX_FUNCTIONS)

struct bind_entry {
	unsigned card; /* number of its plan */
	struct pci_function before;
	char target[PCI_DRIVER_SIZE];
	bool override_written, bind_written, released; /* set before the write */
	bool carries_console;                          /* the screen goes dark with it */
	bool has_framebuffer; /* the firmware's framebuffer is known to lie on it */
	struct settings_journal settings;
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
	enum phase phase;
	int current; /* entry that is being worked on; -1 = none */
	int stuck; /* entry that a worker hangs in, for the one who rescues; -1 = none */
	bool finished; /* the worker came to its end; status is what it returned */
	int status;
	struct console console;
	enum bind_state cards[CONF_MAX_RULES];
	char names[CONF_MAX_RULES][CONF_MAX_NAME + 1];
	unsigned count;
	struct bind_entry entries[BIND_MAX_ENTRIES]; /* last: few of its pages are used */
};

struct bind_context {
	const struct sys_root *root;
	struct trace *trace;
	struct bind_journal *journal;
	const struct console *console;
	struct guard *guard;        /* NULL = nothing is written down */
	struct kernel_lines *lines; /* NULL = nobody follows the kernel's log */
};

/* What a record about the entry is about. */
struct trace_about journal_about(const struct bind_journal *journal,
				 const struct bind_entry *entry);

/* Whether the entry's function is for a VM: pci-stub just keeps others away. */
bool journal_is_for_vm(const struct bind_entry *entry);

/* The driver that holds the entry's function now; empty = none. 0 or -errno. */
int journal_read_driver(const struct sys_root *root, const struct bind_entry *entry,
			char *driver);

#endif
