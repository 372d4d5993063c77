/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A card as a section of gpupass.conf(5), ready to be put there.
 */
#include "tool/list.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define SUFFIX_SIZE 6 /* "-9999" */

/* The part of a device's name that is on the box: "TU117GL [T400 / T400 4GB]" is T400. */
static void cut_model(char *name, const char **ret_start)
{
	char *open = strchr(name, '[');
	char *start = open ? open + 1 : name;

	start[strcspn(start, "]/")] = '\0';
	*ret_start = start;
}

/* To the alphabet of a card's name, lower case, without whole words that do not fit. */
static void reduce(const char *text, char *name)
{
	size_t room = CONF_MAX_NAME + 1 - SUFFIX_SIZE, used = 0;
	char *dash;

	for (; *text && used < room; text++) {
		if (isalnum((unsigned char)*text))
			name[used++] = (char)tolower((unsigned char)*text);
		else if (used > 0 && name[used - 1] != '-')
			name[used++] = '-';
	}
	name[used] = '\0';
	dash = strrchr(name, '-');
	if (dash && (used == room || dash[1] == '\0'))
		*dash = '\0';
}

static void name_model(struct pci_names *names, const struct pci_function *gpu,
		       char *ret_name)
{
	char device[PCI_NAMES_SIZE];
	const char *start;

	ret_name[0] = '\0';
	if (pci_names_device(names, gpu->vendor, gpu->device, device)) {
		cut_model(device, &start);
		reduce(start, ret_name);
	}
	if (ret_name[0] == '\0')
		snprintf(ret_name, CONF_MAX_NAME + 1, "%04x-%04x", gpu->vendor,
			 gpu->device);
}

/* The number of the card that has address, or -ENOENT. */
static int find(const struct cards *cards, const struct pci_address *address)
{
	for (unsigned i = 0; i < cards->count; i++) {
		if (card_index(&cards->cards[i].card, address) >= 0)
			return (int)i;
	}
	return -ENOENT;
}

/* Cards of one model are numbered, so that the sections of all can stand in one file. */
int list_section_name(const struct cards *cards, struct pci_names *names,
		      const struct pci_address *address, unsigned variant, char *ret_name)
{
	char other[CONF_MAX_NAME + 1];
	unsigned before = 0, all = 0;
	int number = find(cards, address);

	if (number < 0)
		return number;
	name_model(names, &cards->cards[number].card.functions[0], ret_name);
	for (unsigned i = 0; i < cards->count; i++) {
		name_model(names, &cards->cards[i].card.functions[0], other);
		if (strcmp(other, ret_name) != 0)
			continue;
		all++;
		before += i < (unsigned)number;
	}
	if (all > 1 || variant > 0)
		snprintf(ret_name + strlen(ret_name), SUFFIX_SIZE, "-%u",
			 variant > 0 ? all + variant : before + 1);
	return 0;
}

/* A line of the file is not as long as a name may be. */
void list_section_comment(struct pci_names *names, uint16_t vendor, uint16_t device,
			  FILE *out)
{
	char name[PCI_NAMES_SIZE], text[PRINT_ESCAPED_SIZE(PCI_NAMES_SIZE)];

	pci_names_format(names, vendor, device, name);
	print_escape(name, strlen(name), text);
	fprintf(out, "# %.*s\n", CONF_MAX_LINE - 2, text);
}

/* The way to a card tells it from its twin even when buses are renumbered. A card that
 * none is known of has its address only. */
static void put_place(const struct pci_function *gpu, const char *path, FILE *out)
{
	char address[PCI_ADDRESS_SIZE];

	pci_format_address(&gpu->address, address);
	if (path[0])
		fprintf(out, "path    = %s\n# address today: %s\n", path, address);
	else
		fprintf(out, "address = %s\n", address);
}

int list_section(const struct cards *cards, struct pci_names *names,
		 const struct pci_address *address, const char *name, FILE *out)
{
	int number = find(cards, address);
	const struct pci_function *gpu;

	if (number < 0)
		return number;
	gpu = &cards->cards[number].card.functions[0];
	list_section_comment(names, gpu->vendor, gpu->device, out);
	fprintf(out, "[card %s]\n", name);
	put_place(gpu, cards->cards[number].details[0].path, out);
	fprintf(out, "id      = %04x:%04x\n", gpu->vendor, gpu->device);
	return 0;
}
