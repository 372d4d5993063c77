/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who drives the console: a card that will be taken, while the host has another display?
 */
#include <stdio.h>

#include "tool/check/check.h"

#define ASPEED   0x1a03
#define MATROX   0x102b
#define CLASS_3D 0x0302 /* computes, and has no screen */

static const struct pci_function *find_other(const struct check *check)
{
	const struct pci_function *found = NULL;

	for (unsigned i = 0; i < check->cards.function_count; i++) {
		const struct pci_function *function = &check->cards.functions[i];

		if (function->class_code >> 16 != PCI_CLASS_DISPLAY ||
		    function->class_code >> 8 == CLASS_3D || function->virtual ||
		    check_is_taken(check, &function->address))
			continue;
		/* The board's own rather than a second card. */
		if (!found || function->vendor == ASPEED || function->vendor == MATROX)
			found = function;
	}
	return found;
}

static void explain_other(struct check_finding *finding, const struct pci_function *other)
{
	char address[PCI_ADDRESS_SIZE];
	bool of_board = other->vendor == ASPEED || other->vendor == MATROX;

	pci_format_address(&other->address, address);
	check_set_reason(finding,
			 "its picture freezes when the card is taken, while %s (%s) "
			 "could show the host's",
			 address, of_board ? "the board's own display" : "another GPU");
	check_set_remedy(finding,
			 of_board ? "in the firmware setup make the board's display the "
				    "primary one: VGA Priority or Primary Display = "
				    "Onboard, Active Video = Onboard Device, Embedded "
				    "Video Controller = Enabled"
				  : "in the firmware setup make the other one primary: "
				    "Primary Display, Initial Display Output or Init "
				    "Display First (IGFX, IGD or the other slot)");
}

static void add(struct check *check, const struct plan *plan,
		const struct pci_function *function)
{
	const struct pci_function *other = find_other(check);
	struct check_finding *finding =
		check_add(check, other ? CHECK_WARNING : CHECK_NOTE, "console-on-card",
			  "the firmware uses this card for the console");

	snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
	check_set_function(finding, &function->address);
	if (other) {
		explain_other(finding, other);
		return;
	}
	check_set_reason(finding, "its picture freezes when the card is taken, and the "
				  "boot goes on");
	check_set_remedy(finding, "make sure that you can log in over the network, or "
				  "over a serial line (console=tty0 "
				  "console=ttyS0,115200)");
}

void check_screen(struct check *check)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];
		int bar;

		if (plan->refusal)
			continue;
		for (unsigned k = 0; k < plan->card.count; k++) {
			const struct pci_function *function = &plan->card.functions[k];

			if (function->class_code >> 16 == PCI_CLASS_DISPLAY &&
			    console_is_on(check->root, &check->console, function, &bar))
				add(check, plan, function);
		}
	}
}
