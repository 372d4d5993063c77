/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the GPUs of a machine and asks core what belongs to each. Reads every function
 * once, and no more than once, so that a large machine costs little.
 */
#include "tool/cards.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/console.h"

#define CLASS_DISPLAY   0x03
#define RESOURCE_IO     0x100 /* include/linux/ioport.h */
#define CONFIG_SIZE     257
#define CONFIG_READABLE 64 /* bytes that everybody may read */

struct reading {
	const struct sys_root *root;
	struct cards *cards;
	unsigned room; /* for functions */
};

static int make_room(struct reading *reading)
{
	unsigned room = reading->room ? 2 * reading->room : 64;
	void *larger =
		realloc(reading->cards->functions, room * sizeof(struct pci_function));

	if (!larger)
		return -ENOMEM;
	reading->cards->functions = larger;
	reading->room = room;
	return 0;
}

/* One that has gone since it was listed is not there. */
static int add_function(const struct pci_address *address, void *data)
{
	struct reading *reading = data;
	struct cards *cards = reading->cards;

	if (cards->function_count == reading->room && make_room(reading) < 0)
		return -ENOMEM;
	if (pci_read_function(reading->root, address,
			      &cards->functions[cards->function_count]) == 0)
		cards->function_count++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct pci_function *one = a, *other = b;

	return pci_compare(&one->address, &other->address);
}

static int read_functions(const struct sys_root *root, struct cards *cards)
{
	struct reading reading = {root, cards, 0};
	int result = topology_each(root, add_function, &reading);

	if (cards->function_count > 1)
		qsort(cards->functions, cards->function_count, sizeof(*cards->functions),
		      compare);
	return result;
}

static int read_numa_node(const struct sys_root *root, const struct pci_address *address)
{
	char path[PCI_PATH_SIZE], text[16];
	uint64_t node;
	int length;

	pci_format_path(address, "numa_node", path);
	length = sys_read_attribute(root, path, text, sizeof(text));
	if (length < 0 ||
	    sys_parse_number(text, (size_t)length, 10, INT32_MAX, &node) < 0)
		return -1;
	return (int)node;
}

static void read_reset_methods(const struct sys_root *root,
			       const struct pci_address *address, char *ret_methods)
{
	char path[PCI_PATH_SIZE], text[CARDS_RESET_SIZE];

	pci_format_path(address, "reset_method", path);
	if (sys_read_attribute(root, path, text, sizeof(text)) >= 0)
		sys_format(ret_methods, CARDS_RESET_SIZE, "%s", text);
}

static void read_details(const struct sys_root *root, const struct console *console,
			 const struct pci_function *function,
			 struct cards_details *details)
{
	struct topology_path path;
	int bar;

	memset(details, 0, sizeof(*details));
	if (topology_find_path(root, &function->address, &path) == 0)
		topology_format_path(&path, details->path);
	if (pci_read_bars(root, &function->address, details->bars) < 0)
		memset(details->bars, 0, sizeof(details->bars));
	read_reset_methods(root, &function->address, details->reset_methods);
	details->console = console_is_on(root, console, function, &bar);
}

/* Whether a bridge's PCI Express capability is out of sight. */
static bool hides_kind(const struct sys_root *root, const struct pci_address *bridge)
{
	char path[PCI_PATH_SIZE], config[CONFIG_SIZE];
	int length;

	pci_format_path(bridge, "config", path);
	length = sys_read_file(root, path, config, sizeof(config));
	return length == CONFIG_READABLE || length == -EACCES;
}

/* A bridge on a root bus is no switch's upstream port; those behind it may be. */
static bool hides_switch(const struct sys_root *root, const struct pci_address *address)
{
	struct topology_path path;
	struct pci_address bridge;

	if (topology_find_path(root, address, &path) < 0)
		return false;
	while (path.count > 1) {
		path.count--;
		if (topology_follow_path(root, &path, &bridge) == 0 &&
		    hides_kind(root, &bridge))
			return true;
	}
	return false;
}

static bool shares_group(const struct card *card, const struct pci_function *function)
{
	if (function->iommu_group < 0 || card_index(card, &function->address) >= 0 ||
	    survey_is_overlooked(function))
		return false;
	for (unsigned i = 0; i < card->count; i++) {
		if (card->functions[i].iommu_group == function->iommu_group)
			return true;
	}
	return false;
}

/* What survey_neighbours() finds, without reading a large group again for each card. */
static void find_neighbours(const struct cards *cards, struct cards_card *card)
{
	for (unsigned i = 0; i < cards->function_count; i++) {
		if (!shares_group(&card->card, &cards->functions[i]))
			continue;
		if (card->neighbour_count < SURVEY_MAX_NEIGHBOURS)
			card->neighbours[card->neighbour_count] = cards->functions[i];
		card->neighbour_count++;
	}
}

static void read_card(const struct sys_root *root, const struct console *console,
		      const struct pci_function *display, struct cards_card *card)
{
	const struct conf_rule whole = {.functions = CONF_FUNCTIONS_CARD};
	static struct topology_near near;
	struct pci_address missing;

	topology_read_near(root, &display->address, true, &near);
	card->found = card_find(&whole, &display->address, &near, &card->card, &missing);
	if (card->found != CARD_FOUND) {
		card->card.count = 1;
		card->card.functions[0] = *display;
	}
	card->numa_node = read_numa_node(root, &card->card.functions[0].address);
	for (unsigned i = 0; i < card->card.count; i++)
		read_details(root, console, &card->card.functions[i], &card->details[i]);
}

static bool is_gpu(const struct pci_function *function)
{
	return function->class_code >> 16 == CLASS_DISPLAY && !function->virtual;
}

/* A GPU may have a second display function. */
static bool is_of_one(const struct cards *cards, const struct pci_address *address)
{
	for (unsigned i = 0; i < cards->count; i++) {
		if (card_index(&cards->cards[i].card, address) >= 0)
			return true;
	}
	return false;
}

static int find_cards(const struct sys_root *root, struct cards *cards)
{
	struct console console;
	unsigned most = 0;

	for (unsigned i = 0; i < cards->function_count; i++)
		most += is_gpu(&cards->functions[i]);
	if (most == 0)
		return 0;
	cards->cards = calloc(most, sizeof(*cards->cards));
	if (!cards->cards)
		return -ENOMEM;
	console_find(root, &console);
	for (unsigned i = 0; i < cards->function_count; i++) {
		const struct pci_function *function = &cards->functions[i];
		struct cards_card *card = &cards->cards[cards->count];

		if (!is_gpu(function) || is_of_one(cards, &function->address))
			continue;
		read_card(root, &console, function, card);
		find_neighbours(cards, card);
		if (hides_switch(root, &function->address))
			cards->switch_unknown = true;
		cards->count++;
	}
	return 0;
}

int cards_read(const struct sys_root *root, struct cards *ret_cards)
{
	int result;

	memset(ret_cards, 0, sizeof(*ret_cards));
	result = read_functions(root, ret_cards);
	if (result == 0)
		result = find_cards(root, ret_cards);
	if (result < 0)
		cards_free(ret_cards);
	return result;
}

void cards_free(struct cards *cards)
{
	free(cards->cards);
	free(cards->functions);
	memset(cards, 0, sizeof(*cards));
}

uint64_t cards_bar_size(const struct pci_range *bar)
{
	if (bar->flags == 0 || bar->end < bar->start)
		return 0;
	return bar->end - bar->start + 1;
}

bool cards_bar_is_io(const struct pci_range *bar)
{
	return bar->flags & RESOURCE_IO;
}

bool cards_is_held(const struct pci_function *function)
{
	return function->driver[0] != '\0' && !pci_is_vfio_driver(function->driver) &&
	       strcmp(function->driver, "pci-stub") != 0;
}
