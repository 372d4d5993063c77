/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * print: how text reaches a terminal: escaped bytes, aligned columns, colour, durations.
 * Knows nothing about traces or cards.
 */
#ifndef GPUPASS_PRINT_H
#define GPUPASS_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PRINT_DURATION_SIZE 24

/* Bytes that print_escape() needs for length bytes, NUL included. */
#define PRINT_ESCAPED_SIZE(length) ((length)*4 + 1)

enum print_colour { PRINT_COLOUR_AUTO, PRINT_COLOUR_ALWAYS, PRINT_COLOUR_NEVER };

enum print_style { PRINT_PLAIN, PRINT_DIM, PRINT_BOLD, PRINT_YELLOW, PRINT_RED };

struct print_cell {
	const char *text; /* printable ASCII; NULL = empty */
	enum print_style style;
};

/* Writes length bytes to buffer (PRINT_ESCAPED_SIZE(length) bytes), each that is not
 * printable ASCII as \xNN, and the backslash too, so that nothing reads like an escape
 * that is none. Returns the number of characters written. */
size_t print_escape(const char *bytes, size_t length, char *buffer);

/* Prints text that was put together here and may have bytes of others in it: what is no
 * printable ASCII as \xNN, so that none of it reaches the terminal as a command. A
 * newline ends a line in print_lines(), and is such a byte in print_line(), which ends
 * the line itself. */
void print_line(FILE *out, const char *text);
void print_lines(FILE *out, const char *text);

/* print_line() of what is put together, cut where it is longer than some paths. */
void print_formatted(FILE *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "81.2 ms": three digits and a unit, to buffer (PRINT_DURATION_SIZE bytes). */
void print_format_duration(uint64_t ns, char *buffer);

/* Whether to colour what goes to out: only a terminal that is not dumb, and not where
 * NO_COLOR is set, unless mode says so. */
bool print_wants_colour(enum print_colour mode, FILE *out);

/* "auto", "always" or "never" to ret_mode, or -EINVAL. */
int print_parse_colour(const char *text, enum print_colour *ret_mode);

/* Around text that is printed in between: the style begins, and ends. Nothing without
 * colour. */
void print_begin_style(FILE *out, enum print_style style, bool colour);
void print_end_style(FILE *out, enum print_style style, bool colour);

/* Widens widths to what the cells need; call it for every row first. */
void print_measure_row(const struct print_cell *cells, size_t count, unsigned *widths);

/* Prints one line: two blanks between columns, the last one unpadded, columns of width 0
 * (no row has anything there) left out. */
void print_row(FILE *out, const struct print_cell *cells, size_t count,
	       const unsigned *widths, bool colour);

/* Prints text folded at blanks, each line behind indent blanks and at most width wide,
 * a longer word excepted. */
void print_folded(FILE *out, const char *text, unsigned indent, unsigned width);

/* The same behind a label, further lines below the text. */
void print_hanging(FILE *out, const char *label, const char *text, unsigned width);

#endif
