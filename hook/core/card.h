/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card: which functions belong together. Pure: functions in, a card out.
 */
#ifndef GPUPASS_CARD_H
#define GPUPASS_CARD_H

#include "hook/core/conf.h"

#define CARD_MAX_FUNCTIONS PCI_SLOT_FUNCTIONS

struct card {
	unsigned count;
	struct pci_function
		functions[CARD_MAX_FUNCTIONS]; /* in the order of their numbers */
};

/* The functions that rule means, out of the count functions of its address's slot.
 * Returns 0, or -ENOENT when the function at the rule's address or one that the rule
 * lists is not among them; ret_missing is then its number, and ret_card what was found.
 */
int card_select(const struct conf_rule *rule, const struct pci_function *slot,
		unsigned count, struct card *ret_card, unsigned *ret_missing);

#endif
