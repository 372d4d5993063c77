/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard: the boot's memory of itself (DESIGN: one variable of the firmware). Before a
 * phase that a kernel may not survive it writes down which, as long as no boot has been
 * good with this combination; and finding such words of a boot that never ended in order,
 * it keeps the cards from being taken. The table is guard_state's.
 */
#ifndef GPUPASS_GUARD_H
#define GPUPASS_GUARD_H

#include "hook/core/guard_state.h"
#include "hook/early/combination.h"
#include "hook/early/trace.h"

/* Lies in memory shared with the supervisor, who writes the last words of a worker that
 * hangs. */
struct guard {
	bool wanted;   /* gpupass.conf has it on, and this boot may take cards */
	bool readable; /* the variable could be looked at: found and state are so */
	bool found;
	bool armed;      /* this boot writes each phase down */
	int error;       /* else: errno, or 0 = not booted by EFI; */
	const char *why; /* and what was missing */
	bool failed;     /* a write failed */
	bool known; /* the variable is about this combination: last words will count */
	unsigned writes; /* in this boot */
	uint8_t boot_id[SYS_BOOT_ID_SIZE];
	struct guard_state state; /* what the variable says */
};

enum guard_answer {
	GUARD_YES,     /* take the cards */
	GUARD_NOT_NOW, /* the host keeps them: TRACE_LEFT */
	GUARD_REFUSED, /* guard = require, and there is none: TRACE_REFUSED_GUARD */
};

/* Mounts efivarfs where there is EFI firmware, reads the variable, and begins the trace
 * with the last words of a boot that died. The modules must have been inserted. */
void guard_open(struct guard *guard, const struct sys_root *root, struct trace *trace,
		bool has_firmware);

/* Whether the cards of the plans that are not refused may be taken. Writes the variable,
 * armed for PHASE_MODULES, when they may and that is not proven. Below GUARD_YES reason
 * (TRACE_TEXT_SIZE bytes) says why not. */
enum guard_answer guard_ask(struct guard *guard, const struct sys_root *root,
			    struct trace *trace, const struct combination *combination,
			    const struct plan *plans, char *reason);

/* The phase is about to begin, with the card and the function of about. Writes only while
 * armed. */
void guard_enter(struct guard *guard, const struct sys_root *root, struct trace *trace,
		 enum phase phase, const struct trace_about *about);

/* The worker hangs in a phase: the next boot is to leave
 * the cards. 0 when the variable says so; then and only then may the machine be reset:
 * without words that the next boot finds it would hang and reset for ever. */
int guard_give_up(struct guard *guard, const struct sys_root *root, struct trace *trace,
		  enum phase phase, const struct trace_about *about);

#endif
