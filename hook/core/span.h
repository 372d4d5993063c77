/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * span: a piece of somebody else's text, never NUL-terminated. Pure.
 */
#ifndef GPUPASS_SPAN_H
#define GPUPASS_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *text;
	size_t length;
};

/* Without the blanks and tabs at its ends. */
struct span span_trim(struct span s);

/* Everything up to stop, or all of it; *ret_rest becomes what follows it. */
struct span span_split(struct span s, char stop, struct span *ret_rest);

/* The first word, up to a blank or tab; *ret_rest becomes what follows, trimmed. */
struct span span_word(struct span s, struct span *ret_rest);

bool span_is(struct span s, const char *word);
bool span_starts(struct span s, const char *start);

/* As a string into buffer; false, and nothing written, when it does not fit. */
bool span_copy(struct span s, char *buffer, size_t size);

#endif
