/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cards: the cards of a machine, each with what a person wants to know of it. What
 * belongs together is core's word (hook/core/card.h). Reads, prints nothing.
 */
#ifndef GPUPASS_CARDS_H
#define GPUPASS_CARDS_H

#include "hook/core/survey.h"

#define CARDS_RESET_SIZE 64

/* What pci_function does not have. */
struct cards_details {
	char path[TOPOLOGY_PATH_SIZE]; /* as gpupass.conf(5) takes it; empty = unknown */
	struct pci_range bars[PCI_BARS];      /* flags are 0 where there is none */
	char reset_methods[CARDS_RESET_SIZE]; /* as the kernel lists them; empty = none */
	bool console;                         /* the firmware's console is on it */
};

struct cards_card {
	enum card_result found; /* not CARD_FOUND: a GPU that cannot be told as a whole
				 * card, here all alone */
	struct card card;       /* the GPU first */
	int numa_node; /* of the GPU; -1 = the machine has one, or it is not known */
	struct cards_details details[CARD_MAX_FUNCTIONS];
	unsigned neighbour_count; /* all; the first SURVEY_MAX_NEIGHBOURS are here */
	struct pci_function neighbours[SURVEY_MAX_NEIGHBOURS];
};

struct cards {
	unsigned count;
	struct cards_card *cards; /* in the order of addresses */
	unsigned function_count;
	struct pci_function *functions; /* all of the machine, in order too */
	bool switch_unknown; /* without root, bridges above a GPU do not tell their kind:
			      * whether they are of the card is not known */
};

/* All display functions with what belongs to them; SR-IOV virtual functions are nobody's
 * card. 0 or -errno when the machine's functions cannot be listed or there is no memory.
 * cards_free() frees. */
int cards_read(const struct sys_root *root, struct cards *ret_cards);
void cards_free(struct cards *cards);

/* Bytes of a BAR; 0 = there is none. */
uint64_t cards_bar_size(const struct pci_range *bar);
bool cards_bar_is_io(const struct pci_range *bar);

/* Whether function keeps VMs from opening its group: with what is not meant for them. */
bool cards_is_held(const struct pci_function *function);

#endif
