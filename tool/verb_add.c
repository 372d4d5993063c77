// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass add: a card's section into the configuration. Everything is looked at before
 * anything is written.
 */
#include "tool/gpupass.h"

#include <stdlib.h>
#include <string.h>

#include "hook/core/conf_card.h"
#include "tool/card_at.h"
#include "tool/conf_edit.h"
#include "tool/conf_text.h"
#include "tool/keep.h"
#include "tool/list.h"
#include "tool/plan_text.h"
#include "tool/rebuild.h"

struct add {
	const struct arguments *arguments;
	struct pci_address address;
	struct cards cards;
	struct pci_names *names;
	struct conf_edit edit;
	char name[CONF_MAX_NAME + 1];
	char text[CONF_EDIT_SIZE]; /* the new one */
	size_t length;
	struct plan plans[CONF_MAX_RULES]; /* of the new text */
	const struct plan *plan;           /* the new section's */
};

static bool parse(const struct arguments *arguments, struct add *add)
{
	const char *name = arguments->name, *address = arguments->operands[0];

	if (arguments->operand_count == 0)
		complain(
			"add: the ADDRESS of a card is missing; gpupass list shows them");
	else if (arguments->operand_count > 1)
		complain("add: \"%s\" is too much", arguments->operands[1]);
	else if (pci_parse_address(address, strlen(address), &add->address) < 0)
		complain("add: \"%s\": expected an address such as 0000:83:00.0",
			 address);
	else if (name && !conf_card_is_name((struct span){name, strlen(name)}))
		complain("add: --name \"%s\": expected 1 to 32 letters, digits or . _ -",
			 name);
	else
		return true;
	return false;
}

/* The user's, or that of the model with the first number that makes it another one. */
static enum status choose_name(struct add *add)
{
	const char *name = add->arguments->name;
	const struct conf_rule *taken;

	if (name) {
		taken = conf_edit_find(&add->edit.config.conf, name);
		if (taken) {
			complain("add: --name \"%s\": %s:%u has a section of that name",
				 name, add->edit.path, taken->line);
			return STATUS_FINDING;
		}
		strcpy(add->name, name);
		return STATUS_GOOD;
	}
	for (unsigned variant = 0; variant <= CONF_MAX_RULES; variant++) {
		if (list_section_name(&add->cards, add->names, &add->address, variant,
				      add->name) < 0) {
			complain("%s: nothing that gpupass list shows",
				 add->arguments->operands[0]);
			return STATUS_FINDING;
		}
		if (!conf_edit_find(&add->edit.config.conf, add->name))
			break;
	}
	return STATUS_GOOD;
}

/* The new text, and what conf says of it. The old one has no error. */
static enum status make_text(struct add *add)
{
	const struct config *old = &add->edit.config;
	char *section = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&section, &length);

	if (out)
		list_section(&add->cards, add->names, &add->address, add->name, out);
	if (!out || fclose(out) != 0 ||
	    old->length + length + CONF_TEXT_EXTRA > sizeof(add->text)) {
		complain("out of memory");
		free(section);
		return STATUS_CANNOT_READ;
	}
	add->length = conf_text_append((struct span){old->text, old->length},
				       (struct span){section, length}, add->text);
	free(section);
	conf_parse(add->text, add->length, &add->edit.conf);
	if (add->edit.conf.error_count == 0)
		return STATUS_GOOD;
	conf_edit_complain(&add->edit.conf, "with this card: ");
	return STATUS_FINDING;
}

static void complain_named(const struct add *add, const struct conf_rule *rule)
{
	const char *address = add->arguments->operands[0];

	if (rule->line == CONF_COMMAND_LINE)
		complain("%s: gpupass.card= on the kernel command line names that card "
			 "already",
			 address);
	else
		complain("%s: [card %s] names that card already, %s:%u", address,
			 rule->name, add->edit.path, rule->line);
}

static enum status make_plans(struct add *add)
{
	static struct image_keep keep;
	const struct plan_facts facts = {.keep = &keep, .next_boot = true};
	const struct conf *conf = &add->edit.conf;
	unsigned last = conf->rule_count - 1;

	config_add_running(&add->arguments->root, &add->edit.conf);
	keep_read(&add->arguments->root, &keep);
	survey_plan(&add->arguments->root, conf, &facts, add->plans);
	add->plan = &add->plans[last];
	for (unsigned i = 0; i < conf->rule_count; i++) {
		if (i == last || !plan_is_same_card(&add->plans[i], add->plan))
			continue;
		complain_named(add, &conf->rules[i]);
		return STATUS_FINDING;
	}
	return STATUS_GOOD;
}

static void show(const struct add *add)
{
	conf_edit_say(&add->edit, add->name, "was added to");
	puts("Virtual machines get:");
	plan_text_functions(add->plan);
	plan_text_warn(&add->arguments->root, &add->cards, add->plan, add->plans,
		       add->edit.conf.rule_count);
}

static enum status change(struct add *add)
{
	enum status status;

	if (add->edit.config.conf.error_count > 0) {
		conf_edit_complain(&add->edit.config.conf, "");
		complain("add: %s has errors; it is as it was", add->edit.path);
		return STATUS_FINDING;
	}
	if (card_at_is_refused(&add->arguments->root, &add->address))
		return STATUS_FINDING;
	status = choose_name(add);
	if (status == STATUS_GOOD)
		status = make_text(add);
	if (status == STATUS_GOOD)
		status = make_plans(add);
	if (status == STATUS_GOOD)
		status = conf_edit_write(&add->edit,
					 (struct span){add->text, add->length});
	if (status == STATUS_GOOD)
		show(add);
	return status;
}

static enum status add_card(struct add *add)
{
	enum status status;

	status = conf_edit_open(add->arguments, "add", &add->edit);
	if (status != STATUS_GOOD)
		return status;
	status = change(add);
	conf_edit_close(&add->edit);
	return status;
}

enum status verb_add(const struct arguments *arguments)
{
	static struct add add;
	enum status status;
	int error;

	add.arguments = arguments;
	if (!parse(arguments, &add))
		return STATUS_USAGE;
	error = cards_read(&arguments->root, &add.cards);
	if (error < 0) {
		complain("cannot list the PCI functions, %s/" PCI_DEVICES ": %s",
			 arguments->root_path, strerror(-error));
		return STATUS_CANNOT_READ;
	}
	add.names = pci_names_open(arguments);
	status = add_card(&add);
	pci_names_close(add.names);
	cards_free(&add.cards);
	return status == STATUS_GOOD ? rebuild_offer(arguments) : status;
}
