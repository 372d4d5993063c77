/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration's grammar: what is taken, and where each error points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hook/core/conf.h"
#include "hook/core/hash.h"

static struct conf conf;

static void parse(const char *text)
{
	conf_parse(text, strlen(text), &conf);
}

/* One error, at line, with that word. */
static void assert_error(unsigned line, const char *word, const char *expected_part)
{
	assert_true(conf.error_count >= 1);
	assert_int_equal(conf.errors[0].line, line);
	assert_string_equal(conf.errors[0].word, word);
	assert_non_null(strstr(conf.errors[0].expected, expected_part));
}

static void test_whole_section(void **state)
{
	(void)state;
	parse("# a comment\n\n[card win11]   # its name\naddress = 0000:83:00.0\n"
	      "id\t=\t10DE:1e07\nfunctions = 0, 1,3\ndriver=pci-stub\nunbind = "
	      "virtio-pci  foo\n");
	assert_int_equal(conf.error_count, 0);
	assert_false(conf.refuse_all);
	assert_int_equal(conf.rule_count, 1);
	assert_string_equal(conf.rules[0].name, "win11");
	assert_int_equal(conf.rules[0].line, 3);
	assert_int_equal(conf.rules[0].address.bus, 0x83);
	assert_true(conf.rules[0].has_id);
	assert_int_equal(conf.rules[0].vendor, 0x10de);
	assert_int_equal(conf.rules[0].device, 0x1e07);
	assert_int_equal(conf.rules[0].functions, CONF_FUNCTIONS_LIST);
	assert_int_equal(conf.rules[0].function_mask, 0x0b);
	assert_int_equal(conf.rules[0].driver, CONF_PCI_STUB);
	assert_int_equal(conf.rules[0].unbind_count, 2);
	assert_string_equal(conf.rules[0].unbind[1], "foo");
	assert_int_equal(conf.deadline, CONF_DEADLINE_DEFAULT);
}

static void test_defaults_and_no_last_newline(void **state)
{
	(void)state;
	parse("[card a]\naddress = 12345:00:1f.7");
	assert_int_equal(conf.error_count, 0);
	assert_int_equal(conf.rules[0].address.domain, 0x12345);
	assert_int_equal(conf.rules[0].functions, CONF_FUNCTIONS_CARD);
	assert_int_equal(conf.rules[0].driver, CONF_VFIO_PCI);
	assert_false(conf.rules[0].has_id);
}

static void test_empty_is_good(void **state)
{
	(void)state;
	parse("");
	assert_int_equal(conf.error_count, 0);
	assert_int_equal(conf.rule_count, 0);
	parse("# [card x]\n#address = 0000:83:00.0\n");
	assert_int_equal(conf.error_count, 0);
	assert_int_equal(conf.rule_count, 0);
}

static void test_bad_section_leaves_the_others(void **state)
{
	(void)state;
	parse("[card a]\nadress = 0000:83:00.0\n[card b]\naddress = 0000:84:00.0\n");
	assert_error(2, "adress", "a key");
	assert_true(conf.rules[0].broken);
	assert_false(conf.rules[1].broken);
	assert_false(conf.refuse_all);
}

static void test_every_bad_value(void **state)
{
	static const struct {
		const char *line, *word;
	} cases[] = {
		{"address = 83:00.0", "83:00.0"},
		{"address = 0000:83:00", "0000:83:00"},
		{"address = 0000:83:00.8", "0000:83:00.8"},
		{"address = 0000:83:20.0", "0000:83:20.0"},
		{"address = 000:83:00.0", "000:83:00.0"},
		{"address = 123456789:83:00.0", "123456789:83:00.0"},
		{"address = 0000:83:00.0x", "0000:83:00.0x"},
		{"address = 0x00:83:00.0", "0x00:83:00.0"},
		{"address = ../../../etc/passwd", "../../../etc/passwd"},
		{"id = 10de", "10de"},
		{"id = 10de:1e0", "10de:1e0"},
		{"id = 10de:1e07:1", "10de:1e07:1"},
		{"id = 10dg:1e07", "10dg:1e07"},
		{"functions = all", "all"},
		{"functions = 0,0", "0,0"},
		{"functions = 0,", "0,"},
		{"functions = ,0", ",0"},
		{"functions = 8", "8"},
		{"functions = 0 1", "0 1"},
		{"driver = nouveau", "nouveau"},
		{"driver = vfio_pci", "vfio_pci"},
		{"unbind = a/b", "a/b"},
		{"unbind = a b c d e", "a b c d e"},
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "[card a]\n%s\n", cases[i].line);
		parse(text);
		assert_true(conf.error_count > 0);
		assert_int_equal(conf.errors[0].line, 2);
		assert_string_equal(conf.errors[0].word, cases[i].word);
		assert_true(conf.rules[0].broken);
		assert_false(conf.refuse_all);
	}
}

static void test_twice(void **state)
{
	(void)state;
	parse("[card a]\naddress = 0000:83:00.0\naddress = 0000:84:00.0\n");
	assert_error(3, "address", "only once");
	assert_true(conf.rules[0].broken);
	parse("[card a]\naddress = 0000:83:00.0\n[card a]\naddress = 0000:84:00.0\n");
	assert_error(3, "a", "only once");
	assert_true(conf.rules[0].broken);
	assert_true(conf.rules[1].broken);
	parse("[options]\n[options]\n");
	assert_true(conf.refuse_all);
	parse("[options]\ndeadline = 5\ndeadline = 6\n");
	assert_true(conf.refuse_all);
	parse("[options]\nguard = on\nguard = on\n");
	assert_error(3, "guard", "only once");
	assert_true(conf.refuse_all);
}

static void test_section_without_address(void **state)
{
	(void)state;
	parse("\n[card a]\ndriver = vfio-pci\n[card b]\naddress = 0000:83:00.0\n");
	assert_error(2, "a", "address");
	assert_true(conf.rules[0].broken);
	assert_false(conf.rules[1].broken);
}

static void test_what_refuses_all(void **state)
{
	static const char *const texts[] = {
		"address = 0000:83:00.0\n",
		"hello\n[card a]\naddress = 0000:83:00.0\n",
		"[optoins]\n[card a]\naddress = 0000:83:00.0\n",
		"[card a\naddress = 0000:83:00.0\n",
		"[]\n",
		"[options]\ndeadline = 0\n",
		"[options]\ndeadline = 121\n",
		"[options]\ndeadline = ten\n",
		"[options]\ndeadline =\n",
		"[options]\ngaurd = on\n",
		"[options]\nguard = yes\n",
		"[options]\nguard = On\n",
		"[options]\nguard =\n",
		"[options]\nvfio-pci.ids = 10de:1e07\n",
		"[options]\nnvidia.x = 1\n",
		"[options]\nvfio-pci.disable_idle_d3 = a b\n",
		"[options]\nvfio-pci..disable_idle_d3 = 1\n",
		"[options]\nvfio-pci.a.b = 1\n",
		"# comment\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		parse(texts[i]);
		assert_true(conf.error_count > 0);
		assert_true(conf.refuse_all);
	}
}

static void test_options(void **state)
{
	(void)state;
	parse("[options]\n");
	assert_int_equal(conf.guard, CONF_GUARD_ON);
	parse("[options]\nguard = on\n");
	assert_int_equal(conf.guard, CONF_GUARD_ON);
	parse("[options]\nguard = off\n");
	assert_int_equal(conf.guard, CONF_GUARD_OFF);
	parse("[options]\nguard=require # comment\n");
	assert_int_equal(conf.guard, CONF_GUARD_REQUIRE);
	assert_int_equal(conf.error_count, 0);
	parse("[options]\ndeadline = 120\nvfio-pci.disable_idle_d3 = 1\n"
	      "vfio_iommu_type1.allow_unsafe_interrupts=Y\n");
	assert_int_equal(conf.error_count, 0);
	assert_int_equal(conf.deadline, 120);
	assert_int_equal(conf.parameter_count, 2);
	assert_string_equal(conf.parameters[0].module, "vfio_pci");
	assert_string_equal(conf.parameters[0].name, "disable_idle_d3");
	assert_string_equal(conf.parameters[0].value, "1");
	assert_string_equal(conf.parameters[1].module, "vfio_iommu_type1");
}

static void test_bytes(void **state)
{
	static const char nul[] = "[card a]\naddress = 0000:83:00.0\0\n[card b]\n"
				  "address = 0000:84:00.0\n";

	(void)state;
	conf_parse(nul, sizeof(nul) - 1, &conf);
	assert_error(2, "address = 0000:83:00.0?", "NUL");
	assert_true(conf.rules[0].broken);
	assert_false(conf.rules[1].broken);
	parse("[card a]\r\naddress = 0000:83:00.0\r\n");
	assert_error(1, "[card a]?", "Unix");
	assert_true(conf.refuse_all);
	parse("[card a]\naddress = 0000:83:00.0\n\x1b[31mevil = 1\n");
	assert_error(3, "?[31mevil", "a key");
}

static void test_selectors(void **state)
{
	static const char *const bad[] = {
		"path = 0000:82:01.0/",
		"path = 82:01.0/00.0",
		"path = 0000:82:01.0/00.8",
		"path = 0000:82:01.0//00.0",
		"path = 0000:82:01.0/0.0",
		"path = 0000:82:01.0/20.0",
		"path = 0000:82:01.0/00.0x",
		"path = /00.0",
		"subsystem = 1462",
		"path = 0000:00:00.0/0.0/00.0",
		"subsystem = 1462:37123",
		"path = 0000:00:00.0/01.0/01.0/01.0/01.0/01.0/01.0/01.0/01.0/01.0",
	};
	char text[256];

	(void)state;
	parse("[card a]\npath = 0000:82:01.0/00.0/1f.7\nsubsystem = 1462:3712\n"
	      "functions = switch\n[card b]\nid = 10de:1e07\n");
	assert_int_equal(conf.error_count, 0);
	assert_true(conf.rules[0].has_path);
	assert_int_equal(conf.rules[0].path.count, 2);
	assert_int_equal(conf.rules[0].path.steps[1], 0xff);
	assert_int_equal(conf.rules[0].subsystem_vendor, 0x1462);
	assert_int_equal(conf.rules[0].functions, CONF_FUNCTIONS_SWITCH);
	assert_false(conf.rules[1].has_address);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "[card a]\n%s\n", bad[i]);
		parse(text);
		if (conf.error_count == 0)
			fail_msg("taken: %s", bad[i]);
		assert_true(conf.rules[0].broken);
	}
}

static void test_sizes(void **state)
{
	static char big[CONF_MAX_SIZE + 2];
	char line[400];

	(void)state;
	memset(big, '\n', sizeof(big));
	conf_parse(big, CONF_MAX_SIZE, &conf);
	assert_int_equal(conf.error_count, 0);
	conf_parse(big, CONF_MAX_SIZE + 1, &conf);
	assert_int_equal(conf.errors[0].line, 0);
	assert_true(conf.refuse_all);

	memset(line, 'x', sizeof(line));
	memcpy(line, "[card a]\n#", 10);
	line[9 + CONF_MAX_LINE] = '\0';
	parse(line);
	assert_string_equal(conf.errors[0].expected,
			    "a line with address, path, id or subsystem in this section");
	line[9 + CONF_MAX_LINE] = 'x';
	line[9 + CONF_MAX_LINE + 1] = '\0';
	parse(line);
	assert_non_null(strstr(conf.errors[0].expected, "255"));
}

static void test_names(void **state)
{
	(void)state;
	parse("[card ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_012]\naddress = 0000:83:00.0\n");
	assert_int_equal(conf.error_count, 0);
	parse("[card ABCDEFGHIJKLMNOPQRSTUVWXYZ.-_0123]\naddress = 0000:83:00.0\n");
	assert_int_equal(conf.errors[0].line, 1);
	assert_int_equal(conf.rule_count, 0);
	parse("[card a b]\n");
	assert_error(1, "a b", "name");
	parse("[card ]\n");
	assert_error(1, "", "name");
}

static void test_too_many(void **state)
{
	static char text[64 * (CONF_MAX_RULES + 2)];
	size_t at = 0;

	(void)state;
	for (int i = 0; i <= CONF_MAX_RULES; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "[card c%d]\naddress = 0000:%02x:00.0\n", i, i);
	parse(text);
	assert_int_equal(conf.rule_count, CONF_MAX_RULES);
	assert_int_equal(conf.error_count, 1);
	assert_error(2 * CONF_MAX_RULES + 1, "c32", "32");
	at = 0;
	for (int i = 0; i < 3 * CONF_MAX_ERRORS; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "x\n");
	parse(text);
	assert_int_equal(conf.error_count, 3 * CONF_MAX_ERRORS);
}

static void test_hash_and_message(void **state)
{
	char line[128];

	(void)state;
	/* Published test vectors of FNV-1a, 64 bits. */
	assert_true(hash_add(HASH_START, "", 0) == 0xcbf29ce484222325U);
	assert_true(hash_add(HASH_START, "foobar", 6) == 0x85944171f73967e8U);
	parse("[card a]\nadress = 1\n");
	conf_format_error(&conf.errors[0], line, sizeof(line));
	assert_string_equal(
		line, "gpupass.conf:2: \"adress\": expected a key such as address, id "
		      "or driver, see gpupass.conf(5)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_section),
		cmocka_unit_test(test_defaults_and_no_last_newline),
		cmocka_unit_test(test_empty_is_good),
		cmocka_unit_test(test_bad_section_leaves_the_others),
		cmocka_unit_test(test_every_bad_value),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_section_without_address),
		cmocka_unit_test(test_what_refuses_all),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_hash_and_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
