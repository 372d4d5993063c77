/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of the kernel command line: what they want of this boot, and the cards they name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hook/core/conf_words.h"
#include "hook/core/mode.h"

static struct conf conf;

static unsigned add(const char *file, const char *words)
{
	conf_parse(file, strlen(file), &conf);
	return conf_words_add(words, &conf);
}

static const char *error(unsigned number)
{
	static char text[256];

	assert_true(number < conf.error_count);
	conf_format_error(&conf.errors[number], text, sizeof(text));
	return text;
}

static void test_a_word_is_a_section(void **state)
{
	const struct conf_rule *rule = &conf.rules[0];

	assert_int_equal(add("", "ro gpupass.card=0000:83:00.1,10DE:1e07 quiet"), 1);
	assert_int_equal(conf.rule_count, 1);
	assert_int_equal(conf.error_count, 0);
	assert_string_equal(rule->name, "cmdline.1");
	assert_true(rule->has_address && rule->has_id && !rule->broken);
	assert_int_equal(rule->address.bus, 0x83);
	assert_int_equal(rule->address.function, 1);
	assert_int_equal(rule->vendor, 0x10de);
	assert_int_equal(rule->device, 0x1e07);
	assert_int_equal(rule->line, CONF_COMMAND_LINE);
}

static void test_cards_of_both_are_there(void **state)
{
	assert_int_equal(add("[card a]\naddress = 0000:01:00.0\n",
			     "gpupass.card=0000:02:00.0\tgpupass.card=0000:03:00.0\n"),
			 2);
	assert_int_equal(conf.rule_count, 3);
	assert_string_equal(conf.rules[0].name, "a");
	assert_string_equal(conf.rules[1].name, "cmdline.1");
	assert_false(conf.rules[1].has_id);
	assert_string_equal(conf.rules[2].name, "cmdline.2");
}

static void test_a_broken_word_breaks_its_card_alone(void **state)
{
	assert_int_equal(add("", "gpupass.card=83:00.0 gpupass.card=0000:03:00.0"), 2);
	assert_true(conf.rules[0].broken);
	assert_false(conf.rules[1].broken);
	assert_false(conf.refuse_all);
	assert_string_equal(error(0), "kernel command line: \"83:00.0\": expected an "
				      "address such as 0000:83:00.0");
}

static void test_there_are_as_many_as_sections(void **state)
{
	char words[(CONF_MAX_RULES + 1) * 32] = "";

	for (unsigned i = 0; i <= CONF_MAX_RULES; i++)
		strcat(words, "gpupass.card=0000:03:00.0 ");
	assert_int_equal(add("", words), CONF_MAX_RULES + 1);
	assert_int_equal(conf.rule_count, CONF_MAX_RULES);
	assert_string_equal(
		error(0), "kernel command line: \"gpupass.card=0000:03:00.0\": expected "
			  "at most 32 cards");
}

static void test_others_words_name_none(void **state)
{
	assert_int_equal(add("", ""), 0);
	assert_int_equal(add("", "gpupass.cards=0000:03:00.0 x.gpupass.card=1 "
				 "\"a gpupass.card=b\" gpupass=off"),
			 0);
	assert_int_equal(conf.rule_count, 0);
}

static void test_their_names_are_no_sections(void **state)
{
	add("[card cmdline.7]\naddress = 0000:01:00.0\n", "");
	assert_int_equal(conf.rule_count, 0);
	assert_string_equal(error(0), "gpupass.conf:1: \"cmdline.7\": expected a name "
				      "that does not begin with cmdline.");
}

static void test_image(void **state)
{
	add("", "");
	assert_false(conf.generic);
	add("[options]\nimage = generic\n", "");
	assert_true(conf.generic);
	add("[options]\nimage = host\n", "");
	assert_false(conf.generic || conf.error_count);
	add("[options]\nimage = any\n", "");
	assert_true(conf.refuse_all);
	assert_string_equal(error(0),
			    "gpupass.conf:2: \"any\": expected host or generic");
	add("[options]\nimage = host\nimage = host\n", "");
	assert_true(conf.refuse_all);
}

static enum mode mode(const char *words)
{
	const char *word;
	size_t length;

	return mode_of(words, &word, &length);
}

static void test_modes(void **state)
{
	assert_int_equal(mode("ro gpupass.card=0000:03:00.0"), MODE_TAKE);
	assert_int_equal(mode("ro gpupass.card=x"), MODE_TAKE);
	assert_int_equal(mode("gpupass.card"), MODE_TAKE);
	assert_int_equal(mode("gpupass.card=0000:03:00.0 gpupass=dry-run"), MODE_DRY_RUN);
	assert_int_equal(mode("gpupass.card=0000:03:00.0 gpupass=off"), MODE_OFF);
	assert_int_equal(mode("gpupass.card=0000:03:00.0 single"), MODE_RESCUE);
	assert_int_equal(mode("gpupass.off"), MODE_UNKNOWN);
	assert_int_equal(mode("gpupass.cards=0000:03:00.0"), MODE_UNKNOWN);
	assert_int_equal(mode("gpupass="), MODE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_word_is_a_section),
		cmocka_unit_test(test_cards_of_both_are_there),
		cmocka_unit_test(test_a_broken_word_breaks_its_card_alone),
		cmocka_unit_test(test_there_are_as_many_as_sections),
		cmocka_unit_test(test_others_words_name_none),
		cmocka_unit_test(test_their_names_are_no_sections),
		cmocka_unit_test(test_image),
		cmocka_unit_test(test_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
