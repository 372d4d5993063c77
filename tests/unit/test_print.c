/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Escaping, durations, columns and names: what every line of output goes through.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/names.h"
#include "tool/print.h"

static void every_byte_escapes_to_printable_ascii(void **state)
{
	char seen[256][PRINT_ESCAPED_SIZE(1)];

	for (unsigned byte = 0; byte < 256; byte++) {
		char raw = (char)byte;
		size_t length = print_escape(&raw, 1, seen[byte]);

		assert_int_equal(length, strlen(seen[byte]));
		assert_int_equal(length == 1,
				 byte >= 0x20 && byte < 0x7f && byte != '\\');
		for (size_t i = 0; i < length; i++)
			assert_in_range(seen[byte][i], ' ', '~');
		for (unsigned other = 0; other < byte; other++)
			assert_string_not_equal(seen[byte], seen[other]);
	}
}

static void escaped_text_is_unambiguous(void **state)
{
	char text[PRINT_ESCAPED_SIZE(8)];

	print_escape("\x1b\\x1b", 5, text);
	assert_string_equal(text, "\\x1b\\x5cx1b");
	assert_int_equal(print_escape("", 0, text), 0);
	assert_string_equal(text, "");
}

static void durations_have_three_digits(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{0, "0 ns"},
		{1, "1 ns"},
		{999, "999 ns"},
		{1000, "1.00 us"},
		{9999, "9.99 us"},
		{10000, "10.0 us"},
		{999999, "999 us"},
		{81234567, "81.2 ms"},
		{999999999, "999 ms"},
		{1050000000, "1.05 s"},
		{130000000000, "130 s"},
		{UINT64_MAX, "18446744073 s"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[PRINT_DURATION_SIZE];

		print_format_duration(cases[i].ns, text);
		assert_string_equal(text, cases[i].text);
	}
}

/* Prints rows of three cells and compares. */
static void check_rows(const char *const rows[][3], size_t count, bool colour,
		       enum print_style style, const char *expected)
{
	unsigned widths[3] = {0};
	struct print_cell cells[3];
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < count; i++) {
			for (size_t k = 0; k < 3; k++)
				cells[k] = (struct print_cell){rows[i][k], style};
			if (pass == 0)
				print_measure_row(cells, 3, widths);
			else
				print_row(out, cells, 3, widths, colour);
		}
	}
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void columns_are_as_wide_as_their_widest(void **state)
{
	static const char *const rows[][3] = {{"a", "bb", "c"}, {"aaaa", NULL, "c"}};

	check_rows(rows, 2, false, PRINT_RED, "a     bb  c\naaaa      c\n");
}

static void empty_columns_vanish_and_no_line_ends_in_blanks(void **state)
{
	static const char *const rows[][3] = {{"a", "", "c"}, {"aaaa", NULL, NULL}};

	check_rows(rows, 2, false, PRINT_PLAIN, "a     c\naaaa\n");
}

static void colour_does_not_move_columns(void **state)
{
	static const char *const rows[][3] = {{"a", NULL, "c"}, {"aa", NULL, "c"}};

	check_rows(rows, 2, true, PRINT_YELLOW,
		   "\033[33ma\033[0m   \033[33mc\033[0m\n"
		   "\033[33maa\033[0m  \033[33mc\033[0m\n");
}

static void colour_modes(void **state)
{
	enum print_colour mode;
	FILE *out = tmpfile();

	assert_int_equal(print_parse_colour("always", &mode), 0);
	assert_true(print_wants_colour(mode, out));
	assert_int_equal(print_parse_colour("never", &mode), 0);
	assert_false(print_wants_colour(mode, out));
	assert_int_equal(print_parse_colour("auto", &mode), 0);
	assert_false(print_wants_colour(mode, out));
	assert_int_equal(print_parse_colour("alway", &mode), -EINVAL);
	fclose(out);
}

static void folded_text_keeps_words_whole(void **state)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_folded(out, "one two  three longer-than-the-line x", 2, 10);
	fclose(out);
	assert_string_equal(text, "  one two\n  three\n  longer-than-the-line\n  x\n");
	free(text);
}

static void hanging_text_stays_behind_its_label(void **state)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_hanging(out, "x: ", "one two  three longer-than-the-line", 10);
	print_hanging(out, "y: ", "", 10);
	fclose(out);
	assert_string_equal(text, "x: one two\n   three\n   longer-than-the-line\ny: \n");
	free(text);
}

static void errno_names(void **state)
{
	assert_string_equal(names_errno(EINVAL), "EINVAL");
	assert_string_equal(names_errno(EAGAIN), "EAGAIN");
	assert_string_equal(names_errno(EHWPOISON), "EHWPOISON");
	assert_null(names_errno(0));
	assert_null(names_errno(41)); /* a hole in Linux's numbers */
	assert_null(names_errno(-1));
	assert_null(names_errno(134));
}

static void levels_there_and_back(void **state)
{
	for (unsigned level = 0; level < 8; level++) {
		const char *name = names_level(level);
		const char digit = (char)('0' + level);

		assert_int_equal(names_parse_level(name, strlen(name)), level);
		assert_int_equal(names_parse_level(&digit, 1), level);
	}
	assert_null(names_level(8));
	assert_int_equal(names_parse_level("err", 3), 3);
	assert_int_equal(names_parse_level("8", 1), -EINVAL);
	assert_int_equal(names_parse_level("warn", 4), -EINVAL);
	assert_int_equal(names_parse_level("", 0), -EINVAL);
}

static void class_names(void **state)
{
	assert_string_equal(names_pci_class(0x030000), "VGA compatible controller");
	assert_string_equal(names_pci_class(0x0c0330), "USB controller");
	assert_string_equal(names_pci_class(0x0c8000), "Serial bus controller");
	assert_string_equal(names_pci_class(0x000000), "Unclassified device");
	assert_string_equal(names_pci_class(0xff0000), "Unknown class");
	assert_string_equal(names_pci_class(0xffffffff), "Unknown class");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_escapes_to_printable_ascii),
		cmocka_unit_test(escaped_text_is_unambiguous),
		cmocka_unit_test(durations_have_three_digits),
		cmocka_unit_test(columns_are_as_wide_as_their_widest),
		cmocka_unit_test(empty_columns_vanish_and_no_line_ends_in_blanks),
		cmocka_unit_test(colour_does_not_move_columns),
		cmocka_unit_test(colour_modes),
		cmocka_unit_test(folded_text_keeps_words_whole),
		cmocka_unit_test(hanging_text_stays_behind_its_label),
		cmocka_unit_test(errno_names),
		cmocka_unit_test(levels_there_and_back),
		cmocka_unit_test(class_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
