/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision for each rule, with its reason. The checks stand in the order in which a
 * person would ask: is it there, is it not too late, is it the right thing, may it be
 * taken at all, can it be taken now.
 */
#include "hook/core/plan.h"

#include <errno.h>
#include <string.h>

/* Unbound without a word from the user: each gives its device up cleanly and at once
 * (nvidia-gpu is the I2C side of the card's USB-C port, not the graphics driver). */
static const char *const safe_drivers[] = {
	"xhci_hcd", "ehci-pci", "ohci-pci", "uhci_hcd", "snd_hda_intel", "nvidia-gpu",
};

static const struct {
	uint8_t base_class;
	const char *what;
} forbidden_classes[] = {
	{0x01, "a storage controller"},
	{0x02, "a network controller"},
	{0x06, "a bridge"},
	{0x10, "an encryption controller"},
};

static void refuse(struct plan *plan, uint16_t refusal, int about)
{
	plan->refusal = refusal;
	plan->about = about;
}

static void check_rule(const struct conf *conf, const struct conf_rule *rule,
		       struct plan *plan)
{
	if (conf->refuse_all) {
		refuse(plan, TRACE_REFUSED_BROKEN, -1);
		sys_format(plan->reason, sizeof(plan->reason),
			   "outside the cards' sections, so that none is touched");
	} else if (rule->broken) {
		refuse(plan, TRACE_REFUSED_BROKEN, -1);
		sys_format(plan->reason, sizeof(plan->reason),
			   "in the section from line %u on", rule->line);
	}
}

static void check_presence(const struct pci_function *slot, unsigned count,
			   struct plan *plan)
{
	char text[PCI_ADDRESS_SIZE];
	struct pci_address missing = plan->rule->address;
	unsigned number;

	if (card_select(plan->rule, slot, count, &plan->card, &number) == 0)
		return;
	missing.function = (uint8_t)number;
	pci_format_address(&missing, text);
	refuse(plan, TRACE_REFUSED_ABSENT, -1);
	sys_format(plan->reason, sizeof(plan->reason), "%s is not on this machine%s",
		   text, count ? ", though its slot is not empty" : "");
}

static void check_readable(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		if (plan->card.functions[i].error == 0)
			continue;
		refuse(plan, TRACE_REFUSED_UNREADABLE, (int)i);
		sys_format(plan->reason, sizeof(plan->reason),
			   "its attribute %s in sysfs",
			   plan->card.functions[i].unreadable);
		plan->error = plan->card.functions[i].error;
		return;
	}
}

/* The number of a function in the card, or -1. */
static int find_in_card(const struct card *card, const struct pci_address *address)
{
	for (unsigned i = 0; i < card->count; i++) {
		if (pci_same_address(&card->functions[i].address, address))
			return (int)i;
	}
	return -1;
}

static void check_identity(const struct pci_function *slot, unsigned count,
			   struct plan *plan)
{
	const struct conf_rule *rule = plan->rule;

	for (unsigned i = 0; i < count; i++) {
		if (!pci_same_address(&slot[i].address, &rule->address) || !rule->has_id)
			continue;
		if (slot[i].vendor == rule->vendor && slot[i].device == rule->device)
			continue;
		refuse(plan, TRACE_REFUSED_IDENTITY,
		       find_in_card(&plan->card, &slot[i].address));
		sys_format(plan->reason, sizeof(plan->reason),
			   "%04x:%04x of class %04x, where the section wants %04x:%04x",
			   slot[i].vendor, slot[i].device, slot[i].class_code >> 8,
			   rule->vendor, rule->device);
	}
}

static void check_class(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		uint32_t class_code = plan->card.functions[i].class_code;

		for (unsigned k = 0;
		     k < sizeof(forbidden_classes) / sizeof(forbidden_classes[0]); k++) {
			if (class_code >> 16 != forbidden_classes[k].base_class)
				continue;
			refuse(plan, TRACE_REFUSED_CLASS, (int)i);
			sys_format(plan->reason, sizeof(plan->reason),
				   "it is %s (class %04x)", forbidden_classes[k].what,
				   class_code >> 8);
			return;
		}
	}
}

static void check_keep(const struct image_keep *keep, struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		for (unsigned k = 0; k < keep->count; k++) {
			if (!pci_same_address(&plan->card.functions[i].address,
					      &keep->addresses[k]))
				continue;
			refuse(plan, TRACE_REFUSED_KEEP, (int)i);
			sys_format(plan->reason, sizeof(plan->reason),
				   "a filesystem or swap lies behind it");
			return;
		}
	}
}

static void check_group(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		if (plan->card.functions[i].iommu_group >= 0)
			continue;
		refuse(plan, TRACE_REFUSED_NO_GROUP, (int)i);
		sys_format(plan->reason, sizeof(plan->reason),
			   "switch the IOMMU on in the firmware setup (VT-d, AMD-Vi) "
			   "and, for "
			   "Intel, with intel_iommu=on on the kernel command line");
		return;
	}
}

static bool may_unbind(const struct conf_rule *rule, const char *driver)
{
	for (unsigned i = 0; i < sizeof(safe_drivers) / sizeof(safe_drivers[0]); i++) {
		if (strcmp(driver, safe_drivers[i]) == 0)
			return true;
	}
	for (unsigned i = 0; i < rule->unbind_count; i++) {
		if (strcmp(driver, rule->unbind[i]) == 0)
			return true;
	}
	return false;
}

static void check_driver(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *function = &plan->card.functions[i];
		const char *why;

		if (function->driver[0] == '\0' ||
		    strcmp(function->driver, plan->rule->driver) == 0)
			continue;
		if (function->drm)
			why = "a DRM driver, which is never unbound";
		else if (!may_unbind(plan->rule, function->driver))
			why = "which is unbound only when the section's unbind names it";
		else
			continue;
		refuse(plan, TRACE_REFUSED_DRIVER, (int)i);
		sys_format(plan->reason, sizeof(plan->reason), "%s, %s", function->driver,
			   why);
		return;
	}
}

static void check_facts(const struct plan_facts *facts, struct plan *plan)
{
	if (facts->late) {
		refuse(plan, TRACE_REFUSED_LATE, -1);
		sys_format(plan->reason, sizeof(plan->reason),
			   "gpupass must run before it: rebuild the image and look at "
			   "its order");
	} else if (facts->keep_broken) {
		refuse(plan, TRACE_REFUSED_KEEP_LIST, -1);
		sys_format(plan->reason, sizeof(plan->reason), "rebuild the image");
	}
}

/* The order of work: the function that carries the screen last, so that an earlier
 * failure leaves the picture alone. */
static void put_first_last(struct card *card)
{
	struct pci_function first = card->functions[0];

	if (card->count < 2 || first.address.function != 0)
		return;
	memmove(&card->functions[0], &card->functions[1],
		(card->count - 1) * sizeof(card->functions[0]));
	card->functions[card->count - 1] = first;
}

void plan_make(const struct conf *conf, const struct conf_rule *rule,
	       const struct pci_function *slot, unsigned count,
	       const struct plan_facts *facts, struct plan *ret_plan)
{
	struct plan *plan = ret_plan;

	memset(plan, 0, sizeof(*plan));
	plan->rule = rule;
	plan->about = -1;
	check_rule(conf, rule, plan);
	if (!plan->refusal)
		check_presence(slot, count, plan);
	put_first_last(&plan->card);
	if (!plan->refusal)
		check_facts(facts, plan);
	if (!plan->refusal)
		check_readable(plan);
	if (!plan->refusal)
		check_identity(slot, count, plan);
	if (!plan->refusal)
		check_class(plan);
	if (!plan->refusal)
		check_keep(facts->keep, plan);
	if (!plan->refusal)
		check_group(plan);
	if (!plan->refusal)
		check_driver(plan);
}

static bool want_same_card(const struct plan *a, const struct plan *b)
{
	return !a->rule->broken && !b->rule->broken &&
	       pci_same_slot(&a->rule->address, &b->rule->address);
}

void plan_refuse_shared(struct plan *plans, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		for (unsigned k = 0; k < count; k++) {
			if (k == i || !want_same_card(&plans[i], &plans[k]))
				continue;
			refuse(&plans[i], TRACE_REFUSED_SHARED, -1);
			sys_format(plans[i].reason, sizeof(plans[i].reason),
				   "[card %s] names it too", plans[k].rule->name);
			break;
		}
	}
}
