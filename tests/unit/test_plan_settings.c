/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: what a section may want of a card besides the card, what hangs on its USB
 * controller, and what is said of a DRM driver. Each refusal has a twin that is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/made_plan.h"

/* The rule of setup with more lines, without its id. */
static void say(const char *lines)
{
	char text[256] = "[card win11]\naddress = 0000:83:00.0\n";

	setup(NULL);
	strncat(text, lines, sizeof(text) - strlen(text) - 1);
	conf_parse(text, strlen(text), &conf);
	assert_int_equal(conf.error_count, 0);
}

static void assert_taken(unsigned count)
{
	make();
	if (plan.refusal)
		fail_msg("refused: %s", plan.reason);
	assert_int_equal(plan.card.count, count);
}

static void test_console(void **state)
{
	say("console = release\n");
	assert_taken(4);
	say("console = keep\n");
	assert_refused(TRACE_REFUSED_SETTING, -1, "class 0300");
	for (unsigned i = 0; i < 2; i++) {
		say("console = keep\n");
		slot[0].class_code = i ? 0x030200 : 0x038000;
		assert_taken(4);
	}
	/* pci-stub leaves the picture alone, whatever the class. */
	say("console = keep\ndriver 0 = pci-stub\n");
	assert_taken(4);
	say("console = keep\ndriver = pci-stub\ndriver 0 = vfio-pci\n");
	assert_refused(TRACE_REFUSED_SETTING, -1, "class 0300");
	say("console = keep\ndriver 3 = pci-stub\n");
	assert_refused(TRACE_REFUSED_SETTING, -1, "class 0300");
	/* Whatever auto is, it is a vfio driver. */
	say("console = keep\ndriver = auto\n");
	assert_refused(TRACE_REFUSED_SETTING, -1, "class 0300");
	/* Without the GPU there is no picture to keep. */
	say("console = keep\nfunctions = 1\n");
	conf.rules[0].address.function = 1;
	assert_taken(1);
}

static void test_driver_of_an_absent_function(void **state)
{
	say("driver 3 = pci-stub\n");
	assert_taken(4);
	say("driver 5 = pci-stub\n");
	assert_refused(TRACE_REFUSED_SETTING, -1, "driver 5: the card has no function 5");
	/* It is on the machine, but not taken. */
	say("driver 3 = pci-stub\nfunctions = 0,1\n");
	assert_refused(TRACE_REFUSED_SETTING, -1, "driver 3");
	/* Even where it says what would be done anyway. */
	say("driver 4 = vfio-pci\n");
	assert_refused(TRACE_REFUSED_SETTING, -1, "driver 4");
}

static void test_settings_without_a_gpu(void **state)
{
	static const char *const lines[] = {"reset = bus\n", "bar 0 = 1G\n",
					    "bar 5 = max\n"};
	char text[64] = "";

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		say(lines[i]);
		assert_taken(4);
		strcpy(text, "functions = 0,1\n");
		say(strcat(text, lines[i]));
		assert_taken(2);
		slot[0].class_code = 0x040300;
		assert_refused(TRACE_REFUSED_SETTING, -1, "for a GPU");
	}
	say("functions = 0,1\nd3cold = no\n");
	slot[0].class_code = 0x040300;
	assert_taken(2);
}

static void test_usb_disk(void **state)
{
	say("");
	strcpy(slot[2].driver, "xhci_hcd");
	slot[2].only_keyboard = true;
	assert_taken(4);
	strcpy(slot[2].usb_disk, "1-2:1.0");
	assert_refused(TRACE_REFUSED_USB_DISK, 2, "USB storage 1-2:1.0");
	say("functions = 0,1,3\n");
	strcpy(slot[2].driver, "xhci_hcd");
	strcpy(slot[2].usb_disk, "1-2:1.0");
	assert_taken(3);
}

static void test_drm_driver(void **state)
{
	say("unbind = nouveau\n");
	strcpy(slot[0].driver, "nouveau");
	assert_taken(4);
	slot[0].drm = true;
	assert_refused(TRACE_REFUSED_DRIVER, 0,
		       "nouveau, a DRM driver, which is never unbound; it is built into");
	slot[0].drm_loaded = true;
	assert_refused(TRACE_REFUSED_DRIVER, 0, "keep its module out of the image");
	/* vfio-pci has it already, and its module has an initstate as well. */
	strcpy(slot[0].driver, "vfio-pci");
	assert_taken(4);
}

static void test_target_of_each_function(void **state)
{
	say("driver 3 = pci-stub\n");
	strcpy(slot[3].driver, "pci-stub");
	strcpy(slot[1].driver, "vfio-pci");
	assert_taken(4);
	/* What the other functions get is no reason to unbind it from this one. */
	strcpy(slot[3].driver, "vfio-pci");
	assert_refused(TRACE_REFUSED_DRIVER, 3, "vfio-pci, which is unbound only when");
	say("");
	strcpy(slot[3].driver, "pci-stub");
	assert_refused(TRACE_REFUSED_DRIVER, 3, "pci-stub, which is unbound only when");
}

/* A variant is the driver of its own function alone, under either form of its name. */
static void test_variant(void **state)
{
	static struct image_modules modules;
	char text[96];

	say("driver = auto\n");
	modules.variant_count = 1;
	modules.variants[0].function = slot[0];
	strcpy(modules.variants[0].driver, "rtx_vfio_pci");
	facts.modules = &modules;
	assert_taken(4);
	assert_string_equal(plan_driver(&plan, &plan.card.functions[3]), "rtx_vfio_pci");
	plan_format_drivers(&plan, text, sizeof(text));
	assert_string_equal(text, "3 functions with vfio-pci, 1 with rtx_vfio_pci");
	for (unsigned i = 0; i < 2; i++) {
		strcpy(slot[0].driver, i ? "rtx-vfio-pci" : "rtx_vfio_pci");
		assert_taken(4);
	}
	/* With it a function of another kind is not where it should be; nor this one with
	 * vfio-pci. */
	strcpy(slot[1].driver, "rtx_vfio_pci");
	assert_refused(TRACE_REFUSED_DRIVER, 1, "rtx_vfio_pci, which is unbound only");
	slot[1].driver[0] = '\0';
	strcpy(slot[0].driver, "vfio-pci");
	assert_refused(TRACE_REFUSED_DRIVER, 0, "vfio-pci, which is unbound only when");
	/* One that the section names is that. */
	say("driver = auto\ndriver 0 = vfio-pci\n");
	facts.modules = &modules;
	strcpy(slot[0].driver, "vfio-pci");
	assert_taken(4);
}

/* The order in which a person would ask: what the section wants comes after what the card
 * is, and before who holds it. */
static void test_order(void **state)
{
	say("console = keep\n");
	slot[2].iommu_group = -1;
	assert_refused(TRACE_REFUSED_NO_GROUP, 2, "");
	say("console = keep\n");
	strcpy(slot[2].driver, "xhci_hcd");
	strcpy(slot[2].usb_disk, "1-2:1.0");
	strcpy(slot[0].driver, "nouveau");
	assert_refused(TRACE_REFUSED_SETTING, -1, "");
	conf.rules[0].keep_console = false;
	assert_refused(TRACE_REFUSED_USB_DISK, 2, "");
	slot[2].usb_disk[0] = '\0';
	assert_refused(TRACE_REFUSED_DRIVER, 0, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_driver_of_an_absent_function),
		cmocka_unit_test(test_settings_without_a_gpu),
		cmocka_unit_test(test_usb_disk),
		cmocka_unit_test(test_drm_driver),
		cmocka_unit_test(test_target_of_each_function),
		cmocka_unit_test(test_variant),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
