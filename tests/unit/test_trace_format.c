/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace's layout and event table. The numbers are written out here a second time on
 * purpose: a trace of an older version must stay readable, whatever is done to the
 * header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hook/core/trace_format.h"

static void header_layout(void **state)
{
	assert_int_equal(sizeof(struct trace_header), 64);
	assert_int_equal(offsetof(struct trace_header, magic), 0);
	assert_int_equal(offsetof(struct trace_header, version), 8);
	assert_int_equal(offsetof(struct trace_header, header_size), 10);
	assert_int_equal(offsetof(struct trace_header, record_size), 12);
	assert_int_equal(offsetof(struct trace_header, slots), 14);
	assert_int_equal(offsetof(struct trace_header, boot_id), 16);
	assert_int_equal(offsetof(struct trace_header, next_sequence), 32);
	assert_int_equal(offsetof(struct trace_header, realtime_offset), 40);
}

static void record_layout(void **state)
{
	assert_int_equal(sizeof(struct trace_record), 256);
	assert_int_equal(offsetof(struct trace_record, sequence), 0);
	assert_int_equal(offsetof(struct trace_record, time), 8);
	assert_int_equal(offsetof(struct trace_record, duration), 16);
	assert_int_equal(offsetof(struct trace_record, event), 24);
	assert_int_equal(offsetof(struct trace_record, level), 26);
	assert_int_equal(offsetof(struct trace_record, flags), 27);
	assert_int_equal(offsetof(struct trace_record, error), 28);
	assert_int_equal(offsetof(struct trace_record, domain), 32);
	assert_int_equal(offsetof(struct trace_record, bus), 36);
	assert_int_equal(offsetof(struct trace_record, devfn), 37);
	assert_int_equal(offsetof(struct trace_record, class_code), 40);
	assert_int_equal(offsetof(struct trace_record, vendor), 44);
	assert_int_equal(offsetof(struct trace_record, device), 46);
	assert_int_equal(offsetof(struct trace_record, card), 48);
	assert_int_equal(offsetof(struct trace_record, text), 80);
}

/* Ascending numbers are unique ones, and a table that people can read. */
static void numbers_ascend(void **state)
{
	assert_true(trace_event_at(0)->number > 0);
	for (size_t i = 1; i < trace_event_count(); i++)
		assert_true(trace_event_at(i - 1)->number < trace_event_at(i)->number);
}

static void names_are_words(void **state)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz-";

	for (size_t i = 0; i < trace_event_count(); i++) {
		const struct trace_event_info *info = trace_event_at(i);

		assert_true(strlen(info->name) > 0);
		assert_int_equal(strspn(info->name, allowed), strlen(info->name));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(info->name, trace_event_at(k)->name);
	}
}

/* A phrase starts a sentence "PHRASE: TEXT" and must fit a line of the kernel's log. */
static void phrases_are_plain(void **state)
{
	for (size_t i = 0; i < trace_event_count(); i++) {
		const char *phrase = trace_event_at(i)->phrase;

		assert_in_range(strlen(phrase), 1, 60);
		for (size_t k = 0; phrase[k] != '\0'; k++)
			assert_in_range(phrase[k], ' ', '~');
		assert_null(strchr(phrase, ':'));
	}
}

static void levels_are_printk_levels(void **state)
{
	for (size_t i = 0; i < trace_event_count(); i++)
		assert_in_range(trace_event_at(i)->level, 0, 7);
}

/* quiet hides what is above 3: a refusal that it hides is no use to anybody. */
static void refusals_pass_quiet(void **state)
{
	for (size_t i = 0; i < trace_event_count(); i++) {
		if (trace_event_at(i)->number / 100 == 4)
			assert_in_range(trace_event_at(i)->level, 0, 3);
	}
}

static void find_finds_each_and_no_other(void **state)
{
	size_t found = 0;

	for (unsigned number = 0; number <= UINT16_MAX; number++) {
		const struct trace_event_info *info = trace_event_find((uint16_t)number);

		if (info == NULL)
			continue;
		assert_int_equal(info->number, number);
		found++;
	}
	assert_int_equal(found, trace_event_count());
	assert_null(trace_event_find(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_layout),
		cmocka_unit_test(record_layout),
		cmocka_unit_test(numbers_ascend),
		cmocka_unit_test(names_are_words),
		cmocka_unit_test(phrases_are_plain),
		cmocka_unit_test(levels_are_printk_levels),
		cmocka_unit_test(refusals_pass_quiet),
		cmocka_unit_test(find_finds_each_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
