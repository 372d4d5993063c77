/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_text: a plan for people: the functions, and what speaks against the card as the
 * machine is now.
 */
#ifndef GPUPASS_TOOL_PLAN_TEXT_H
#define GPUPASS_TOOL_PLAN_TEXT_H

#include "tool/cards.h"

/* A line a function to stdout, in the order of addresses. */
void plan_text_functions(const struct plan *plan);

/* A warning for each thing that a person should know before the boot that takes the card:
 * one of several plans. cards says what drives the console. */
void plan_text_warn(const struct sys_root *root, const struct cards *cards,
		    const struct plan *plan, const struct plan *plans, unsigned count);

#endif
