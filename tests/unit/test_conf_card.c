/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of a card's section that change how it is taken: good values, bad ones, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hook/core/conf.h"

static struct conf conf;
static const struct conf_rule *const rule = &conf.rules[0];

/* lines follow the head and an address, from line 3 on. */
static void parse(const char *lines)
{
	char text[1024];
	int length = snprintf(text, sizeof(text),
			      "[card a]\naddress = 0000:83:00.0\n%s\n", lines);

	assert_in_range(length, 0, sizeof(text) - 1);
	conf_parse(text, (size_t)length, &conf);
}

static void assert_good(const char *lines)
{
	parse(lines);
	if (conf.error_count)
		fail_msg("%s: \"%s\", expected %s", lines, conf.errors[0].word,
			 conf.errors[0].expected);
	assert_false(rule->broken);
}

static void assert_bad(const char *lines, unsigned line, const char *word,
		       const char *expected_part)
{
	parse(lines);
	if (conf.error_count != 1)
		fail_msg("%s: %u errors", lines, conf.error_count);
	assert_int_equal(conf.errors[0].line, line);
	assert_string_equal(conf.errors[0].word, word);
	assert_non_null(strstr(conf.errors[0].expected, expected_part));
	assert_true(rule->broken);
	assert_false(conf.refuse_all);
}

static void test_nothing_said(void **state)
{
	assert_good("");
	assert_false(rule->keep_console);
	assert_string_equal(rule->reset, "");
	assert_int_equal(rule->d3cold, CONF_AS_IS);
	assert_int_equal(rule->own_driver, 0);
	for (unsigned i = 0; i < PCI_BARS; i++)
		assert_int_equal(rule->bar_bits[i], 0);
	for (unsigned i = 0; i < PCI_SLOT_FUNCTIONS; i++)
		assert_int_equal(conf_driver_of(rule, i), CONF_VFIO_PCI);
}

static void test_driver_of(void **state)
{
	assert_good("driver 3 = pci-stub\ndriver  2\t=\tpci-stub");
	assert_int_equal(rule->own_driver, 0x0c);
	assert_int_equal(conf_driver_of(rule, 0), CONF_VFIO_PCI);
	assert_int_equal(conf_driver_of(rule, 2), CONF_PCI_STUB);
	assert_int_equal(conf_driver_of(rule, 3), CONF_PCI_STUB);
	assert_good("driver 0 = vfio-pci\ndriver = pci-stub\ndriver 7 = pci-stub");
	assert_int_equal(conf_driver_of(rule, 0), CONF_VFIO_PCI);
	assert_int_equal(conf_driver_of(rule, 1), CONF_PCI_STUB);
	assert_int_equal(conf_driver_of(rule, 7), CONF_PCI_STUB);
	assert_string_equal(conf_driver_name(CONF_VFIO_PCI), "vfio-pci");
	assert_string_equal(conf_driver_name(CONF_PCI_STUB), "pci-stub");
	assert_good("driver = auto\ndriver 1 = vfio-pci");
	assert_int_equal(conf_driver_of(rule, 0), CONF_AUTO);
	assert_int_equal(conf_driver_of(rule, 1), CONF_VFIO_PCI);
	assert_bad("driver 3 = nouveau", 3, "nouveau", "vfio-pci, pci-stub or auto");
	/* Nothing that a broken section says is believed: what is not understood is not
	 * the other driver. */
	assert_int_equal(conf_driver_of(rule, 3), CONF_VFIO_PCI);
	assert_bad("driver = vfio", 3, "vfio", "vfio-pci, pci-stub or auto");
	assert_int_equal(rule->driver, CONF_VFIO_PCI);
}

static void test_console(void **state)
{
	assert_good("console = keep");
	assert_true(rule->keep_console);
	assert_good("console = release");
	assert_false(rule->keep_console);
	assert_bad("console = yes", 3, "yes", "release or keep");
	assert_bad("console = Keep", 3, "Keep", "release or keep");
	assert_bad("console 0 = keep", 3, "console 0", "a key");
}

static void test_reset(void **state)
{
	static const char all[] = "device_specific acpi flr af_flr pm bus cxl_bus";
	char line[128];

	assert_good("reset = flr   bus ");
	assert_string_equal(rule->reset, "flr bus");
	assert_good("reset = default");
	assert_string_equal(rule->reset, "default");
	snprintf(line, sizeof(line), "reset = %s", all);
	assert_good(line);
	assert_string_equal(rule->reset, all);
	assert_bad("reset = flr bogus", 3, "flr bogus", "reset methods");
	assert_bad("reset = FLR", 3, "FLR", "reset methods");
	assert_bad("reset = flr,bus", 3, "flr,bus", "reset methods");
	assert_bad("reset = default flr", 3, "default flr", "default, or");
	assert_bad("reset = flr default", 3, "flr default", "default, or");
	assert_bad("reset =", 3, "reset", "value");
	/* 63 bytes fit, and not one more. */
	assert_good("reset = device_specific device_specific device_specific flr flr flr "
		    "flr");
	assert_int_equal(strlen(rule->reset), CONF_RESET_SIZE - 1);
	parse("reset = device_specific device_specific device_specific flr flr flr acpi");
	assert_int_equal(conf.error_count, 1);
	assert_true(rule->broken);
}

static void test_d3cold(void **state)
{
	assert_good("d3cold = no");
	assert_int_equal(rule->d3cold, CONF_NO);
	assert_good("d3cold = yes");
	assert_int_equal(rule->d3cold, CONF_YES);
	assert_bad("d3cold = 0", 3, "0", "yes or no");
	assert_bad("d3cold = off", 3, "off", "yes or no");
}

static void test_bar(void **state)
{
	static const char *const bad[] = {
		"300M", "0G",  "0",     "G",   "8",         "8g",
		"8GB",  "-8G", "+8G",   "8 G", "8K",        "0x8G",
		"3G",   "MAX", "max G", "8E",  "16777216T", "18446744073709551616M",
		"1.5G",
	};
	static const struct {
		const char *value;
		unsigned bits;
	} good[] = {{"1M", 20}, {"2M", 21},    {"256M", 28},     {"1024M", 30},
		    {"1G", 30}, {"8G", 33},    {"16G", 34},      {"1T", 40},
		    {"8T", 43}, {"8192T", 53}, {"1048576T", 60}, {"max", CONF_BAR_MAX}};
	char line[64];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(line, sizeof(line), "bar 1 = %s", good[i].value);
		assert_good(line);
		assert_int_equal(rule->bar_bits[1], good[i].bits);
		assert_int_equal(rule->bar_bits[0], 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "bar 1 = %s", bad[i]);
		assert_bad(line, 3, bad[i], "256M or 8G, or max");
	}
	assert_good("bar 0 = 256M\nbar 5 = max");
	assert_int_equal(rule->bar_bits[0], 28);
	assert_int_equal(rule->bar_bits[5], CONF_BAR_MAX);
}

static void test_numbers_of_keys(void **state)
{
	static const char *const bad[] = {
		"driver 8", "driver -1", "driver 03",   "driver 3 4", "driver x",
		"driver3",  "bar 6",     "bar",         "bar 10",     "bar1",
		"bar /",    "bar :",     "address 0",   "reset 1",    "unbind 2",
		"d3cold 0", "id 0",      "functions 1",
	};
	char line[64];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(line, sizeof(line), "%s = vfio-pci", bad[i]);
		assert_bad(line, 3, bad[i], "a key");
	}
}

static void test_twice(void **state)
{
	static const char *const pairs[] = {
		"driver 3 = pci-stub\ndriver 3 = vfio-pci",
		"driver = pci-stub\ndriver = pci-stub",
		"driver 0 = pci-stub\ndriver  0 = pci-stub",
		"bar 0 = 1G\nbar 0 = max",
		"console = keep\nconsole = keep",
		"reset = flr\nreset = bus",
		"d3cold = no\nd3cold = no",
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		parse(pairs[i]);
		assert_int_equal(conf.error_count, 1);
		assert_int_equal(conf.errors[0].line, 4);
		assert_non_null(strstr(conf.errors[0].expected, "only once"));
		assert_true(rule->broken);
	}
	assert_good("driver 2 = pci-stub\ndriver 3 = pci-stub\ndriver = vfio-pci");
	assert_good("bar 0 = 1G\nbar 1 = 1G\nbar 2 = 1G\nbar 3 = 1G\nbar 4 = 1G\n"
		    "bar 5 = 1G");
	/* The next section starts anew. */
	assert_good("driver 3 = pci-stub\nconsole = keep\n[card b]\n"
		    "address = 0000:84:00.0\ndriver 3 = pci-stub\nconsole = keep");
	assert_int_equal(conf.rule_count, 2);
}

/* A section whose head is wrong: its keys are looked at, and nothing is kept of them. */
static void test_head_is_wrong(void **state)
{
	static const char text[] = "[card a/b]\naddress = 0000:83:00.0\nbar 6 = 1G\n"
				   "driver 3 = pci-stub\ndriver 3 = pci-stub\n";

	conf_parse(text, strlen(text), &conf);
	assert_int_equal(conf.rule_count, 0);
	assert_int_equal(conf.error_count, 3);
	assert_int_equal(conf.errors[1].line, 3);
	assert_int_equal(conf.errors[2].line, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_said),    cmocka_unit_test(test_driver_of),
		cmocka_unit_test(test_console),         cmocka_unit_test(test_reset),
		cmocka_unit_test(test_d3cold),          cmocka_unit_test(test_bar),
		cmocka_unit_test(test_numbers_of_keys), cmocka_unit_test(test_twice),
		cmocka_unit_test(test_head_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
