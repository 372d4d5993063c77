/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card: topologies from public reports, as small tables; then random machines and rules,
 * for what must hold whatever the machine is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hook/core/plan.h"

struct row {
	const char *address;
	uint16_t vendor, device;
	uint32_t class_code;
	bool linked;
};

static struct topology_near near;
static struct card card;
static struct pci_address missing;

static struct pci_address address_of(const char *text)
{
	struct pci_address address;

	assert_int_equal(pci_parse_address(text, strlen(text), &address), 0);
	return address;
}

static void machine(const struct row *rows, unsigned count, uint16_t port_vendor)
{
	memset(&near, 0, sizeof(near));
	near.has_port = port_vendor != 0;
	near.port_vendor = port_vendor;
	near.count = count;
	for (unsigned i = 0; i < count; i++) {
		near.functions[i].address = address_of(rows[i].address);
		near.functions[i].vendor = rows[i].vendor;
		near.functions[i].device = rows[i].device;
		near.functions[i].class_code = rows[i].class_code << 8;
		near.functions[i].linked = rows[i].linked;
	}
}

static enum card_result find(const char *address, enum conf_functions functions)
{
	const struct conf_rule rule = {.functions = functions};
	const struct pci_address at = address_of(address);

	return card_find(&rule, &at, &near, &card, &missing);
}

/* The card is just these addresses, whichever of them it is found from. */
static void assert_card(const char *const *addresses, unsigned count)
{
	for (unsigned from = 0; from < count; from++) {
		assert_int_equal(find(addresses[from], CONF_FUNCTIONS_CARD), CARD_FOUND);
		assert_int_equal(card.count, count);
		for (unsigned i = 0; i < count; i++) {
			const struct pci_address at = address_of(addresses[i]);

			assert_true(card_index(&card, &at) >= 0);
		}
	}
}

#define MACHINE(rows, port) machine(rows, sizeof(rows) / sizeof((rows)[0]), port)
#define ASSERT_CARD(...)                                                                 \
	assert_card((const char *const[]){__VA_ARGS__},                                  \
		    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void test_turing(void **state)
{
	static const struct row rows[] = {{"0000:09:00.0", 0x10de, 0x21c4, 0x0300, false},
					  {"0000:09:00.1", 0x10de, 0x1aeb, 0x0403, true},
					  {"0000:09:00.2", 0x10de, 0x1aec, 0x0c03, true},
					  {"0000:09:00.3", 0x10de, 0x1aed, 0x0c80, true}};

	(void)state;
	MACHINE(rows, 0);
	ASSERT_CARD("0000:09:00.0", "0000:09:00.1", "0000:09:00.2", "0000:09:00.3");
}

/* All eight functions, and a link where the vendor is another. */
static void test_a_whole_slot(void **state)
{
	static const struct row rows[] = {{"0000:09:00.0", 0x10de, 0x21c4, 0x0300, false},
					  {"0000:09:00.1", 0x10de, 0x1aeb, 0x0403, false},
					  {"0000:09:00.2", 0x1b21, 0x2142, 0x0c03, true},
					  {"0000:09:00.3", 0x10de, 0x1aed, 0x0c80, true},
					  {"0000:09:00.4", 0x1b21, 0x2142, 0x0c03, false},
					  {"0000:09:00.5", 0x10de, 0x1aee, 0x0c80, false},
					  {"0000:09:00.6", 0x1b21, 0x2142, 0x0c03, true},
					  {"0000:09:00.7", 0x10de, 0x1aef, 0x0c80, true}};

	(void)state;
	MACHINE(rows, 0);
	ASSERT_CARD("0000:09:00.0", "0000:09:00.1", "0000:09:00.2", "0000:09:00.3",
		    "0000:09:00.5", "0000:09:00.6", "0000:09:00.7");
	assert_int_equal(find("0000:09:00.4", CONF_FUNCTIONS_CARD), CARD_NOT_OF_IT);
	assert_int_equal(find("0000:09:00.7", CONF_FUNCTIONS_SLOT), CARD_FOUND);
	assert_int_equal(card.count, 8);
}

static void test_apu_without_its_neighbours(void **state)
{
	static const struct row rows[] = {
		{"0000:c6:00.0", 0x1002, 0x15bf, 0x0300, false},
		{"0000:c6:00.1", 0x1002, 0x1640, 0x0403, true},
		{"0000:c6:00.2", 0x1022, 0x15c7, 0x1080, false},
		{"0000:c6:00.3", 0x1022, 0x15b9, 0x0c03, false},
		{"0000:c6:00.4", 0x1022, 0x15ba, 0x0c03, false},
		{"0000:c6:00.5", 0x1022, 0x15e2, 0x0480, false},
		{"0000:c6:00.6", 0x1022, 0x15e3, 0x0403, false}};

	(void)state;
	MACHINE(rows, 0);
	ASSERT_CARD("0000:c6:00.0", "0000:c6:00.1");
	assert_int_equal(find("0000:c6:00.3", CONF_FUNCTIONS_CARD), CARD_NOT_OF_IT);
	assert_int_equal(find("0000:c6:00.0", CONF_FUNCTIONS_SLOT), CARD_FOUND);
	assert_int_equal(card.count, 7);
	/* Its audio switched off in the firmware: still nobody else's USB. */
	near.functions[1] = near.functions[6];
	near.count = 6;
	assert_int_equal(find("0000:c6:00.0", CONF_FUNCTIONS_CARD), CARD_FOUND);
	assert_int_equal(card.count, 1);
}

static void test_emulated_card_by_class(void **state)
{
	static const struct row rows[] = {
		{"0000:83:00.0", 0x1234, 0x1111, 0x0300, false},
		{"0000:83:00.1", 0x8086, 0x293e, 0x0403, false},
		{"0000:83:00.2", 0x1b36, 0x000d, 0x0c03, false},
		{"0000:83:00.3", 0x1af4, 0x1042, 0x0c80, false},
		{"0000:83:00.4", 0x1af4, 0x1041, 0x0200, false}};

	(void)state;
	MACHINE(rows, 0);
	ASSERT_CARD("0000:83:00.0", "0000:83:00.1", "0000:83:00.2", "0000:83:00.3");
}

static void test_arc_audio_on_another_bus(void **state)
{
	static const struct row rows[] = {
		{"0000:03:00.0", 0x8086, 0x56a0, 0x0300, false},
		{"0000:04:00.0", 0x8086, 0x4f90, 0x0403, false}};

	(void)state;
	MACHINE(rows, 0x8086);
	ASSERT_CARD("0000:03:00.0", "0000:04:00.0");
	/* The port is another maker's: then nobody says that they are one card. */
	MACHINE(rows, 0x1022);
	ASSERT_CARD("0000:03:00.0");
	assert_int_equal(find("0000:04:00.0", CONF_FUNCTIONS_CARD), CARD_NO_DISPLAY);
}

static void test_two_gpus_below_one_switch(void **state)
{
	static const struct row rows[] = {
		{"0000:03:00.0", 0x8086, 0x56a0, 0x0300, false},
		{"0000:04:00.0", 0x8086, 0x4f90, 0x0403, false},
		{"0000:05:00.0", 0x8086, 0x56a0, 0x0380, false}};

	(void)state;
	MACHINE(rows, 0x8086);
	ASSERT_CARD("0000:03:00.0");
	assert_int_equal(find("0000:04:00.0", CONF_FUNCTIONS_CARD), CARD_NO_DISPLAY);
}

static void test_chipset_switch_beside_usb(void **state)
{
	static const struct row rows[] = {
		{"0000:0a:00.0", 0x10de, 0x1ff2, 0x0300, false},
		{"0000:0a:00.1", 0x10de, 0x10fa, 0x0403, true},
		{"0000:0b:00.0", 0x1022, 0x43f7, 0x0c03, false},
		{"0000:0c:00.0", 0x1022, 0x43f6, 0x0106, false}};

	(void)state;
	MACHINE(rows, 0x1022);
	ASSERT_CARD("0000:0a:00.0", "0000:0a:00.1");
	assert_int_equal(find("0000:0b:00.0", CONF_FUNCTIONS_CARD), CARD_NO_DISPLAY);
	assert_int_equal(find("0000:0a:00.0", CONF_FUNCTIONS_SWITCH), CARD_FOUND);
	assert_int_equal(card.count, 4);
	near.has_port = false;
	assert_int_equal(find("0000:0a:00.0", CONF_FUNCTIONS_SWITCH), CARD_NO_SWITCH);
}

static void test_virtual_functions_are_no_part(void **state)
{
	static const struct row rows[] = {
		{"0000:03:00.0", 0x8086, 0x56c0, 0x0380, false},
		{"0000:03:00.1", 0x8086, 0x56c0, 0x0380, false}};

	(void)state;
	MACHINE(rows, 0);
	near.functions[1].virtual = true;
	ASSERT_CARD("0000:03:00.0");
}

/* Whatever might be of the card must say what it is, and the bridges whether they are of
 * a switch: a card is whole or none. */
static void test_what_does_not_say_what_it_is(void **state)
{
	static const struct row rows[] = {
		{"0000:03:00.0", 0x8086, 0x56a0, 0x0300, false},
		{"0000:03:00.1", 0x8086, 0x56a1, 0x0c80, false},
		{"0000:04:00.0", 0x8086, 0x4f90, 0x0403, false}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned from = 0; from < 3; from++) {
			MACHINE(rows, 0x8086);
			near.functions[i].unidentified = true;
			assert_int_equal(find(rows[from].address, CONF_FUNCTIONS_CARD),
					 CARD_UNREADABLE);
			assert_int_equal(missing.bus, near.functions[i].address.bus);
		}
	}
	/* Below a switch of another maker it is nobody's. */
	MACHINE(rows, 0x1022);
	near.functions[2].unidentified = true;
	ASSERT_CARD("0000:03:00.0", "0000:03:00.1");
	near.error = EIO;
	assert_int_equal(find("0000:03:00.0", CONF_FUNCTIONS_CARD), CARD_NO_PORT);
	assert_int_equal(find("0000:03:00.0", CONF_FUNCTIONS_SWITCH), CARD_NO_PORT);
	assert_int_equal(find("0000:03:00.0", CONF_FUNCTIONS_SLOT), CARD_FOUND);
}

static void test_more_than_can_be_seen(void **state)
{
	static const struct row rows[] = {
		{"0000:03:00.0", 0x8086, 0x56a0, 0x0300, false}};

	(void)state;
	MACHINE(rows, 0x8086);
	near.overflow = true;
	assert_int_equal(find("0000:03:00.0", CONF_FUNCTIONS_CARD), CARD_TOO_LARGE);
	assert_int_equal(find("0000:03:00.0", CONF_FUNCTIONS_SWITCH), CARD_TOO_LARGE);
	near.port_vendor = 0x10b5;
	ASSERT_CARD("0000:03:00.0");
}

/* ---- random machines ------------------------------------------------------------- */

static unsigned pick(unsigned n)
{
	return (unsigned)rand() % n;
}

/* Mostly none, and one that may be unbound more often than one that may not. */
static const char *pick_driver(void)
{
	static const char *const drivers[] = {
		"",         "",       "", "", "", "", "xhci_hcd", "snd_hda_intel",
		"vfio-pci", "nouveau"};

	return drivers[pick(10)];
}

/* Half of the machines have little that speaks against taking their card. */
static void make_random_machine(void)
{
	static const uint16_t vendors[] = {0x10de, 0x1002, 0x8086, 0x1022, 0x1234};
	static const uint16_t classes[] = {0x0300, 0x0380, 0x0302, 0x0403,
					   0x0c03, 0x0c80, 0x0108, 0x0200,
					   0x0604, 0x1080, 0x0480, 0x0106};
	bool mild = pick(2);

	memset(&near, 0, sizeof(near));
	near.has_port = pick(2);
	near.port_vendor = vendors[pick(5)];
	for (unsigned bus = 3; bus < 3 + 1 + pick(3) * (unsigned)near.has_port; bus++) {
		for (unsigned n = 0; n < 8; n++) {
			struct pci_function *f = &near.functions[near.count];

			if (pick(3) == 0)
				continue;
			f->address = (struct pci_address){0, (uint8_t)bus, 0, (uint8_t)n};
			f->vendor = vendors[pick(5)];
			f->class_code = (uint32_t)classes[pick(mild ? 6 : 12)] << 8;
			f->linked = n && pick(4) == 0;
			f->virtual = pick(10) == 0;
			f->iommu_group = pick(mild ? 80 : 8) ? 7 : -1;
			f->unidentified = pick(mild ? 200 : 40) == 0;
			f->error = f->unidentified ? EIO : 0;
			strcpy(f->driver, mild && pick(2) ? "" : pick_driver());
			f->drm = f->driver[0] && pick(6) == 0;
			near.count++;
		}
	}
}

/* Up to two functions that are there, the first of another host now and then. */
static void make_random_keep(struct image_keep *ret_keep)
{
	ret_keep->count = near.count ? pick(3) : 0;
	for (unsigned i = 0; i < ret_keep->count; i++)
		ret_keep->addresses[i] = near.functions[pick(near.count)].address;
	if (ret_keep->count && pick(2))
		ret_keep->addresses[0].bus = 0x7f;
}

static bool is_forbidden(const struct pci_function *f)
{
	unsigned base = f->class_code >> 16;

	return base == 0x01 || base == 0x02 || base == 0x06 || base == 0x10;
}

static void shuffle(struct pci_function *functions, unsigned count)
{
	for (unsigned i = count; i > 1; i--) {
		unsigned k = pick(i);
		struct pci_function other = functions[i - 1];

		functions[i - 1] = functions[k];
		functions[k] = other;
	}
}

static bool same_plans(const struct plan *a, const struct plan *b)
{
	if (a->refusal != b->refusal || a->card.count != b->card.count)
		return false;
	for (unsigned i = 0; i < a->card.count; i++) {
		if (card_index(&b->card, &a->card.functions[i].address) < 0)
			return false;
	}
	return true;
}

static const struct pci_function *find_near(struct pci_address address, unsigned number)
{
	address.function = (uint8_t)number;
	for (unsigned i = 0; i < near.count; i++) {
		if (pci_same_address(&near.functions[i].address, &address))
			return &near.functions[i];
	}
	return NULL;
}

/* Nothing in the slot is left behind: neither what is tied to the GPU or has its vendor,
 * nor because nobody knows what it is. */
static void check_whole(const struct conf *conf, const struct plan *plan)
{
	const struct pci_function *gpu = find_near(plan->address, 0);

	if (plan->refusal || conf->rules[0].functions != CONF_FUNCTIONS_CARD)
		return;
	for (unsigned n = 0; n < 8; n++) {
		const struct pci_function *f = find_near(plan->address, n);

		if (!f)
			continue;
		assert_false(f->unidentified);
		if (gpu && gpu->class_code >> 16 == 0x03 && !gpu->virtual &&
		    !f->virtual && (f->linked || f->vendor == gpu->vendor))
			assert_true(card_index(&plan->card, &f->address) >= 0);
	}
}

/* Nobody is driven out of a function but a driver that may be. */
static void check_function(const struct pci_function *f, const struct image_keep *keep)
{
	assert_false(is_forbidden(f));
	assert_true(f->iommu_group >= 0);
	assert_int_equal(f->error, 0);
	for (unsigned i = 0; i < keep->count; i++)
		assert_false(pci_same_address(&f->address, &keep->addresses[i]));
	if (f->driver[0] && strcmp(f->driver, "vfio-pci") != 0) {
		assert_false(f->drm);
		assert_string_not_equal(f->driver, "nouveau");
	}
}

/* A plan that takes holds no forbidden function, none without a group, has what was asked
 * for, ends with the screen, and is the same whatever the order of the functions was.
 * Returns whether it takes. */
static bool check_plan(const struct conf *conf, const struct plan_site *site,
		       const struct plan_facts *facts)
{
	struct plan plan, again;

	plan_make(conf, &conf->rules[0], site, facts, &plan);
	if (plan.refusal) {
		assert_true(plan.reason[0] != '\0');
	} else {
		assert_true(plan.card.count > 0);
		assert_true(card_index(&plan.card, &site->address) >= 0 ||
			    conf->rules[0].functions == CONF_FUNCTIONS_LIST);
	}
	for (unsigned i = 0; i < plan.card.count && !plan.refusal; i++) {
		check_function(&plan.card.functions[i], facts->keep);
		if (i + 1 < plan.card.count &&
		    plan.card.functions[i].class_code >> 16 == 0x03)
			assert_true(plan.card.functions[i + 1].class_code >> 16 == 0x03);
	}
	check_whole(conf, &plan);
	shuffle(near.functions, near.count);
	plan_make(conf, &conf->rules[0], site, facts, &again);
	assert_true(same_plans(&plan, &again));
	return plan.refusal == 0;
}

static void test_random_machines(void **state)
{
	static const char text[] = "[card a]\naddress = 0000:03:00.0\n";
	static struct image_keep keep;
	const struct plan_facts facts = {.keep = &keep};
	struct plan_site site = {.near = &near, .identity_holds = true};
	static struct conf conf;
	unsigned found = 0, taken = 0, of_card = 0;

	(void)state;
	conf_parse(text, strlen(text), &conf);
	srand(4);
	for (int round = 0; round < 60000; round++) {
		make_random_machine();
		make_random_keep(&keep);
		site.address = (struct pci_address){0, (uint8_t)(3 + pick(3)), 0,
						    (uint8_t)pick(8)};
		conf.rules[0].address = site.address;
		conf.rules[0].functions = (enum conf_functions)pick(4);
		conf.rules[0].function_mask = (uint8_t)(1 + pick(255));
		if (check_plan(&conf, &site, &facts)) {
			taken++;
			of_card += conf.rules[0].functions == CONF_FUNCTIONS_CARD;
		}
		found += card_find(&conf.rules[0], &site.address, &near, &card,
				   &missing) == CARD_FOUND;
	}
	/* The machines are not all hopeless: else nothing would have been shown. */
	assert_true(found > 6000);
	assert_true(taken > 1000);
	assert_true(of_card > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_turing),
		cmocka_unit_test(test_a_whole_slot),
		cmocka_unit_test(test_apu_without_its_neighbours),
		cmocka_unit_test(test_emulated_card_by_class),
		cmocka_unit_test(test_arc_audio_on_another_bus),
		cmocka_unit_test(test_two_gpus_below_one_switch),
		cmocka_unit_test(test_chipset_switch_beside_usb),
		cmocka_unit_test(test_virtual_functions_are_no_part),
		cmocka_unit_test(test_what_does_not_say_what_it_is),
		cmocka_unit_test(test_more_than_can_be_seen),
		cmocka_unit_test(test_random_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
