/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell_values: what a file that a shell reads assigns to some variables: NAME=WORD and
 * NAME+=WORD, a line each, quotes, backslashes, $NAME and ${NAME} of these variables
 * (POSIX.1-2017, XCU 2.2 and 2.6). What goes on on the next line is not followed. Pure.
 */
#ifndef GPUPASS_SHELL_VALUES_H
#define GPUPASS_SHELL_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#define SHELL_VALUES_MAX  2
#define SHELL_VALUES_SIZE 4096 /* of a value, NUL included; longer is cut */

struct shell_values {
	const char *const *names;
	size_t count;
	char values[SHELL_VALUES_MAX][SHELL_VALUES_SIZE]; /* what was assigned last */
};

/* Whether line assigns to one of the variables: which, whether it appends, and the word,
 * to text (SHELL_VALUES_SIZE bytes). */
bool shell_values_parse(const struct shell_values *values, const char *line,
			size_t *ret_variable, bool *ret_more, char *text);

/* Does what the line says. False when it assigns to none of them. */
bool shell_values_assign(struct shell_values *values, const char *line,
			 size_t *ret_variable);

#endif
