// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a unit file line by line. Keeps nothing.
 */
#include "tool/unit.h"

#include <stddef.h>
#include <string.h>

#define BLANKS " \t\r"

/* A part of the text. */
struct span {
	const char *start, *end;
};

static bool is(struct span span, const char *text)
{
	size_t length = (size_t)(span.end - span.start);

	return strlen(text) == length && memcmp(span.start, text, length) == 0;
}

static struct span trim(struct span span)
{
	while (span.start < span.end && strchr(BLANKS, *span.start))
		span.start++;
	while (span.end > span.start && strchr(BLANKS, span.end[-1]))
		span.end--;
	return span;
}

/* The next line, without its newline; false at the end. */
static bool next_line(const char **text, struct span *ret_line)
{
	if (**text == '\0')
		return false;
	ret_line->start = *text;
	*text += strcspn(*text, "\n");
	ret_line->end = *text;
	*text += **text == '\n';
	return true;
}

static bool is_comment(struct span line)
{
	line = trim(line);
	return line.start < line.end && (*line.start == '#' || *line.start == ';');
}

/* Cuts off a backslash at the end; whether there was one. */
static bool goes_on(struct span *line)
{
	if (line->end == line->start || line->end[-1] != '\\')
		return false;
	line->end--;
	return true;
}

static bool has_word(struct span value, const char *word)
{
	while (value.start < value.end) {
		struct span one = {value.start, value.start};

		while (one.end < value.end && !strchr(BLANKS, *one.end))
			one.end++;
		if (is(one, word))
			return true;
		value.start = one.end + (one.end < value.end);
	}
	return false;
}

/* The value of a line "key = value"; false when it is another key's. */
static bool split(struct span line, const char *key, struct span *ret_value)
{
	const char *equals = memchr(line.start, '=', (size_t)(line.end - line.start));

	if (!equals || !is(trim((struct span){line.start, equals}), key))
		return false;
	*ret_value = (struct span){equals + 1, line.end};
	return true;
}

bool unit_has(const char *text, const char *section, const char *key, const char *word)
{
	bool in_section = false, of_key = false, more = false;
	struct span line, value;

	while (next_line(&text, &line)) {
		if (is_comment(line))
			continue; /* also between the parts of a long line */
		value = line;
		if (!more) {
			struct span head = trim(line);

			if (head.start < head.end && *head.start == '[') {
				head.start++;
				head.end -= head.end > head.start && head.end[-1] == ']';
				in_section = is(head, section);
				continue;
			}
			of_key = split(line, key, &value);
		}
		more = goes_on(&value);
		if (in_section && of_key && has_word(value, word))
			return true;
	}
	return false;
}
