/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list: the forms in which `gpupass list` shows cards. One function a form.
 */
#ifndef GPUPASS_LIST_H
#define GPUPASS_LIST_H

#include "tool/cards.h"
#include "tool/pci_names.h"
#include "tool/print.h"

/* A tree of at most 80 columns to stdout. */
void list_text(const struct cards *cards, struct pci_names *names,
	       enum print_colour colour);

/* One object; false when there is no memory for it. */
bool list_json(const struct cards *cards, struct pci_names *names);

/* The section of gpupass.conf(5) for the card that has address. -ENOENT when none has. */
int list_section(const struct cards *cards, struct pci_names *names,
		 const struct pci_address *address);

#endif
