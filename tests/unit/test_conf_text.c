/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections into a configuration's text and out of it: nothing else may change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tool/conf_text.h"

#define SIZE    512
#define COMMENT "# N\n"
#define ADDED   COMMENT "[card z]\npath = a\n# address today: b\nid = c\n"
#define SECOND  "# M\n[card y]\nid = d\n"

static struct span span_of(const char *text)
{
	return (struct span){text, strlen(text)};
}

/* The number of the head's line; it is the last one of that text. */
static unsigned line_of(const char *text, const char *head)
{
	const char *at = NULL;
	unsigned line = 1;

	for (const char *next = text; (next = strstr(next, head)) != NULL; next++)
		at = next;
	assert_non_null(at);
	for (; at > text; at--)
		line += at[-1] == '\n';
	return line;
}

static void append(const char *text, const char *section, char *ret)
{
	struct span old = span_of(text), added = span_of(section);
	size_t length = conf_text_append(old, added, ret);

	assert_true(length <= old.length + added.length + CONF_TEXT_EXTRA);
	ret[length] = '\0';
}

static void cut(const char *text, const char *head, const char *comment, char *ret)
{
	size_t length = conf_text_remove(span_of(text), line_of(text, head),
					 span_of(comment), ret);

	assert_true(length <= strlen(text));
	ret[length] = '\0';
}

static void a_section_goes_to_the_end(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", SECOND},
		{"\n", "\n\n" SECOND},
		{"# a\n", "# a\n\n" SECOND},
		{"# a\n\n", "# a\n\n\n" SECOND},
		{"[card a]\nid = b", "[card a]\nid = b\n\n# M\n[card y]\nid = d"},
	};
	char found[SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		append(cases[i].text, SECOND, found);
		assert_string_equal(found, cases[i].expected);
	}
}

static void what_is_not_of_the_section_stays(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		/* alone, first, in the middle, last */
		{"[card y]\nid = d\n", ""},
		{"[card y]\nid = d\n\n[card a]\nid = b\n", "\n[card a]\nid = b\n"},
		{"[card a]\nid = b\n\n[card y]\nid = d\n\n[card c]\nid = e\n",
		 "[card a]\nid = b\n\n[card c]\nid = e\n"},
		{"[card a]\nid = b\n[card y]\nid = d\n", "[card a]\nid = b\n"},
		{"[card a]\nid = b\n[card y]\nid = d\n[card c]\nid = e\n",
		 "[card a]\nid = b\n[card c]\nid = e\n"},
		/* without a newline at the end */
		{"[card a]\nid = b\n\n[card y]\nid = d", "[card a]\nid = b"},
		{"[card y]", ""},
		/* its comments and empty lines, and those of others */
		{"# M\n[card y] # y\n\n# of y\nid = d # y\n# y\n\n# of all\n",
		 "\n# of all\n"},
		{"# mine\n[card y]\nid = d\n", "# mine\n"},
		{"# mine\n# M\n[card y]\nid = d\n", "# mine\n"},
		{"## M\n[card y]\nid = d\n", "## M\n"},
		{"# M\n\n[card y]\nid = d\n", "# M\n"},
		{"[card y]\nid = d\n# of a\n[card a]\nid = b\n",
		 "# of a\n[card a]\nid = b\n"},
		{"[card y]\nid = d\n# of y\n\n# of a\n[card a]\nid = b\n",
		 "\n# of a\n[card a]\nid = b\n"},
		{"[card y]\nid = d\n\n# between\n\n# of a\n  [options]\n",
		 "\n# between\n\n# of a\n  [options]\n"},
		{"[card y]\nid = d\n \t\n# z\n", " \t\n# z\n"},
	};
	char found[SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cut(cases[i].text, "[card y]", "# M\n", found);
		assert_string_equal(found, cases[i].expected);
	}
}

/* Every file of up to five lines of these, with and without a newline at its end. */
static const char *const lines[] = {
	"\n",          " \t\n",          "# c\n",          COMMENT,
	"[options]\n", "deadline = 5\n", "[card a] # b\n", "  id = c\n",
};
#define LINES     (sizeof(lines) / sizeof(lines[0]))
#define LINES_MAX 5

static void check_round_trips(const char *text)
{
	char one[SIZE], two[SIZE], found[SIZE], again[SIZE];

	append(text, ADDED, one);
	assert_memory_equal(one, text, strlen(text));
	cut(one, "[card z]", COMMENT, found);
	assert_string_equal(found, text);
	append(one, SECOND, two);
	cut(two, "[card y]", "# M\n", found);
	assert_string_equal(found, one);
	cut(two, "[card z]", COMMENT, found);
	cut(found, "[card y]", "# M\n", again);
	assert_string_equal(again, text);
}

static void removing_undoes_adding(void **state)
{
	unsigned count = 0;

	for (unsigned length = 0; length <= LINES_MAX; length++) {
		unsigned long all = 1;

		for (unsigned i = 0; i < length; i++)
			all *= LINES;
		for (unsigned long number = 0; number < all; number++) {
			unsigned long rest = number;
			char text[SIZE] = "";

			for (unsigned i = 0; i < length; i++, rest /= LINES)
				strcat(text, lines[rest % LINES]);
			check_round_trips(text);
			count++;
			if (length == 0)
				continue;
			text[strlen(text) - 1] = '\0';
			check_round_trips(text);
		}
	}
	assert_int_equal(count, 1 + 8 + 64 + 512 + 4096 + 32768);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_goes_to_the_end),
		cmocka_unit_test(what_is_not_of_the_section_stays),
		cmocka_unit_test(removing_undoes_adding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
