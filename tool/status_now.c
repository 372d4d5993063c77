/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine and the configuration as they are now, for each card of the boot and each
 * section. Reads, writes nothing. What a step of gpupass hangs in is not touched: whoever
 * did would hang, too.
 */
#include <errno.h>
#include <string.h>

#include "tool/status.h"

#define NO_OVERRIDE "(null)"
#define VFIO_PCI                                                                         \
	"vfio-pci" /* as owner of a BAR, for every vfio driver: vfio_pci_core.c */

static void find_image(struct status_report *report)
{
	if (!report->has_image_hash)
		return;
	report->image = report->config.exists && !report->config.too_long &&
					report->image_hash == report->config.conf.hash
				? STATUS_IMAGE_CURRENT
				: STATUS_IMAGE_DIFFERS;
}

static void find_sections(struct status_report *report)
{
	const struct conf *conf = &report->config.conf;

	for (unsigned i = 0; i < conf->rule_count; i++) {
		struct status_card *card = status_find_card(report, conf->rules[i].name);

		if (card)
			card->rule = &conf->rules[i];
	}
}

static bool is_stuck(const struct status_report *report,
		     const struct pci_address *address)
{
	for (unsigned i = 0; i < report->stuck_count; i++) {
		if (pci_same_address(&report->stuck[i], address))
			return true;
	}
	return false;
}

/* A function that the section of now means and that the trace does not have. It is of the
 * card, and its record was lost or it came later, unless the boot had another section. */
static void add_planned(const struct status_report *report, struct status_card *card,
			const struct pci_address *address)
{
	for (unsigned i = 0; i < card->function_count; i++) {
		if (pci_same_address(&card->functions[i].address, address))
			return;
	}
	if (card->has_outcome && report->image == STATUS_IMAGE_DIFFERS) {
		card->elsewhere = true;
		card->elsewhere_address = *address;
		return;
	}
	status_find_function(card, address);
}

static void find_planned(const struct sys_root *root, struct status_report *report)
{
	static const struct image_keep nothing;
	static const struct plan_facts facts = {.keep = &nothing};
	static struct plan plans[CONF_MAX_RULES];

	survey_plan(root, &report->config.conf, &facts, plans);
	for (unsigned i = 0; i < report->config.conf.rule_count; i++) {
		struct status_card *card = status_find_card(report, plans[i].rule->name);

		for (unsigned k = 0;
		     card && plans[i].found == CARD_FOUND && k < plans[i].card.count; k++)
			add_planned(report, card, &plans[i].card.functions[k].address);
	}
}

static void read_override(const struct sys_root *root, struct status_function *function)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(&function->address, "driver_override", path);
	if (sys_read_attribute(root, path, function->override,
			       sizeof(function->override)) < 0 ||
	    strcmp(function->override, NO_OVERRIDE) == 0)
		function->override[0] = '\0';
}

/* With auto, what the image build chose, as far as that is known. */
static void read_wanted(const struct status_card *card, struct status_function *function)
{
	unsigned number = function->address.function;
	enum conf_driver driver = CONF_AUTO;

	if (card->rule)
		driver = conf_driver_of(card->rule, number);
	if (driver == CONF_AUTO && function->has_given &&
	    (!card->rule || pci_is_vfio_driver(function->given)))
		strcpy(function->wanted, function->given);
	else
		sys_format(
			function->wanted, sizeof(function->wanted), "%s",
			conf_driver_name(driver == CONF_AUTO ? CONF_VFIO_PCI : driver));
	if (!function->has_given)
		strcpy(function->given, function->wanted);
}

static void read_function(const struct sys_root *root, const struct status_report *report,
			  const struct status_card *card,
			  struct status_function *function)
{
	read_wanted(card, function);
	function->stuck = is_stuck(report, &function->address);
	if (function->stuck)
		return;
	function->gone = pci_read_function(root, &function->address, &function->now) < 0;
	if (!function->gone)
		read_override(root, function);
}

/* The functions that are there, as a card. */
static void make_card(const struct status_card *from, struct card *ret_card)
{
	ret_card->count = 0;
	for (unsigned i = 0; i < from->function_count; i++) {
		if (!from->functions[i].gone && !from->functions[i].stuck)
			ret_card->functions[ret_card->count++] = from->functions[i].now;
	}
}

static bool is_for_vm(const struct status_function *function)
{
	return !function->stuck && !function->gone &&
	       pci_is_vfio_driver(function->now.driver);
}

static void find_bars(const struct sys_root *root, struct status_card *card)
{
	struct pci_address functions[CARD_MAX_FUNCTIONS];
	struct iomem_held held[IOMEM_MAX_HELD];
	unsigned count = 0;
	int found;

	for (unsigned i = 0; i < card->function_count; i++) {
		if (is_for_vm(&card->functions[i]))
			functions[count++] = card->functions[i].address;
	}
	if (count == 0)
		return;
	found = iomem_find_held(root, functions, count, held);
	card->bars_error = found < 0 ? -found : 0;
	for (int i = 0; i < found; i++) {
		if (strcmp(held[i].holder, VFIO_PCI) == 0)
			card->in_use = true;
		else
			card->held[card->held_count++] = held[i];
	}
}

static void read_card(const struct sys_root *root, const struct status_report *report,
		      struct status_card *card)
{
	struct card present;

	for (unsigned i = 0; i < card->function_count; i++)
		read_function(root, report, card, &card->functions[i]);
	if (!card->has_outcome || card->outcome.event != TRACE_TAKEN ||
	    report->stuck_count)
		return;
	make_card(card, &present);
	card->holder_count = survey_holders(root, &present, card->holders);
	find_bars(root, card);
}

void status_read_now(const struct sys_root *root, struct status_report *report)
{
	find_image(report);
	find_sections(report);
	if (!report->stuck_count)
		find_planned(root, report);
	for (unsigned i = 0; i < report->card_count; i++)
		read_card(root, report, &report->cards[i]);
	report->variable_error = variable_read(root, &report->variable);
}
