/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The card of the story as plan sees it, and what becomes of a rule for it. Include it
 * after cmocka.h and what that needs.
 */
#ifndef GPUPASS_MADE_PLAN_H
#define GPUPASS_MADE_PLAN_H

#include <string.h>

#include "hook/core/plan.h"

static struct conf conf;
static struct topology_near near;
static struct pci_function *const slot = near.functions;
static struct plan_site site;
static struct image_keep keep;
static struct plan_facts facts;
static struct plan plan;

/* The RTX 2080 Ti of the story, before any driver came. */
static inline int setup(void **state)
{
	static const struct {
		uint16_t device;
		uint32_t class_code;
	} turing[] = {{0x1e07, 0x030000},
		      {0x10f7, 0x040300},
		      {0x1ad6, 0x0c0330},
		      {0x1ad7, 0x0c8000}};
	static const char text[] =
		"[card win11]\naddress = 0000:83:00.0\nid = 10de:1e07\n";

	(void)state;
	conf_parse(text, strlen(text), &conf);
	memset(&near, 0, sizeof(near));
	memset(&site, 0, sizeof(site));
	site.near = &near;
	site.address = conf.rules[0].address;
	for (unsigned count = 0; count < 4; count++) {
		slot[count].address = conf.rules[0].address;
		slot[count].address.function = (uint8_t)count;
		slot[count].vendor = 0x10de;
		slot[count].device = turing[count].device;
		slot[count].class_code = turing[count].class_code;
		slot[count].iommu_group = 14;
		slot[count].boot_vga = -1;
	}
	near.count = 4;
	memset(&keep, 0, sizeof(keep));
	memset(&facts, 0, sizeof(facts));
	facts.keep = &keep;
	return 0;
}

static inline void make(void)
{
	site.address = conf.rules[0].address;
	for (unsigned i = 0; i < near.count; i++) {
		if (pci_same_address(&slot[i].address, &site.address))
			site.identity_holds = !conf.rules[0].has_id ||
					      (slot[i].vendor == conf.rules[0].vendor &&
					       slot[i].device == conf.rules[0].device);
	}
	plan_make(&conf, &conf.rules[0], &site, &facts, &plan);
}

static inline void assert_refused(uint16_t refusal, int function, const char *reason)
{
	make();
	assert_int_equal(plan.refusal, refusal);
	if (function < 0)
		assert_int_equal(plan.about, -1);
	else
		assert_int_equal(plan.card.functions[plan.about].address.function,
				 function);
	assert_non_null(strstr(plan.reason, reason));
}

#endif
