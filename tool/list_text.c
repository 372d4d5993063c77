/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cards as a tree: name, what holds for the whole card, then its functions.
 */
#include "tool/list.h"

#include <string.h>

#include "tool/names.h"
#include "tool/paragraph.h"

#define COLUMNS 4 /* of a row; the last one is the driver */
#define HEAD    "|  "
#define INSIDE  "|    "

static void escape(const char *text, char *buffer)
{
	print_escape(text, strlen(text), buffer);
}

static struct paragraph start(const char *prefix, enum print_style style, bool colour)
{
	return paragraph_start(prefix, ", ", style, colour);
}

static void put_name(const struct pci_function *gpu, struct pci_names *names, bool colour)
{
	struct paragraph words = paragraph_start("", " ", PRINT_BOLD, colour);
	char name[PCI_NAMES_SIZE], text[PRINT_ESCAPED_SIZE(PCI_NAMES_SIZE)];

	pci_names_format(names, gpu->vendor, gpu->device, name);
	escape(name, text);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		paragraph_put(&words, word);
	paragraph_end(&words);
}

struct row {
	char address[PCI_ADDRESS_SIZE];
	char id[16];
	char driver[PRINT_ESCAPED_SIZE(PCI_DRIVER_SIZE)];
	struct print_cell cells[COLUMNS];
};

static void make_row(const struct pci_function *function, enum print_style style,
		     struct row *row)
{
	pci_format_address(&function->address, row->address);
	snprintf(row->id, sizeof(row->id), "%04x:%04x", function->vendor,
		 function->device);
	escape(function->driver[0] ? function->driver : "no driver", row->driver);
	row->cells[0] = (struct print_cell){row->address, style};
	row->cells[1] = (struct print_cell){row->id, style};
	row->cells[2] = (struct print_cell){names_pci_class(function->class_code), style};
	row->cells[3] = (struct print_cell){row->driver, style};
}

/* The columns' widths for these functions; the driver's is 0 where there is no room for
 * so long a name. */
static void measure(const struct pci_function *functions, unsigned count,
		    unsigned *widths)
{
	unsigned width = sizeof(INSIDE) - 1 + 2 * (COLUMNS - 1);
	struct row row;

	memset(widths, 0, COLUMNS * sizeof(*widths));
	for (unsigned i = 0; i < count; i++) {
		make_row(&functions[i], PRINT_PLAIN, &row);
		print_measure_row(row.cells, COLUMNS, widths);
	}
	for (unsigned i = 0; i < COLUMNS; i++)
		width += widths[i];
	if (width > PARAGRAPH_WIDTH)
		widths[COLUMNS - 1] = 0;
}

/* facts is where the driver goes that has no column. */
static void put_row(const char *prefix, const struct pci_function *function,
		    const unsigned *widths, struct paragraph *facts)
{
	struct row row;

	make_row(function, facts->style, &row);
	fputs(prefix, stdout);
	print_row(stdout, row.cells, COLUMNS, widths, facts->colour);
	if (widths[COLUMNS - 1] == 0)
		paragraph_add(facts, "driver %s", row.driver);
}

static unsigned known_neighbours(const struct cards_card *card)
{
	return card->neighbour_count < SURVEY_MAX_NEIGHBOURS ? card->neighbour_count
							     : SURVEY_MAX_NEIGHBOURS;
}

static void put_group(const struct cards_card *card, int group, bool colour)
{
	struct paragraph title = start(HEAD, PRINT_PLAIN, colour);
	struct paragraph held = start(HEAD, PRINT_YELLOW, colour);
	unsigned widths[COLUMNS];

	measure(card->neighbours, known_neighbours(card), widths);
	paragraph_add(&title, "shares IOMMU group %d with", group);
	paragraph_end(&title);
	for (unsigned i = 0; i < known_neighbours(card); i++) {
		const struct pci_function *function = &card->neighbours[i];
		bool is_held = cards_is_held(function);
		struct paragraph facts =
			start(INSIDE "  ", is_held ? PRINT_YELLOW : PRINT_PLAIN, colour);

		if (function->iommu_group != group)
			continue;
		put_row(INSIDE, function, widths, &facts);
		paragraph_end(&facts);
		if (is_held && held.length == 0)
			paragraph_add(&held,
				      "no VM can open group %d while a native driver has "
				      "one of these",
				      group);
	}
	paragraph_end(&held);
}

static void put_neighbours(const struct cards_card *card, bool colour)
{
	struct paragraph more = start(HEAD, PRINT_PLAIN, colour);
	unsigned known = known_neighbours(card);

	for (unsigned i = 0; i < known; i++) {
		int group = card->neighbours[i].iommu_group;
		unsigned first = 0;

		while (card->neighbours[first].iommu_group != group)
			first++;
		if (first == i)
			put_group(card, group, colour);
	}
	if (card->neighbour_count > known)
		paragraph_add(&more, "and with %u more", card->neighbour_count - known);
	paragraph_end(&more);
}

/* Why a GPU is not shown as a card. */
static const char *explain_alone(enum card_result found)
{
	switch (found) {
	case CARD_TOO_LARGE:
		return "too many functions around it to tell what is of the card";
	case CARD_NOT_OF_IT:
		return "does not belong to the GPU that is function 0 of its slot";
	default:
		return "not function 0 of its slot: nobody can tell what is of the card";
	}
}

static void put_head(const struct cards_card *card, bool colour)
{
	struct paragraph facts = start(HEAD, PRINT_BOLD, colour);
	struct paragraph node = start(HEAD, PRINT_PLAIN, colour);
	bool console = false;

	for (unsigned i = 0; i < card->card.count; i++)
		console = console || card->details[i].console;
	if (console)
		paragraph_put(&facts, "drives the console");
	if (card->found != CARD_FOUND)
		paragraph_put(&facts, explain_alone(card->found));
	paragraph_end(&facts);
	if (card->numa_node >= 0)
		paragraph_add(&node, "NUMA node %d", card->numa_node);
	paragraph_end(&node);
}

/* "256M", "8G", "128"; a BAR's size is a power of two. */
static void format_size(uint64_t size, char *text, size_t room)
{
	static const char units[] = " KMGTPE";
	int unit = 0;

	while (size >= 1024 && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	snprintf(text, room, "%llu%.*s", (unsigned long long)size, unit > 0,
		 &units[unit]);
}

static void put_bars(const struct cards_details *details, struct paragraph *facts)
{
	char size[32];

	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_range *bar = &details->bars[i];

		if (cards_bar_size(bar) == 0)
			continue;
		format_size(cards_bar_size(bar), size, sizeof(size));
		paragraph_add(facts, "BAR %u %s%s", i, size,
			      cards_bar_is_io(bar) ? " I/O" : "");
	}
	paragraph_end(facts);
}

static void put_details(const struct pci_function *function,
			const struct cards_details *details, struct paragraph *facts)
{
	char text[PRINT_ESCAPED_SIZE(CARDS_RESET_SIZE)];

	if (details->path[0])
		paragraph_add(facts, "path %s", details->path);
	if (function->iommu_group >= 0)
		paragraph_add(facts, "IOMMU group %d", function->iommu_group);
	else
		paragraph_put(facts, "no IOMMU group");
	escape(details->reset_methods, text);
	if (text[0])
		paragraph_add(facts, "reset by %s", text);
	if (function->subsystem_vendor)
		paragraph_add(facts, "subsystem %04x:%04x", function->subsystem_vendor,
			      function->subsystem_device);
	if (function->error)
		paragraph_add(facts, "%s cannot be read: %s", function->unreadable,
			      strerror(function->error));
	paragraph_end(facts);
}

static void put_functions(const struct cards_card *card, bool colour)
{
	unsigned widths[COLUMNS];

	measure(card->card.functions, card->card.count, widths);
	for (unsigned i = 0; i < card->card.count; i++) {
		const struct pci_function *function = &card->card.functions[i];
		bool last = i + 1 == card->card.count;
		struct paragraph facts =
			start(last ? "     " : INSIDE, PRINT_PLAIN, colour);

		put_row(last ? "`- " : "|- ", function, widths, &facts);
		put_details(function, &card->details[i], &facts);
		put_bars(&card->details[i], &facts);
	}
}

void list_text(const struct cards *cards, struct pci_names *names,
	       enum print_colour colour)
{
	bool wanted = print_wants_colour(colour, stdout);

	for (unsigned i = 0; i < cards->count; i++) {
		const struct cards_card *card = &cards->cards[i];

		if (i > 0)
			putchar('\n');
		put_name(&card->card.functions[0], names, wanted);
		put_head(card, wanted);
		put_neighbours(card, wanted);
		put_functions(card, wanted);
	}
}
