/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads words as a shell does, as far as assignments need it. No I/O, no state.
 */
#include "tool/shell_values.h"

#include <stdio.h>
#include <string.h>

/* A shell's word, as far as assignments of words need it. */
struct reader {
	const struct shell_values *values;
	const char *at;
	char quote;
	char *text;
	size_t used, size;
};

static void put(struct reader *reader, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && reader->used + 1 < reader->size; i++)
		reader->text[reader->used++] = bytes[i];
}

/* $NAME or ${NAME}: of these variables the value, of others the $ as it is. */
static void put_variable(struct reader *reader)
{
	const struct shell_values *values = reader->values;
	const char *name = reader->at + 1;
	bool braces = *name == '{';
	size_t length;

	name += braces;
	length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
			      "0123456789");
	for (size_t i = 0; i < values->count; i++) {
		if (strlen(values->names[i]) != length ||
		    memcmp(name, values->names[i], length) != 0 ||
		    (braces && name[length] != '}'))
			continue;
		put(reader, values->values[i], strlen(values->values[i]));
		reader->at = name + length + braces;
		return;
	}
	put(reader, reader->at++, 1);
}

/* Within double quotes a backslash takes away the meaning of these four alone. */
static void put_escaped(struct reader *reader)
{
	char next = reader->at[1];

	if (reader->quote && (next == '\0' || !strchr("$`\"\\", next)))
		put(reader, reader->at, 1);
	reader->at++;
	if (next)
		put(reader, reader->at++, 1);
}

static bool put_next(struct reader *reader)
{
	char byte = *reader->at;

	if (byte == '\0' || (!reader->quote && strchr(" \t;", byte)))
		return false;
	if (reader->quote ? byte == reader->quote : byte == '"' || byte == '\'') {
		reader->quote = reader->quote ? '\0' : byte;
		reader->at++;
	} else if (reader->quote != '\'' && byte == '\\') {
		put_escaped(reader);
	} else if (reader->quote != '\'' && byte == '$') {
		put_variable(reader);
	} else {
		put(reader, reader->at++, 1);
	}
	return true;
}

static void expand(const struct shell_values *values, const char *value, char *text)
{
	struct reader reader = {
		.values = values, .at = value, .text = text, .size = SHELL_VALUES_SIZE};

	while (put_next(&reader))
		;
	text[reader.used] = '\0';
}

/* What is assigned by a line to one of the variables, or NULL. */
static const char *value_of(const struct shell_values *values, const char *line,
			    size_t *ret_variable, bool *ret_more)
{
	line += strspn(line, " \t");
	for (size_t i = 0; i < values->count; i++) {
		const char *rest = line + strlen(values->names[i]);

		if (strncmp(line, values->names[i], strlen(values->names[i])) != 0)
			continue;
		*ret_variable = i;
		*ret_more = *rest == '+';
		rest += *ret_more;
		if (*rest == '=')
			return rest + 1;
	}
	return NULL;
}

bool shell_values_parse(const struct shell_values *values, const char *line,
			size_t *ret_variable, bool *ret_more, char *text)
{
	const char *value = value_of(values, line, ret_variable, ret_more);

	if (value)
		expand(values, value, text);
	return value;
}

bool shell_values_assign(struct shell_values *values, const char *line,
			 size_t *ret_variable)
{
	char text[SHELL_VALUES_SIZE], *target;
	size_t used = 0;
	bool more;

	if (!shell_values_parse(values, line, ret_variable, &more, text))
		return false;
	target = values->values[*ret_variable];
	if (more)
		used = strlen(target);
	snprintf(target + used, SHELL_VALUES_SIZE - used, "%s", text);
	return true;
}
