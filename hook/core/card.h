/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card: which functions belong together. Pure: functions in, a card out; the order in
 * which the functions below a switch are given makes no difference.
 */
#ifndef GPUPASS_CARD_H
#define GPUPASS_CARD_H

#include "hook/core/conf.h"

#define CARD_MAX_FUNCTIONS 16

struct card {
	unsigned count;
	struct pci_function functions[CARD_MAX_FUNCTIONS]; /* .0 of the GPU first */
};

enum card_result {
	CARD_FOUND,
	CARD_ABSENT,     /* a function that is wanted is not there: ret_missing */
	CARD_NO_DISPLAY, /* no GPU in the slot, so that nobody can tell what belongs to it
			  */
	CARD_NOT_OF_IT,  /* the function at the address is not one of the GPU beside it */
	CARD_NO_SWITCH,  /* "switch", and the card lies below none */
	CARD_TOO_LARGE,  /* more functions than CARD_MAX_FUNCTIONS or TOPOLOGY_MAX_NEAR */
	CARD_UNREADABLE, /* what may be of the card does not say what it is: ret_missing
			  */
	CARD_NO_PORT, /* the bridge near->unknown does not say whether it is a switch's */
};

/*
 * The card that wanted means, from the function at address and what is near it.
 * CONF_FUNCTIONS_CARD:
 *  - the GPU is function 0 of the slot (a display class, 03), or, from an audio function
 *    below a switch, the only display function below the same upstream port;
 *  - in its slot, what the kernel's device links tie to it, and what has its vendor;
 *  - when that adds nothing and the vendor is none of those that make GPUs and whose
 * rules are known: the functions of the slot with a class that cards have;
 *  - on a card with a switch of its own (Intel Arc), the one audio function below the
 * same upstream port, when port, GPU and audio have one vendor and no other display
 * function is below it.
 * What does not say what it is, in the slot or below such a port, may be of the card.
 * The others are the user's own word: every function of the slot,
 * every endpoint below the nearest upstream port, or function_mask.
 */
enum card_result card_find(const struct conf_rule *wanted,
			   const struct pci_address *address,
			   const struct topology_near *near, struct card *ret_card,
			   struct pci_address *ret_missing);

/* The number of a function in the card, or -1. */
int card_index(const struct card *card, const struct pci_address *address);

#endif
