/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of a card for a guest, and the numbers that they have there.
 */
#include <stdlib.h>
#include <string.h>

#include "tool/vm.h"

void vm_add_function(const struct pci_function *function, struct vm_card *card)
{
	struct vm_function *added = &card->functions[card->count++];

	memset(added, 0, sizeof(*added));
	added->host = *function;
}

static bool is_display(const struct vm_function *function)
{
	return function->host.class_code >> 16 == PCI_CLASS_DISPLAY;
}

static int compare(const void *a, const void *b)
{
	const struct vm_function *one = a, *other = b;

	return pci_compare(&one->host.address, &other->host.address);
}

static void put_display_first(struct vm_card *card)
{
	struct vm_function display;

	for (unsigned i = 0; i < card->count; i++) {
		if (!is_display(&card->functions[i]))
			continue;
		display = card->functions[i];
		memmove(&card->functions[1], &card->functions[0], i * sizeof(display));
		card->functions[0] = display;
		return;
	}
}

/* A guest looks for the functions of a slot only where there is a function 0. In one slot
 * with such a function each keeps its number; else they are counted, and the GPU comes
 * first. */
static void number_functions(struct vm_card *card)
{
	const struct pci_address *first = &card->functions[0].host.address;
	bool keep;

	qsort(card->functions, card->count, sizeof(card->functions[0]), compare);
	keep = first->function == 0 &&
	       pci_same_slot(first, &card->functions[card->count - 1].host.address);
	if (!keep)
		put_display_first(card);
	for (unsigned i = 0; i < card->count; i++)
		card->functions[i].guest =
			keep ? card->functions[i].host.address.function : i;
}

/* Whether the functions are all of one slot, so that its address alone means them. */
static bool is_slot(const struct sys_root *root, const struct vm_card *card)
{
	const struct pci_address *first = &card->functions[0].host.address;
	const struct pci_address *last = &card->functions[card->count - 1].host.address;
	struct pci_function slot[PCI_SLOT_FUNCTIONS];

	return card->count > 1 && first->function == 0 && pci_same_slot(first, last) &&
	       pci_read_slot(root, first, slot) == (int)card->count;
}

void vm_number_functions(const struct sys_root *root, struct vm_card *card)
{
	number_functions(card);
	card->is_slot = is_slot(root, card);
}
