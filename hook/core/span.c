/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cutting text into pieces. Knows no syntax.
 */
#include "hook/core/span.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct span span_trim(struct span s)
{
	while (s.length && is_blank(s.text[0])) {
		s.text++;
		s.length--;
	}
	while (s.length && is_blank(s.text[s.length - 1]))
		s.length--;
	return s;
}

struct span span_split(struct span s, char stop, struct span *ret_rest)
{
	const char *at = memchr(s.text, stop, s.length);
	struct span head = s;

	head.length = at ? (size_t)(at - s.text) : s.length;
	ret_rest->text = at ? at + 1 : s.text + s.length;
	ret_rest->length = at ? s.length - head.length - 1 : 0;
	return head;
}

struct span span_word(struct span s, struct span *ret_rest)
{
	struct span word = span_trim(s), rest = word;

	while (rest.length && !is_blank(rest.text[0])) {
		rest.text++;
		rest.length--;
	}
	word.length -= rest.length;
	*ret_rest = span_trim(rest);
	return word;
}

bool span_is(struct span s, const char *word)
{
	return s.length == strlen(word) && memcmp(s.text, word, s.length) == 0;
}

bool span_starts(struct span s, const char *start)
{
	return s.length >= strlen(start) && memcmp(s.text, start, strlen(start)) == 0;
}

bool span_copy(struct span s, char *buffer, size_t size)
{
	if (s.length >= size)
		return false;
	memcpy(buffer, s.text, s.length);
	buffer[s.length] = '\0';
	return true;
}
