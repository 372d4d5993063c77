/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_crash: gpupass-log --last-crash, the story of the last boot that died, as far as it
 * is known: from the guard's variable, and from what the kernel itself left in pstore.
 */
#ifndef GPUPASS_LOG_CRASH_H
#define GPUPASS_LOG_CRASH_H

#include "tool/log.h"

/* Prints it, as text or one JSON object. LOG_NOTHING when no boot is known to have died,
 * or nothing is remembered on this machine; says so on standard error. */
enum log_status log_show_crash(const struct log_options *options);

#endif
