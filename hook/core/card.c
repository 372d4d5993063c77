/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions that a rule means. Whether they may be taken is the plan's business.
 */
#include "hook/core/card.h"

#include <string.h>

#define CLASS_DISPLAY 0x03
#define CLASS_AUDIO   0x0403 /* HD Audio */

#define VENDOR_AMD    0x1002
#define VENDOR_NVIDIA 0x10de
#define VENDOR_INTEL  0x8086

/* Display, audio, USB, serial bus (UCSI): what stands on cards. */
static const uint16_t card_classes[] = {0x0300, 0x0302, 0x0380, 0x0401,
					0x0403, 0x0c03, 0x0c80};

static bool is_display(const struct pci_function *function)
{
	return function->class_code >> 16 == CLASS_DISPLAY && !function->virtual;
}

static bool is_audio(const struct pci_function *function)
{
	return function->class_code >> 8 == CLASS_AUDIO;
}

static bool has_card_class(const struct pci_function *function)
{
	for (unsigned i = 0; i < sizeof(card_classes) / sizeof(card_classes[0]); i++) {
		if (function->class_code >> 8 == card_classes[i])
			return true;
	}
	return false;
}

int card_index(const struct card *card, const struct pci_address *address)
{
	for (unsigned i = 0; i < card->count; i++) {
		if (pci_same_address(&card->functions[i].address, address))
			return (int)i;
	}
	return -1;
}

static enum card_result add(struct card *card, const struct pci_function *function)
{
	if (card->count == CARD_MAX_FUNCTIONS)
		return CARD_TOO_LARGE;
	card->functions[card->count++] = *function;
	return CARD_FOUND;
}

static const struct pci_function *find(const struct topology_near *near,
				       const struct pci_address *address)
{
	for (unsigned i = 0; i < near->count; i++) {
		if (pci_same_address(&near->functions[i].address, address))
			return &near->functions[i];
	}
	return NULL;
}

/* The only function below the port for which is() holds, or NULL. What is in the slot of
 * the address lies below the port, too. */
static const struct pci_function *
find_only(const struct topology_near *near,
	  bool (*is)(const struct pci_function *function))
{
	const struct pci_function *only = NULL;

	for (unsigned i = 0; i < near->count; i++) {
		if (!is(&near->functions[i]))
			continue;
		if (only)
			return NULL;
		only = &near->functions[i];
	}
	return only;
}

static bool is_own_switch(const struct topology_near *near,
			  const struct pci_function *gpu)
{
	return near->has_port && !near->overflow && near->port_vendor == gpu->vendor &&
	       find_only(near, is_display) == gpu;
}

/* The GPU beside the function at address: function 0 of its slot, or that of the switch
 * that both are on. */
static const struct pci_function *find_gpu(const struct topology_near *near,
					   const struct pci_address *address)
{
	struct pci_address zero = *address;
	const struct pci_function *first, *gpu = find_only(near, is_display);

	zero.function = 0;
	first = find(near, &zero);
	if (first && is_display(first))
		return first;
	first = find(near, address);
	if (gpu && first && is_audio(first) && is_own_switch(near, gpu) &&
	    first->vendor == gpu->vendor)
		return gpu;
	return NULL;
}

static bool belongs(const struct pci_function *gpu, const struct pci_function *function)
{
	return pci_same_slot(&function->address, &gpu->address) && !function->virtual &&
	       (function->linked || function->vendor == gpu->vendor);
}

/* Makers whose functions carry their vendor or a link. An APU's neighbours are no card,
 * whatever their class. */
static bool is_known_maker(uint16_t vendor)
{
	return vendor == VENDOR_AMD || vendor == VENDOR_NVIDIA || vendor == VENDOR_INTEL;
}

static enum card_result add_slot(const struct topology_near *near,
				 const struct pci_function *gpu, bool by_class,
				 struct card *card)
{
	enum card_result result = CARD_FOUND;

	for (unsigned i = 0; i < near->count && result == CARD_FOUND; i++) {
		const struct pci_function *function = &near->functions[i];

		if (function == gpu)
			continue;
		if (by_class ? pci_same_slot(&function->address, &gpu->address) &&
				       has_card_class(function) && !function->virtual
			     : belongs(gpu, function))
			result = add(card, function);
	}
	return result;
}

static enum card_result add_switch_audio(const struct topology_near *near,
					 const struct pci_function *gpu,
					 struct card *card)
{
	const struct pci_function *audio = find_only(near, is_audio);

	if (!audio || !is_own_switch(near, gpu) || audio->vendor != gpu->vendor ||
	    pci_same_slot(&audio->address, &gpu->address))
		return CARD_FOUND;
	return add(card, audio);
}

/* What may be of the card, and does not say what it is: the one with the lowest address,
 * or NULL. A card with a switch of its own has one maker. */
static const struct pci_function *find_unidentified(const struct topology_near *near,
						    const struct pci_function *from)
{
	bool own_switch = near->has_port && near->port_vendor == from->vendor;

	const struct pci_function *lowest = NULL;

	for (unsigned i = 0; i < near->count; i++) {
		const struct pci_function *function = &near->functions[i];

		if (function->unidentified &&
		    (own_switch || pci_same_slot(&function->address, &from->address)) &&
		    (!lowest || pci_compare(&function->address, &lowest->address) < 0))
			lowest = function;
	}
	return lowest;
}

static enum card_result check_near(const struct topology_near *near,
				   const struct pci_function *from,
				   struct pci_address *ret_missing)
{
	const struct pci_function *unidentified = find_unidentified(near, from);

	if (unidentified) {
		*ret_missing = unidentified->address;
		return CARD_UNREADABLE;
	}
	if (near->error)
		return CARD_NO_PORT;
	if (near->has_port && near->overflow && near->port_vendor == from->vendor)
		return CARD_TOO_LARGE;
	return CARD_FOUND;
}

static enum card_result find_whole(const struct pci_address *address,
				   const struct topology_near *near, struct card *card)
{
	const struct pci_function *gpu = find_gpu(near, address);
	enum card_result result;

	if (!gpu)
		return CARD_NO_DISPLAY;
	result = add(card, gpu);
	if (result == CARD_FOUND)
		result = add_slot(near, gpu, false, card);
	if (result == CARD_FOUND && card->count == 1 && !is_known_maker(gpu->vendor))
		result = add_slot(near, gpu, true, card);
	if (result == CARD_FOUND)
		result = add_switch_audio(near, gpu, card);
	if (result == CARD_FOUND && card_index(card, address) < 0)
		result = CARD_NOT_OF_IT;
	return result;
}

/* The functions of the slot that mask names. */
static enum card_result find_masked(const struct pci_address *address, unsigned mask,
				    const struct topology_near *near, struct card *card,
				    struct pci_address *ret_missing)
{
	struct pci_address at = *address;

	for (unsigned n = 0; n < PCI_SLOT_FUNCTIONS; n++) {
		const struct pci_function *function;

		at.function = (uint8_t)n;
		function = find(near, &at);
		if (!(mask & 1U << n))
			continue;
		if (!function) {
			*ret_missing = at;
			return CARD_ABSENT;
		}
		add(card, function);
	}
	return CARD_FOUND;
}

static enum card_result find_slot(const struct pci_address *address,
				  const struct topology_near *near, struct card *card)
{
	for (unsigned i = 0; i < near->count; i++) {
		if (pci_same_slot(&near->functions[i].address, address))
			add(card, &near->functions[i]);
	}
	return CARD_FOUND;
}

static enum card_result find_switch(const struct topology_near *near, struct card *card)
{
	enum card_result result = CARD_FOUND;

	if (near->error)
		return CARD_NO_PORT;
	if (!near->has_port)
		return CARD_NO_SWITCH;
	for (unsigned i = 0; i < near->count && result == CARD_FOUND; i++)
		result = add(card, &near->functions[i]);
	return near->overflow ? CARD_TOO_LARGE : result;
}

enum card_result card_find(const struct conf_rule *wanted,
			   const struct pci_address *address,
			   const struct topology_near *near, struct card *ret_card,
			   struct pci_address *ret_missing)
{
	const struct pci_function *from = find(near, address);
	enum card_result result;

	ret_card->count = 0;
	*ret_missing = *address;
	if (!from)
		return CARD_ABSENT;
	switch (wanted->functions) {
	case CONF_FUNCTIONS_CARD:
		result = check_near(near, from, ret_missing);
		return result == CARD_FOUND ? find_whole(address, near, ret_card)
					    : result;
	case CONF_FUNCTIONS_SLOT:
		return find_slot(address, near, ret_card);
	case CONF_FUNCTIONS_SWITCH:
		return find_switch(near, ret_card);
	case CONF_FUNCTIONS_LIST:
		break;
	}
	return find_masked(address, wanted->function_mask, near, ret_card, ret_missing);
}
