/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit: what a unit file of systemd says (systemd.syntax(7)): sections, keys that may
 * repeat, lines that go on after a backslash. Pure.
 */
#ifndef GPUPASS_TOOL_UNIT_H
#define GPUPASS_TOOL_UNIT_H

#include <stdbool.h>

/* Whether one of the blank-separated words of key in [section] is word. */
bool unit_has(const char *text, const char *section, const char *key, const char *word);

#endif
