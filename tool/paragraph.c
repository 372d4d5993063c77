/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of facts. Does not escape: what it is given is printable.
 */
#include "tool/paragraph.h"

#include <stdarg.h>
#include <string.h>

#define FACT_SIZE 640 /* escaped, and NUL included */

struct paragraph paragraph_start(const char *prefix, const char *separator,
				 enum print_style style, bool colour)
{
	return (struct paragraph){
		.prefix = prefix,
		.separator = separator,
		.style = style,
		.colour = colour,
	};
}

static void append(struct paragraph *paragraph, const char *text, size_t length)
{
	memcpy(paragraph->line + paragraph->length, text, length);
	paragraph->length += length;
}

void paragraph_end(struct paragraph *paragraph)
{
	const struct print_cell cell = {paragraph->line, paragraph->style};
	const unsigned width = PARAGRAPH_WIDTH;

	if (paragraph->length == 0)
		return;
	paragraph->line[paragraph->length] = '\0';
	fputs(paragraph->prefix, stdout);
	print_row(stdout, &cell, 1, &width, paragraph->colour);
	paragraph->length = 0;
}

void paragraph_put(struct paragraph *paragraph, const char *fact)
{
	size_t separator = strlen(paragraph->separator), left = strlen(fact);
	/* Behind every fact there is room for the separator without its blank. */
	size_t room = PARAGRAPH_WIDTH - strlen(paragraph->prefix) - (separator - 1);

	if (paragraph->length > 0) {
		append(paragraph, paragraph->separator, separator - 1);
		if (paragraph->length + 1 + left > room)
			paragraph_end(paragraph);
		else
			append(paragraph, " ", 1);
	}
	for (; left > room; left -= room, fact += room) {
		append(paragraph, fact, room);
		paragraph_end(paragraph);
	}
	append(paragraph, fact, left);
}

void paragraph_add(struct paragraph *paragraph, const char *format, ...)
{
	char fact[FACT_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(fact, sizeof(fact), format, arguments);
	va_end(arguments);
	paragraph_put(paragraph, fact);
}
