/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who shares an IOMMU group with a card. Names them, touches none.
 */
#include "hook/core/survey.h"

#include <string.h>

#define GROUP_PATH  64
#define BRIDGE_HOST 0x0600 /* class codes */
#define BRIDGE_PCI  0x0604
#define BRIDGE_BUS  0x0607 /* CardBus */

struct neighbours {
	const struct sys_root *root;
	const struct card *card;
	const struct plan *plans; /* whose cards are none, NULL where all are */
	unsigned plan_count;
	bool with_driver; /* only what has a native driver now */
	unsigned count;
	struct pci_function *functions;
};

bool survey_is_overlooked(const struct pci_function *function)
{
	uint32_t class_code = function->class_code >> 8;

	return class_code == BRIDGE_PCI || class_code == BRIDGE_BUS ||
	       (class_code == BRIDGE_HOST && !function->driver[0]);
}

static bool is_for_vm(const struct pci_function *function)
{
	return pci_is_vfio_driver(function->driver) ||
	       strcmp(function->driver, "pci-stub") == 0;
}

/* With a driver that is meant for VMs, or soon to be. */
static bool is_given_away(const struct neighbours *neighbours,
			  const struct pci_function *function)
{
	if (is_for_vm(function))
		return true;
	for (unsigned i = 0; i < neighbours->plan_count; i++) {
		if (!neighbours->plans[i].refusal &&
		    card_index(&neighbours->plans[i].card, &function->address) >= 0)
			return true;
	}
	return false;
}

/* The first ones in the order of addresses are kept. */
static int add_neighbour(const struct pci_address *address, void *data)
{
	struct neighbours *neighbours = data;
	struct pci_function function;
	unsigned at;

	if (card_index(neighbours->card, address) >= 0 ||
	    pci_read_function(neighbours->root, address, &function) < 0 ||
	    survey_is_overlooked(&function) ||
	    (neighbours->plans && is_given_away(neighbours, &function)) ||
	    (neighbours->with_driver && (!function.driver[0] || is_for_vm(&function))))
		return 0;
	at = neighbours->count < SURVEY_MAX_NEIGHBOURS ? neighbours->count
						       : SURVEY_MAX_NEIGHBOURS;
	neighbours->count++;
	for (; at > 0 && pci_compare(address, &neighbours->functions[at - 1].address) < 0;
	     at--) {
		if (at < SURVEY_MAX_NEIGHBOURS)
			neighbours->functions[at] = neighbours->functions[at - 1];
	}
	if (at < SURVEY_MAX_NEIGHBOURS)
		neighbours->functions[at] = function;
	return 0;
}

static bool is_new_group(const struct card *card, unsigned number)
{
	for (unsigned i = 0; i < number; i++) {
		if (card->functions[i].iommu_group == card->functions[number].iommu_group)
			return false;
	}
	return card->functions[number].iommu_group >= 0;
}

static unsigned find_neighbours(struct neighbours *neighbours)
{
	const struct card *card = neighbours->card;
	char path[GROUP_PATH];

	for (unsigned i = 0; i < card->count; i++) {
		if (!is_new_group(card, i))
			continue;
		sys_format(path, sizeof(path), "sys/kernel/iommu_groups/%d/devices",
			   card->functions[i].iommu_group);
		topology_each_in(neighbours->root, path, add_neighbour, neighbours);
	}
	return neighbours->count;
}

unsigned survey_neighbours(const struct sys_root *root, const struct card *card,
			   struct pci_function *ret_functions)
{
	struct neighbours neighbours = {
		.root = root, .card = card, .functions = ret_functions};

	return find_neighbours(&neighbours);
}

unsigned survey_obstacles(const struct sys_root *root, const struct card *card,
			  const struct plan *plans, unsigned plan_count,
			  struct pci_function *ret_functions)
{
	struct neighbours neighbours = {.root = root,
					.card = card,
					.plans = plans,
					.plan_count = plan_count,
					.functions = ret_functions};

	return find_neighbours(&neighbours);
}

unsigned survey_holders(const struct sys_root *root, const struct card *card,
			struct pci_function *ret_functions)
{
	struct neighbours neighbours = {.root = root,
					.card = card,
					.with_driver = true,
					.functions = ret_functions};

	return find_neighbours(&neighbours);
}
