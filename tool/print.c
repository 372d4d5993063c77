/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Escaping, durations, columns and colour for the programs of the running host. Decides
 * nothing about what is printed.
 */
#include "tool/print.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORMATTED_SIZE (4 * PATH_MAX)

static const char *const style_codes[] = {
	[PRINT_DIM] = "2",
	[PRINT_BOLD] = "1",
	[PRINT_YELLOW] = "33",
	[PRINT_RED] = "1;31",
};

size_t print_escape(const char *bytes, size_t length, char *buffer)
{
	static const char digits[] = "0123456789abcdef";
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte >= ' ' && byte < 0x7f && byte != '\\') {
			buffer[used++] = (char)byte;
			continue;
		}
		buffer[used++] = '\\';
		buffer[used++] = 'x';
		buffer[used++] = digits[byte >> 4];
		buffer[used++] = digits[byte & 15];
	}
	buffer[used] = '\0';
	return used;
}

/* A backslash stays: words that were escaped before would be escaped twice. */
static void print_neutral(FILE *out, const char *text, bool newlines)
{
	char escaped[PRINT_ESCAPED_SIZE(1)];

	for (; *text; text++) {
		if (*text == '\\' || (newlines && *text == '\n')) {
			putc(*text, out);
			continue;
		}
		print_escape(text, 1, escaped);
		fputs(escaped, out);
	}
}

void print_line(FILE *out, const char *text)
{
	print_neutral(out, text, false);
	putc('\n', out);
}

void print_lines(FILE *out, const char *text)
{
	print_neutral(out, text, true);
}

void print_formatted(FILE *out, const char *format, ...)
{
	char line[FORMATTED_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	print_line(out, line);
}

void print_format_duration(uint64_t ns, char *buffer)
{
	static const struct {
		uint64_t unit;
		const char *name;
	} units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		uint64_t whole = ns / units[i].unit, rest = ns % units[i].unit;
		/* Cut, not rounded: a step of 999.9 us is not one of 1000 us. */
		unsigned thousandths = (unsigned)(rest * 1000 / units[i].unit);

		if (whole == 0)
			continue;
		if (whole >= 100)
			snprintf(buffer, PRINT_DURATION_SIZE, "%llu %s",
				 (unsigned long long)whole, units[i].name);
		else if (whole >= 10)
			snprintf(buffer, PRINT_DURATION_SIZE, "%u.%u %s", (unsigned)whole,
				 thousandths / 100, units[i].name);
		else
			snprintf(buffer, PRINT_DURATION_SIZE, "%u.%02u %s",
				 (unsigned)whole, thousandths / 10, units[i].name);
		return;
	}
	snprintf(buffer, PRINT_DURATION_SIZE, "%u ns", (unsigned)ns);
}

bool print_wants_colour(enum print_colour mode, FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (mode != PRINT_COLOUR_AUTO)
		return mode == PRINT_COLOUR_ALWAYS;
	if (no_color != NULL && no_color[0] != '\0')
		return false;
	return isatty(fileno(out)) && term != NULL && strcmp(term, "dumb") != 0;
}

int print_parse_colour(const char *text, enum print_colour *ret_mode)
{
	static const char *const names[] = {
		[PRINT_COLOUR_AUTO] = "auto",
		[PRINT_COLOUR_ALWAYS] = "always",
		[PRINT_COLOUR_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret_mode = (enum print_colour)i;
			return 0;
		}
	}
	return -EINVAL;
}

static size_t cell_length(const struct print_cell *cell)
{
	return cell->text == NULL ? 0 : strlen(cell->text);
}

void print_measure_row(const struct print_cell *cells, size_t count, unsigned *widths)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = cell_length(&cells[i]);

		if (length > widths[i])
			widths[i] = (unsigned)length;
	}
}

void print_begin_style(FILE *out, enum print_style style, bool colour)
{
	if (colour && style != PRINT_PLAIN)
		fprintf(out, "\033[%sm", style_codes[style]);
}

void print_end_style(FILE *out, enum print_style style, bool colour)
{
	if (colour && style != PRINT_PLAIN)
		fputs("\033[0m", out);
}

static void print_cell(FILE *out, const struct print_cell *cell, bool colour)
{
	if (cell_length(cell) == 0)
		return;
	print_begin_style(out, cell->style, colour);
	fputs(cell->text, out);
	print_end_style(out, cell->style, colour);
}

void print_row(FILE *out, const struct print_cell *cells, size_t count,
	       const unsigned *widths, bool colour)
{
	size_t pending = 0;

	for (size_t i = 0; i < count; i++) {
		size_t length = cell_length(&cells[i]);

		if (widths[i] == 0)
			continue;
		/* Blanks only in front of something, so that no line ends in them. */
		if (length > 0) {
			fprintf(out, "%*s", (int)pending, "");
			print_cell(out, &cells[i], colour);
			pending = 0;
		}
		pending += widths[i] - length + 2;
	}
	fputc('\n', out);
}

/* From a line's indent-th column on. */
static void fold(FILE *out, const char *text, unsigned indent, unsigned width)
{
	size_t column = indent;
	bool first = true;

	for (; *text != '\0'; first = false) {
		size_t word = strcspn(text, " ");

		if (!first && column + 1 + word > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			column += (size_t)fprintf(out, " ");
		}
		column += fwrite(text, 1, word, out);
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void print_folded(FILE *out, const char *text, unsigned indent, unsigned width)
{
	fprintf(out, "%*s", *text ? (int)indent : 0, "");
	fold(out, text, indent, width);
}

void print_hanging(FILE *out, const char *label, const char *text, unsigned width)
{
	fputs(label, out);
	fold(out, text, (unsigned)strlen(label), width);
}
