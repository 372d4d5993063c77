/* SPDX-License-Identifier: GPL-2.0-or-later */
/* card and plan: every refusal has its reason, and nothing but a whole card is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/made_plan.h"

static void test_whole_card_first_function_last(void **state)
{
	(void)state;
	make();
	assert_int_equal(plan.refusal, 0);
	assert_int_equal(plan.card.count, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(plan.card.functions[i].address.function, (i + 1) % 4);
}

static void test_list(void **state)
{
	(void)state;
	conf.rules[0].functions = CONF_FUNCTIONS_LIST;
	conf.rules[0].function_mask = 0x0a;
	make();
	assert_int_equal(plan.refusal, 0);
	assert_int_equal(plan.card.count, 2);
	assert_int_equal(plan.card.functions[0].address.function, 1);
	conf.rules[0].function_mask = 0x81;
	assert_refused(TRACE_REFUSED_ABSENT, -1,
		       "0000:83:00.7 is not on this machine, though");
}

static void test_absent(void **state)
{
	(void)state;
	near.count = 0;
	assert_refused(TRACE_REFUSED_ABSENT, -1, "0000:83:00.0 is not on this machine");
	setup(NULL);
	conf.rules[0].address.function = 5;
	assert_refused(TRACE_REFUSED_ABSENT, -1, "0000:83:00.5");
}

static void test_identity_is_that_of_the_address(void **state)
{
	(void)state;
	slot[0].device = 0x1b06;
	assert_refused(TRACE_REFUSED_IDENTITY, 0, "10de:1b06 of class 0300");
	assert_non_null(strstr(plan.reason, "10de:1e07"));
	setup(NULL);
	conf.rules[0].address.function = 2;
	conf.rules[0].device = 0x1ad6;
	make();
	assert_int_equal(plan.refusal, 0);
}

static void test_forbidden_class_of_any_function(void **state)
{
	static const struct {
		uint32_t class_code;
		const char *what;
	} cases[] = {{0x010802, "storage"}, {0x020000, "network"},
		     {0x060400, "bridge"},  {0x108000, "encryption"},
		     {0x060000, "bridge"},  {0x028000, "network"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned k = 0; k < 4; k++) {
			setup(NULL);
			slot[k].class_code = cases[i].class_code;
			assert_refused(TRACE_REFUSED_CLASS, (int)k, cases[i].what);
		}
	}
}

static void test_keep_list_group_and_attributes(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 4; k++) {
		setup(NULL);
		keep.count = 1;
		keep.addresses[0] = slot[k].address;
		assert_refused(TRACE_REFUSED_KEEP, (int)k, "filesystem");
		setup(NULL);
		slot[k].iommu_group = -1;
		assert_refused(TRACE_REFUSED_NO_GROUP, (int)k, "intel_iommu=on");
		setup(NULL);
		slot[k].error = 13;
		slot[k].unreadable = "class";
		assert_refused(TRACE_REFUSED_UNREADABLE, (int)k, "class");
		assert_int_equal(plan.error, 13);
	}
}

static void test_drivers(void **state)
{
	(void)state;
	strcpy(slot[2].driver, "xhci_hcd");
	strcpy(slot[1].driver, "snd_hda_intel");
	strcpy(slot[3].driver, "vfio-pci");
	make();
	assert_int_equal(plan.refusal, 0);
	strcpy(slot[3].driver, "virtio-pci");
	assert_refused(TRACE_REFUSED_DRIVER, 3, "virtio-pci");
	strcpy(conf.rules[0].unbind[0], "virtio-pci");
	conf.rules[0].unbind_count = 1;
	make();
	assert_int_equal(plan.refusal, 0);
	strcpy(conf.rules[0].unbind[0], "nouveau");
	strcpy(slot[3].driver, "");
	strcpy(slot[0].driver, "nouveau");
	slot[0].drm = true;
	assert_refused(TRACE_REFUSED_DRIVER, 0, "DRM");
}

static void test_facts(void **state)
{
	(void)state;
	facts.late = true;
	assert_refused(TRACE_REFUSED_LATE, -1, "order");
	facts.late = false;
	facts.keep_broken = true;
	assert_refused(TRACE_REFUSED_KEEP_LIST, -1, "rebuild");
}

static void test_broken(void **state)
{
	(void)state;
	conf.rules[0].broken = true;
	assert_refused(TRACE_REFUSED_BROKEN, -1, "line 1");
	conf.rules[0].broken = false;
	conf.refuse_all = true;
	assert_refused(TRACE_REFUSED_BROKEN, -1, "outside the cards");
	assert_int_equal(plan.card.count, 0);
}

static void test_two_sections_one_card(void **state)
{
	static const char text[] =
		"[card a]\naddress = 0000:83:00.0\n[card b]\n"
		"address = 0000:83:00.1\n[card c]\naddress = 0000:84:00.0\n";
	struct plan plans[3];

	(void)state;
	conf_parse(text, strlen(text), &conf);
	for (unsigned i = 0; i < 3; i++) {
		site.address = conf.rules[i].address;
		site.identity_holds = true;
		plan_make(&conf, &conf.rules[i], &site, &facts, &plans[i]);
	}
	plan_refuse_shared(plans, 3);
	assert_int_equal(plans[0].refusal, TRACE_REFUSED_SHARED);
	assert_int_equal(plans[1].refusal, TRACE_REFUSED_SHARED);
	assert_non_null(strstr(plans[0].reason, "[card b]"));
	assert_int_equal(plans[2].refusal, TRACE_REFUSED_ABSENT);
}

/* A section that is refused says the first thing that is wrong with it, and one that
 * found something else in its place names no card. */
static void test_two_sections_and_the_first_is_wrong(void **state)
{
	static const char text[] =
		"[card a]\naddress = 0000:83:00.0\nid = 10de:2204\n[card b]\n"
		"address = 0000:83:00.0\n[card c]\naddress = 0000:83:00.0\n"
		"functions = 0,7\n";
	struct plan plans[3];

	(void)state;
	conf_parse(text, strlen(text), &conf);
	for (unsigned i = 0; i < 3; i++) {
		site.address = conf.rules[i].address;
		site.identity_holds = i > 0;
		plan_make(&conf, &conf.rules[i], &site, &facts, &plans[i]);
	}
	plan_refuse_shared(plans, 2);
	assert_int_equal(plans[0].refusal, TRACE_REFUSED_IDENTITY);
	assert_int_equal(plans[1].refusal, 0);
	plan_refuse_shared(plans, 3);
	assert_int_equal(plans[0].refusal, TRACE_REFUSED_IDENTITY);
	assert_int_equal(plans[1].refusal, TRACE_REFUSED_SHARED);
	assert_non_null(strstr(plans[1].reason, "[card c]"));
	assert_int_equal(plans[2].refusal, TRACE_REFUSED_ABSENT);
}

static void test_bridge_that_does_not_tell(void **state)
{
	static const char reason[] = "attribute config of 0000:82:00.0";

	(void)state;
	near.error = 5;
	near.unreadable = "config";
	near.unknown = slot[0].address;
	near.unknown.bus = 0x82;
	assert_refused(TRACE_REFUSED_UNREADABLE, -1, reason);
	assert_int_equal(plan.error, 5);
	conf.rules[0].functions = CONF_FUNCTIONS_SLOT;
	make();
	assert_int_equal(plan.refusal, 0);
}

/* Found from any function, it is the one that cannot be read that is named. */
static void test_function_that_does_not_say_what_it_is(void **state)
{
	(void)state;
	conf.rules[0].has_id = false;
	conf.rules[0].address.function = 1;
	slot[0].unidentified = true;
	slot[0].class_code = 0;
	slot[0].error = 2;
	slot[0].unreadable = "class";
	assert_refused(TRACE_REFUSED_UNREADABLE, 0, "class");
	assert_int_equal(plan.error, 2);
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_whole_card_first_function_last),
		CASE(test_list),
		CASE(test_absent),
		CASE(test_identity_is_that_of_the_address),
		CASE(test_forbidden_class_of_any_function),
		CASE(test_keep_list_group_and_attributes),
		CASE(test_drivers),
		CASE(test_facts),
		CASE(test_broken),
		CASE(test_two_sections_one_card),
		CASE(test_two_sections_and_the_first_is_wrong),
		CASE(test_bridge_that_does_not_tell),
		CASE(test_function_that_does_not_say_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
