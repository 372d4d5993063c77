/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rebuild: what comes after a change of the configuration. The one place that runs a
 * generator.
 */
#ifndef GPUPASS_TOOL_REBUILD_H
#define GPUPASS_TOOL_REBUILD_H

#include "tool/gpupass.h"

/* Says on stdout what is to be done next. Before that it rebuilds the images: with
 * --rebuild, or when the user says so on a terminal; never below another root. Not
 * STATUS_GOOD when a rebuild was wanted, and the images are not rebuilt. */
enum status rebuild_offer(const struct arguments *arguments);

#endif
