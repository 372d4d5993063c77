/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --explain has two sentences for every event that tells of a refusal, a failure or an
 * outcome, whoever adds one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tool/log_explain.h"

static bool needs_explanation(const struct trace_event_info *info)
{
	unsigned hundreds = info->number / 100;

	return info->level <= 4 || hundreds == 4 || hundreds == 6;
}

static void every_refusal_failure_and_outcome(void **state)
{
	for (size_t i = 0; i < trace_event_count(); i++) {
		const struct trace_event_info *info = trace_event_at(i);

		if (needs_explanation(info) && log_explain(info->number) == NULL)
			fail_msg("%s has no explanation", info->name);
	}
}

/* One sentence: a capital or a program's name, one full stop, at its end. */
static void check_sentence(const char *sentence)
{
	size_t length = strlen(sentence);

	assert_in_range(length, 20, 300);
	for (size_t i = 0; i < length; i++)
		assert_in_range(sentence[i], ' ', '~');
	assert_int_equal(sentence[length - 1], '.');
	assert_null(strstr(sentence, ". "));
	assert_null(strstr(sentence, "  "));
}

static void two_sentences_each(void **state)
{
	unsigned explained = 0;

	for (unsigned event = 0; event <= UINT16_MAX; event++) {
		const struct log_explanation *explanation = log_explain((uint16_t)event);

		if (explanation == NULL)
			continue;
		assert_non_null(trace_event_find((uint16_t)event));
		check_sentence(explanation->meaning);
		check_sentence(explanation->advice);
		explained++;
	}
	assert_true(explained > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_failure_and_outcome),
		cmocka_unit_test(two_sentences_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
