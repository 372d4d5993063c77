/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass list: the machine's cards, for people, for programs, or as a section of
 * gpupass.conf. Changes nothing.
 */
#include "tool/gpupass.h"

#include <stdio.h>
#include <string.h>

#include "tool/card_at.h"
#include "tool/list.h"

static enum status print_section(const struct arguments *arguments,
				 const struct cards *cards, struct pci_names *names)
{
	char name[CONF_MAX_NAME + 1];
	struct pci_address address;

	if (pci_parse_address(arguments->conf, strlen(arguments->conf), &address) < 0) {
		complain("list: \"%s\": expected an address such as 0000:83:00.0",
			 arguments->conf);
		return STATUS_USAGE;
	}
	if (card_at_is_refused(&arguments->root, &address))
		return STATUS_FINDING;
	if (list_section_name(cards, names, &address, 0, name) < 0) {
		complain("%s: nothing that gpupass list shows", arguments->conf);
		return STATUS_FINDING;
	}
	list_section(cards, names, &address, name, stdout);
	return STATUS_GOOD;
}

static enum status print_cards(const struct arguments *arguments,
			       const struct cards *cards, struct pci_names *names)
{
	if (!arguments->json) {
		list_text(cards, names, arguments->colour);
	} else if (!list_json(cards, names)) {
		complain("out of memory");
		return STATUS_CANNOT_READ;
	}
	if (cards->count > 0)
		return STATUS_GOOD;
	complain("no GPU found");
	return STATUS_FINDING;
}

enum status verb_list(const struct arguments *arguments)
{
	struct cards cards;
	struct pci_names *names;
	enum status status;
	int result;

	if (arguments->json && arguments->conf) {
		complain("list: --json and --conf exclude each other");
		return STATUS_USAGE;
	}
	result = cards_read(&arguments->root, &cards);
	if (result < 0) {
		complain("cannot list the PCI functions, %s/" PCI_DEVICES ": %s",
			 arguments->root_path, strerror(-result));
		return STATUS_CANNOT_READ;
	}
	names = pci_names_open(arguments);
	status = arguments->conf ? print_section(arguments, &cards, names)
				 : print_cards(arguments, &cards, names);
	if (cards.switch_unknown && status != STATUS_USAGE)
		warn_user("without root it cannot be seen whether a card has a switch of "
			  "its own, as Intel Arc has");
	pci_names_close(names);
	cards_free(&cards);
	return status;
}
