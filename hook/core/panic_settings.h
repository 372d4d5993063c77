/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * panic_settings: while the guard is armed, a kernel that panics or hangs resets the
 * machine, so that nobody has to come and press a button
 * (Documentation/admin-guide/sysctl/kernel.rst: panic, softlockup_panic,
 * hardlockup_panic). What was there before is kept in PANIC_SETTINGS_RECORD.
 */
#ifndef GPUPASS_PANIC_SETTINGS_H
#define GPUPASS_PANIC_SETTINGS_H

#include "hook/core/sys.h"

#define PANIC_SETTINGS_RECORD                                                            \
	"run/gpupass/panic" /* lines: NAME BEFORE NOW, relative to the root directory */
#define PANIC_SETTINGS_SECONDS                                                           \
	"11" /* from a panic to the reset; odd, so that it is not taken for a user's */
#define PANIC_SETTINGS_SIZE 128 /* bytes that hold all of them as text */

/* Makes them, but for one that the user has set to reset already and one that this kernel
 * lacks. Writes "panic=10, softlockup_panic=1" to text; empty = nothing was changed. 0,
 * or -errno when the record cannot be made; nothing is changed then. */
int panic_settings_make(const struct sys_root *root, char text[PANIC_SETTINGS_SIZE]);

/* Puts back what was there before, where nobody has changed it since, and removes the
 * record. 0 also when there is none. */
int panic_settings_restore(const struct sys_root *root);

#endif
