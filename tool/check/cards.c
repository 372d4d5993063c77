/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands beside the cards that will be taken: neighbours in the IOMMU group, what
 * hangs on their USB ports, and a framebuffer that would stay in their memory.
 */
#include <stdio.h>
#include <string.h>

#include "hook/core/iomem.h"
#include "hook/core/usb.h"
#include "hook/core/words.h"
#include "tool/check/check.h"

#define CLASS_VGA 0x0300
#define CLASS_USB 0x0c03
#define BOOTFB    "BOOTFB" /* drivers/firmware/sysfb_simplefb.c */

static struct check_finding *add(struct check *check, enum check_weight weight,
				 const struct plan *plan, uint16_t event,
				 const struct pci_address *function, const char *text)
{
	struct check_finding *finding =
		check_add(check, weight, trace_event_find(event)->name, "%s", text);

	snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
	check_set_function(finding, function);
	check_explain(check, event, finding);
	return finding;
}

static void check_group(struct check *check, const struct plan *plan)
{
	struct check_finding *finding;
	struct pci_function holders[SURVEY_MAX_NEIGHBOURS];
	unsigned count = survey_holders(check->root, &plan->card, holders);
	char text[CHECK_TEXT_SIZE];

	for (unsigned i = 0; i < count && i < SURVEY_MAX_NEIGHBOURS; i++) {
		if (check_is_taken(check, &holders[i].address))
			continue;
		snprintf(text, sizeof(text), "it shares IOMMU group %d and is with %s",
			 holders[i].iommu_group, holders[i].driver);
		finding = add(check, CHECK_ERROR, plan, TRACE_GROUP_SHARED,
			      &holders[i].address, text);
		if (plan_name_forbidden(holders[i].class_code))
			check_set_remedy(finding,
					 "move the card to another slot; gpupass gives "
					 "no device of this kind to a VM, and an ACS "
					 "override in the kernel is not a cure");
	}
}

/* What the planner would refuse if the driver were there at boot goes with the card when
 * it is not. */
static void check_usb(struct check *check, const struct plan *plan,
		      const struct pci_function *function)
{
	struct check_finding *finding;
	struct usb_seen seen;

	if (function->class_code >> 8 != CLASS_USB ||
	    usb_look(check->root, &function->address, &seen) < 0)
		return;
	if (seen.disk[0]) {
		finding =
			check_add(check, CHECK_WARNING, "usb-disk",
				  "USB storage %s is plugged into this card", seen.disk);
		snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
		check_set_function(finding, &function->address);
		check_set_reason(finding, "it goes to the VM with the card, and the host "
					  "does not see it any more");
		check_set_remedy(finding, "plug it into a port of the board");
	}
	if (seen.keyboards && !seen.other_keyboards)
		add(check, CHECK_WARNING, plan, TRACE_ONLY_KEYBOARD, &function->address,
		    "the only keyboard of this machine is plugged into this card");
}

/* vfio-pci takes the framebuffer off a class-0300 card alone, and no driver's unbind
 * frees what the kernel has reserved for it. */
static void check_framebuffer(struct check *check, const struct plan *plan,
			      const struct pci_function *function)
{
	struct iomem_held held[IOMEM_MAX_HELD];
	int found;
	size_t length;

	/* What holds it now is not there any more in a boot with this word. */
	if (words_with_item(check->loader.next, "initcall_blacklist", "sysfb_init",
			    &length) &&
	    !words_with_item(check->loader.now, "initcall_blacklist", "sysfb_init",
			     &length))
		return;
	if (function->class_code >> 16 != PCI_CLASS_DISPLAY ||
	    function->class_code >> 8 == CLASS_VGA)
		return;
	found = iomem_find_held(check->root, &function->address, 1, held);
	for (int i = 0; i < found; i++) {
		struct check_finding *finding;
		char text[64];

		if (strcmp(held[i].holder, BOOTFB) != 0)
			continue;
		snprintf(text, sizeof(text), "%s is held by " BOOTFB, held[i].bar);
		finding = add(check, CHECK_ERROR, plan, TRACE_BAR_HELD,
			      &function->address, text);
		boot_loader_advise_add(&check->loader, "initcall_blacklist=sysfb_init",
				       finding->remedy, sizeof(finding->remedy));
	}
}

void check_cards(struct check *check)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		if (plan->refusal)
			continue;
		check_group(check, plan);
		for (unsigned k = 0; k < plan->card.count; k++) {
			check_usb(check, plan, &plan->card.functions[k]);
			check_framebuffer(check, plan, &plan->card.functions[k]);
		}
	}
}
