// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The planner's decisions in words.
 */
#include "tool/plan_text.h"

#include <string.h>

#include "tool/gpupass.h"
#include "tool/names.h"

#define COLUMNS   4
#define MAX_NAMED 4 /* neighbours of a card */

struct row {
	char address[PCI_ADDRESS_SIZE];
	char id[16];
	struct print_cell cells[COLUMNS];
};

static void make_row(const struct pci_function *function, struct row *row)
{
	pci_format_address(&function->address, row->address);
	sys_format(row->id, sizeof(row->id), "%04x:%04x", function->vendor,
		   function->device);
	row->cells[0] = (struct print_cell){"", PRINT_PLAIN};
	row->cells[1] = (struct print_cell){row->address, PRINT_PLAIN};
	row->cells[2] = (struct print_cell){row->id, PRINT_PLAIN};
	row->cells[3] =
		(struct print_cell){names_pci_class(function->class_code), PRINT_PLAIN};
}

void plan_text_functions(const struct plan *plan)
{
	struct card card = plan->card;
	unsigned widths[COLUMNS] = {0};
	struct row row;

	topology_sort(card.functions, card.count);
	for (unsigned i = 0; i < card.count; i++) {
		make_row(&card.functions[i], &row);
		print_measure_row(row.cells, COLUMNS, widths);
	}
	for (unsigned i = 0; i < card.count; i++) {
		make_row(&card.functions[i], &row);
		fputs("  ", stdout);
		print_row(stdout, row.cells, COLUMNS, widths, false);
	}
}

static void warn_refusal(const struct plan *plan)
{
	const struct pci_function *about =
		plan->about >= 0 ? &plan->card.functions[plan->about] : NULL;
	char address[PCI_ADDRESS_SIZE] = "";

	if (!plan->refusal)
		return;
	if (about)
		pci_format_address(&about->address, address);
	warn_user("as this machine is now, a boot refuses the card: %s%s%s: %s%s%s",
		  address, about ? ": " : "", trace_event_find(plan->refusal)->phrase,
		  plan->reason, plan->error ? ": " : "",
		  plan->error ? strerror(plan->error) : "");
}

/* All in one line, since there may be hundreds. */
static void warn_neighbours(const struct sys_root *root, const struct plan *plan,
			    const struct plan *plans, unsigned count)
{
	struct pci_function neighbours[SURVEY_MAX_NEIGHBOURS];
	unsigned all = survey_obstacles(root, &plan->card, plans, count, neighbours);
	char address[PCI_ADDRESS_SIZE], text[512] = "";

	for (unsigned i = 0; i < all && i < MAX_NAMED; i++) {
		pci_format_address(&neighbours[i].address, address);
		sys_format(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s%s%s",
			   i ? ", " : "", address, neighbours[i].driver[0] ? " (" : "",
			   neighbours[i].driver, neighbours[i].driver[0] ? ")" : "");
	}
	if (all > MAX_NAMED)
		sys_format(text + strlen(text), sizeof(text) - strlen(text),
			   " and %u more", all - MAX_NAMED);
	if (all > 0)
		warn_user(
			"in one IOMMU group with the card: %s; no VM can open the group "
			"while a native driver has one of these",
			text);
}

/* Of a function that the card of the plan has. */
static bool is_console(const struct cards *cards, const struct pci_address *address)
{
	for (unsigned i = 0; i < cards->count; i++) {
		int number = card_index(&cards->cards[i].card, address);

		if (number >= 0)
			return cards->cards[i].details[number].console;
	}
	return false;
}

static void warn_function(const struct cards *cards, const struct pci_function *function)
{
	char address[PCI_ADDRESS_SIZE];

	pci_format_address(&function->address, address);
	if (is_console(cards, &function->address))
		warn_user(
			"%s drives the console: when a boot takes the card, the picture "
			"freezes and the boot goes on; have a way in over the network or "
			"serial",
			address);
	if (function->only_keyboard)
		warn_user("%s: the only keyboard hangs on it; it goes to the VM with the "
			  "card",
			  address);
}

void plan_text_warn(const struct sys_root *root, const struct cards *cards,
		    const struct plan *plan, const struct plan *plans, unsigned count)
{
	warn_refusal(plan);
	for (unsigned i = 0; i < plan->card.count; i++)
		warn_function(cards, &plan->card.functions[i]);
	warn_neighbours(root, plan, plans, count);
}
