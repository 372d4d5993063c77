/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_explain: what a refusal or a failure means, and what to do about it: one sentence
 * each. Every event that tells of one is in the table; a test holds it to that.
 */
#ifndef GPUPASS_LOG_EXPLAIN_H
#define GPUPASS_LOG_EXPLAIN_H

#include "hook/core/trace_format.h"

struct log_explanation {
	uint16_t event;
	const char *meaning;
	const char *advice;
};

/* NULL for an event that needs no explanation. */
const struct log_explanation *log_explain(uint16_t event);

#endif
