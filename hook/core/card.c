/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions that a rule means. Whether they may be taken is the plan's business.
 */
#include "hook/core/card.h"

#include <errno.h>

static unsigned wanted_mask(const struct conf_rule *rule, unsigned present)
{
	return rule->functions == CONF_FUNCTIONS_LIST ? rule->function_mask : present;
}

int card_select(const struct conf_rule *rule, const struct pci_function *slot,
		unsigned count, struct card *ret_card, unsigned *ret_missing)
{
	unsigned present = 0, wanted;

	for (unsigned i = 0; i < count; i++)
		present |= 1U << slot[i].address.function;
	wanted = wanted_mask(rule, present);
	ret_card->count = 0;
	for (unsigned i = 0; i < count; i++) {
		if (wanted & 1U << slot[i].address.function)
			ret_card->functions[ret_card->count++] = slot[i];
	}
	wanted |= 1U << rule->address.function;
	for (unsigned n = 0; n < PCI_SLOT_FUNCTIONS; n++) {
		if (wanted & ~present & 1U << n) {
			*ret_missing = n;
			return -ENOENT;
		}
	}
	return 0;
}
