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

/* A name for the section of the card that has address, to ret_name (CONF_MAX_NAME + 1
 * bytes): that of its model; of several alike, with a number. Each variant above 0 gives
 * another number, which is none of theirs. -ENOENT when no card has address. */
int list_section_name(const struct cards *cards, struct pci_names *names,
		      const struct pci_address *address, unsigned variant,
		      char *ret_name);

/* The section of gpupass.conf(5) for it, under that name. -ENOENT as above. */
int list_section(const struct cards *cards, struct pci_names *names,
		 const struct pci_address *address, const char *name, FILE *out);

/* The comment above a section for a GPU of that kind, newline included. */
void list_section_comment(struct pci_names *names, uint16_t vendor, uint16_t device,
			  FILE *out);

#endif
