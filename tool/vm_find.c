/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a card by the name of its section or by an address. What belongs to it is the
 * planner's word, so that a virtual machine gets what a boot takes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/card_at.h"
#include "tool/config.h"
#include "tool/list.h"
#include "tool/regular.h"
#include "tool/vm.h"

#define REFUSAL_SIZE 512
#define NAMES_SIZE   (CONF_MAX_RULES * (CONF_MAX_NAME + 3))

/* All that a search looks at. */
struct search {
	const struct arguments *arguments;
	const char *word;
	struct config config;
	struct plan plans[CONF_MAX_RULES]; /* one a rule */
	struct cards cards;
};

/* Whether there is no card, or not the one that the section means. What only speaks
 * against taking it now, such as a driver, is no reason to withhold it. */
static bool is_final(const struct plan *plan)
{
	return plan->found != CARD_FOUND || plan->card.count == 0 ||
	       plan->refusal == TRACE_REFUSED_IDENTITY ||
	       plan->refusal == TRACE_REFUSED_CLASS ||
	       plan->refusal == TRACE_REFUSED_UNREADABLE;
}

static void format_refusal(const struct plan *plan, char *text)
{
	char address[PCI_ADDRESS_SIZE + 2] = "";

	if (plan->about >= 0) {
		pci_format_address(&plan->card.functions[plan->about].address, address);
		strcat(address, ": ");
	}
	sys_format(text, REFUSAL_SIZE, "%s%s%s%s%s%s", address,
		   trace_event_find(plan->refusal)->phrase, plan->reason[0] ? ": " : "",
		   plan->reason, plan->error ? ": " : "",
		   plan->error ? strerror(plan->error) : "");
}

/* Those that the section gives to vfio-pci. A VM cannot open what is with pci-stub. */
static enum status take_planned(const struct search *search, const struct plan *plan,
				struct vm_card *card)
{
	char address[PCI_ADDRESS_SIZE];

	strcpy(card->name, plan->rule->name);
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *function = &plan->card.functions[i];

		if (conf_driver_of(plan->rule, function->address.function) !=
		    CONF_PCI_STUB) {
			vm_add_function(function, card);
			continue;
		}
		pci_format_address(&function->address, address);
		warn_user("%s: %s is left out: its section gives it to pci-stub, which "
			  "keeps it from everybody",
			  card->name, address);
	}
	if (card->count == 0) {
		complain("%s: its section gives no function to vfio-pci", card->name);
		return STATUS_FINDING;
	}
	vm_number_functions(&search->arguments->root, card);
	return STATUS_GOOD;
}

/* The first function that a VM cannot have now; NULL when it can have all. */
static const struct pci_function *find_other_driver(const struct vm_card *card)
{
	for (unsigned i = 0; i < card->count; i++) {
		if (!pci_is_vfio_driver(card->functions[i].host.driver))
			return &card->functions[i].host;
	}
	return NULL;
}

/* What is written out is right as soon as the card is taken. */
static void warn_of_driver(const struct vm_card *card, const struct plan *plan)
{
	const struct pci_function *other = find_other_driver(card);
	char text[REFUSAL_SIZE], address[PCI_ADDRESS_SIZE];

	if (!other)
		return;
	if (plan && plan->refusal) {
		format_refusal(plan, text);
		warn_user("%s: no VM can start with it now: %s", card->name, text);
		return;
	}
	pci_format_address(&other->address, address);
	if (plan)
		sys_format(text, sizeof(text), "gpupass status says why");
	else
		sys_format(
			text, sizeof(text),
			"no section of gpupass.conf names this card, gpupass add %s makes one",
			address);
	warn_user("%s: no VM can start with it now: %s is with %s; %s", card->name,
		  address, other->driver[0] ? other->driver : "no driver", text);
}

static enum status write_planned(const struct search *search, const struct plan *plan,
				 struct vm_card *card)
{
	char text[REFUSAL_SIZE];
	enum status status;

	if (is_final(plan)) {
		format_refusal(plan, text);
		complain("%s: %s", plan->rule->name, text);
		return STATUS_FINDING;
	}
	status = take_planned(search, plan, card);
	if (status == STATUS_GOOD)
		warn_of_driver(card, plan);
	return status;
}

/* "there are: win11, linux" */
static void complain_of_name(const struct search *search)
{
	const struct conf *conf = &search->config.conf;
	char names[NAMES_SIZE] = "";

	for (unsigned i = 0; i < conf->rule_count; i++) {
		if (i > 0)
			strcat(names, ", ");
		strcat(names, conf->rules[i].name);
	}
	if (conf->rule_count > 0)
		complain("%s/" CONF_PATH " names no card \"%s\"; there are: %s",
			 search->arguments->root_path, search->word, names);
	else
		complain("%s/" CONF_PATH
			 " names no card \"%s\" and no other; gpupass list "
			 "shows addresses",
			 search->arguments->root_path, search->word);
}

static enum status find_name(const struct search *search, struct vm_card *card)
{
	const char *root = search->arguments->root_path;

	if (!search->config.exists) {
		complain("there is no %s/" CONF_PATH
			 " to name \"%s\"; gpupass list shows "
			 "addresses",
			 root, search->word);
		return STATUS_FINDING;
	}
	if (search->config.too_long) {
		complain("%s/" CONF_PATH " is longer than %d bytes", root, CONF_MAX_SIZE);
		return STATUS_FINDING;
	}
	for (unsigned i = 0; i < search->config.conf.rule_count; i++) {
		if (strcmp(search->config.conf.rules[i].name, search->word) == 0)
			return write_planned(search, &search->plans[i], card);
	}
	complain_of_name(search);
	return STATUS_FINDING;
}

static bool shares_function(const struct card *one, const struct card *other)
{
	for (unsigned i = 0; i < one->count; i++) {
		if (card_index(other, &one->functions[i].address) >= 0)
			return true;
	}
	return false;
}

/* The plan of the section that has this card; NULL when none has. */
static const struct plan *find_plan(const struct search *search, const struct card *card)
{
	for (unsigned i = 0; i < search->config.conf.rule_count; i++) {
		const struct plan *plan = &search->plans[i];

		if (plan->found == CARD_FOUND && shares_function(&plan->card, card) &&
		    !is_final(plan))
			return plan;
	}
	return NULL;
}

static int find_number(const struct cards *cards, const struct pci_address *address)
{
	for (unsigned i = 0; i < cards->count; i++) {
		if (card_index(&cards->cards[i].card, address) >= 0)
			return (int)i;
	}
	return -1;
}

static void complain_of_address(const struct search *search)
{
	const struct cards *cards = &search->cards;
	char address[PCI_ADDRESS_SIZE], *names;

	names = calloc(cards->count + 1, PCI_ADDRESS_SIZE + 2);
	for (unsigned i = 0; names && i < cards->count; i++) {
		pci_format_address(&cards->cards[i].card.functions[0].address, address);
		if (i > 0)
			strcat(names, ", ");
		strcat(names, address);
	}
	complain("no GPU has a function %s; %s%s", search->word,
		 cards->count ? "there are GPUs at: " : "this machine has no GPU",
		 names ? names : "");
	free(names);
}

static enum status write_listed(const struct search *search, unsigned number,
				struct vm_card *card)
{
	const struct card *listed = &search->cards.cards[number].card;
	struct pci_names *names;

	if (card_at_is_refused(&search->arguments->root, &listed->functions[0].address))
		return STATUS_FINDING;
	names = pci_names_open(search->arguments);
	list_section_name(&search->cards, names, &listed->functions[0].address, 0,
			  card->name);
	pci_names_close(names);
	for (unsigned i = 0; i < listed->count; i++)
		vm_add_function(&listed->functions[i], card);
	vm_number_functions(&search->arguments->root, card);
	warn_of_driver(card, NULL);
	return STATUS_GOOD;
}

static enum status find_address(const struct search *search,
				const struct pci_address *address, struct vm_card *card)
{
	const struct card wanted = {.count = 1, .functions = {{.address = *address}}};
	const struct plan *plan = find_plan(search, &wanted);
	int number = find_number(&search->cards, address);

	if (!plan && number >= 0)
		plan = find_plan(search, &search->cards.cards[number].card);
	if (plan)
		return write_planned(search, plan, card);
	if (number >= 0)
		return write_listed(search, (unsigned)number, card);
	complain_of_address(search);
	return STATUS_FINDING;
}

/* False after a complaint. */
static bool gather(struct search *search)
{
	static const struct image_keep nothing;
	static const struct plan_facts facts = {.keep = &nothing};
	const struct sys_root *root = &search->arguments->root;
	int error = config_read(root, CONFIG_TO_SHOW, &search->config);

	if (error < 0) {
		complain("%s/" CONF_PATH ": %s", search->arguments->root_path,
			 regular_explain(error));
		return false;
	}
	config_add_running(root, &search->config.conf);
	error = cards_read(root, &search->cards);
	if (error < 0) {
		complain("cannot list the PCI functions, %s/" PCI_DEVICES ": %s",
			 search->arguments->root_path, strerror(-error));
		return false;
	}
	config_warn_errors(&search->config);
	survey_plan(root, &search->config.conf, &facts, search->plans);
	return true;
}

enum status vm_find_card(const struct arguments *arguments, const char *word,
			 struct vm_card *ret_card)
{
	struct search *search = calloc(1, sizeof(*search));
	enum status status = STATUS_CANNOT_READ;
	struct pci_address address;

	memset(ret_card, 0, sizeof(*ret_card));
	if (!search) {
		complain("out of memory");
		return status;
	}
	search->arguments = arguments;
	search->word = word;
	if (gather(search))
		status = pci_parse_address(word, strlen(word), &address) == 0
				 ? find_address(search, &address, ret_card)
				 : find_name(search, ret_card);
	if (search->cards.switch_unknown && status == STATUS_GOOD)
		warn_user("without root it cannot be seen whether a card has a switch of "
			  "its own, as Intel Arc has");
	cards_free(&search->cards);
	free(search);
	return status;
}
