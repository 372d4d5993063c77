/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_explain: what a refusal or a failure means, and what to do about it: one sentence
 * each. Every event that tells of one is in the table; a test holds it to that.
 */
#ifndef GPUPASS_LOG_EXPLAIN_H
#define GPUPASS_LOG_EXPLAIN_H

#include "hook/core/trace_format.h"

/* In advice; who knows the generator can say it better. Every image: the one that boots
 * next need not be the newest kernel's. */
#define LOG_EXPLAIN_REBUILD                                                                  \
	"rebuild the initramfs (update-initramfs -u -k all, or dracut -f --regenerate-all) " \
	"and reboot"

struct log_explanation {
	uint16_t event;
	const char *meaning;
	const char *advice;
};

/* NULL for an event that needs no explanation. */
const struct log_explanation *log_explain(uint16_t event);

#endif
