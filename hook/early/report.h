/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report: into the record, what was found and what was decided, before anything is
 * touched.
 */
#ifndef GPUPASS_REPORT_H
#define GPUPASS_REPORT_H

#include "hook/core/console.h"
#include "hook/core/plan.h"
#include "hook/early/trace.h"

/* The functions of a plan, and then its refusal, or what else stands in a VM's way.
 * plans are all of them, by which neighbours are judged. */
void report_plan(const struct sys_root *root, struct trace *trace,
		 const struct plan *plan, const struct plan *plans, unsigned count);

/* Who carries the firmware's framebuffer. */
void report_console(const struct sys_root *root, struct trace *trace,
		    const struct console *console, const struct plan *plans,
		    unsigned count);

#endif
