/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cards as one JSON object. gpupass(8) lists the fields; a field that says nothing is
 * left out.
 */
#include "tool/list.h"

#include <string.h>

#include "tool/json.h"
#include "tool/names.h"

#define JSON_VERSION 1

/* What cards and their neighbours have in common. */
static struct json_object *make_function(const struct pci_function *function)
{
	struct json_object *object = json_object_new_object();

	json_add_address(object, "address", &function->address);
	json_add_hex(object, "vendor", 4, function->vendor);
	json_add_hex(object, "device", 4, function->device);
	json_add_hex(object, "class", 6, function->class_code);
	json_add_string(object, "class_name", names_pci_class(function->class_code));
	json_add_string(object, "driver", function->driver);
	if (function->iommu_group >= 0)
		json_add_number(object, "iommu_group", (uint64_t)function->iommu_group);
	return object;
}

static struct json_object *make_bars(const struct cards_details *details)
{
	struct json_object *bars = json_object_new_array();

	for (unsigned i = 0; i < PCI_BARS; i++) {
		const struct pci_range *range = &details->bars[i];
		struct json_object *bar;

		if (cards_bar_size(range) == 0)
			continue;
		bar = json_object_new_object();
		json_add_number(bar, "bar", i);
		json_add_number(bar, "size", cards_bar_size(range));
		json_add_string(bar, "kind", cards_bar_is_io(range) ? "io" : "memory");
		json_object_array_add(bars, bar);
	}
	return bars;
}

static struct json_object *make_reset_methods(const struct cards_details *details)
{
	struct json_object *methods = json_object_new_array();
	char text[CARDS_RESET_SIZE];
	char *rest;

	snprintf(text, sizeof(text), "%s", details->reset_methods);
	for (char *word = strtok_r(text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		json_object_array_add(methods, json_new_string(word));
	return methods;
}

static struct json_object *make_member(const struct pci_function *function,
				       const struct cards_details *details)
{
	struct json_object *object = make_function(function);

	if (!function->unidentified) {
		json_add_hex(object, "subsystem_vendor", 4, function->subsystem_vendor);
		json_add_hex(object, "subsystem_device", 4, function->subsystem_device);
	}
	json_add_string(object, "path", details->path);
	json_object_object_add(object, "bars", make_bars(details));
	json_object_object_add(object, "reset_methods", make_reset_methods(details));
	json_add_flag(object, "console", details->console);
	if (function->error)
		json_add_string(object, "unreadable", function->unreadable);
	return object;
}

static struct json_object *make_neighbours(const struct cards_card *card)
{
	struct json_object *neighbours = json_object_new_array();

	for (unsigned i = 0; i < card->neighbour_count && i < SURVEY_MAX_NEIGHBOURS; i++)
		json_object_array_add(neighbours, make_function(&card->neighbours[i]));
	return neighbours;
}

static struct json_object *make_card(const struct cards_card *card,
				     struct pci_names *names)
{
	struct json_object *object = json_object_new_object();
	struct json_object *functions = json_object_new_array();
	const struct pci_function *gpu = &card->card.functions[0];
	char name[PCI_NAMES_SIZE];

	pci_names_format(names, gpu->vendor, gpu->device, name);
	json_add_string(object, "name", name);
	json_add_flag(object, "whole", card->found == CARD_FOUND);
	if (card->numa_node >= 0)
		json_add_number(object, "numa_node", (uint64_t)card->numa_node);
	for (unsigned i = 0; i < card->card.count; i++)
		json_object_array_add(functions, make_member(&card->card.functions[i],
							     &card->details[i]));
	json_object_object_add(object, "functions", functions);
	json_object_object_add(object, "neighbours", make_neighbours(card));
	if (card->neighbour_count > SURVEY_MAX_NEIGHBOURS)
		json_add_number(object, "more_neighbours",
				card->neighbour_count - SURVEY_MAX_NEIGHBOURS);
	return object;
}

bool list_json(const struct cards *cards, struct pci_names *names)
{
	struct json_object *root = json_object_new_object();
	struct json_object *array = json_object_new_array();

	json_add_number(root, "version", JSON_VERSION);
	for (unsigned i = 0; i < cards->count; i++)
		json_object_array_add(array, make_card(&cards->cards[i], names));
	json_object_object_add(root, "cards", array);
	return json_print(root, true, stdout);
}
