// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the planner for a section with just an address. What only speaks against taking
 * the card now is no reason to withhold the section.
 */
#include "tool/card_at.h"

#include <string.h>

#include "hook/core/survey.h"
#include "tool/gpupass.h"

bool card_at_is_refused(const struct sys_root *root, const struct pci_address *address)
{
	static const struct image_keep nothing;
	static const struct plan_facts facts = {.keep = &nothing};
	static struct conf conf = {.rule_count = 1};
	static struct plan plan;
	char text[PCI_ADDRESS_SIZE];

	conf.rules[0].has_address = true;
	conf.rules[0].address = *address;
	survey_plan(root, &conf, &facts, &plan);
	if (plan.found == CARD_FOUND && plan.refusal != TRACE_REFUSED_CLASS &&
	    plan.refusal != TRACE_REFUSED_UNREADABLE)
		return false;
	if (plan.about < 0) {
		complain("%s", plan.reason);
		return true;
	}
	pci_format_address(&plan.card.functions[plan.about].address, text);
	complain("%s: %s: %s%s%s", text, trace_event_find(plan.refusal)->phrase,
		 plan.reason, plan.error ? ": " : "",
		 plan.error ? strerror(plan.error) : "");
	return true;
}
