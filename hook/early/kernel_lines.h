/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_lines: the kernel's side of the story, copied into the trace: one read of its
 * whole log at the start, then what each step added.
 */
#ifndef GPUPASS_KERNEL_LINES_H
#define GPUPASS_KERNEL_LINES_H

#include "hook/core/card.h"
#include "hook/early/trace.h"

/* At most so many records from the start; lines that name a function go before others. */
#define KERNEL_LINES_GENERAL  48
#define KERNEL_LINES_FUNCTION 96
#define KERNEL_LINES_STEPS    96 /* and so many from all the steps */
#define KERNEL_LINES_CARDS    (CONF_MAX_RULES * CARD_MAX_FUNCTIONS)

struct kernel_lines {
	const struct sys_root *root;
	struct trace *trace;
	int kmsg; /* /dev/kmsg behind everything that was copied; -1 = none */
	unsigned from_steps;
	unsigned count;
	struct pci_address functions[KERNEL_LINES_CARDS]; /* of all cards */
	const char *cards[KERNEL_LINES_CARDS];            /* the card of each */
};

/* Before kernel_lines_start: these functions are part of the story. */
void kernel_lines_add_card(struct kernel_lines *lines, const char *name,
			   const struct card *card);

/* Copies what the log has up to now. */
void kernel_lines_start(struct kernel_lines *lines, const struct sys_root *root,
			struct trace *trace);

/* Copies what has come since; called after each step that makes the kernel speak. */
void kernel_lines_follow(struct kernel_lines *lines);

#endif
