/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What does not hold, why, and what to do about it. Pure. Every text is printable: what
 * comes from the trace or from sysfs is escaped here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tool/log.h"
#include "tool/log_explain.h"
#include "tool/status.h"

#define REBUILD                                                                          \
	"Rebuild the image (update-initramfs -u -k all, or dracut -f --regenerate-all) " \
	"and reboot."

static struct status_finding *add(struct status_card *card, enum status_weight weight,
				  const char *kind, const char *remedy,
				  const char *format, ...)
	__attribute__((format(printf, 5, 6)));

static struct status_finding *add(struct status_card *card, enum status_weight weight,
				  const char *kind, const char *remedy,
				  const char *format, ...)
{
	static struct status_finding nowhere;
	struct status_finding *finding = &nowhere;
	va_list arguments;

	if (card->finding_count < STATUS_MAX_FINDINGS)
		finding = &card->findings[card->finding_count++];
	memset(finding, 0, sizeof(*finding));
	finding->weight = weight;
	finding->kind = kind;
	finding->remedy = remedy;
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
	if (weight > card->weight)
		card->weight = weight;
	return finding;
}

static void set_function(struct status_finding *finding,
			 const struct pci_address *address)
{
	finding->has_function = true;
	finding->function = *address;
}

static const char *advice_of(uint16_t event)
{
	const struct log_explanation *explanation = log_explain(event);

	return explanation ? explanation->advice : NULL;
}

/* A record of the trace, with what gpupass-log --explain says to it. */
static void add_record(struct status_card *card, const struct trace_record *record,
		       const char *remedy)
{
	const struct trace_event_info *info = trace_event_find(record->event);
	const struct pci_address address = {record->domain, record->bus,
					    record->devfn >> 3, record->devfn & 7};
	struct trace_record untimed = *record;
	struct status_finding *finding;
	char message[LOG_MESSAGE_SIZE];

	untimed.duration = 0;
	log_format_message(&untimed, message);
	finding = add(card, STATUS_BROKEN, info ? info->name : "unknown", remedy, "%s",
		      message);
	if (record->flags & TRACE_HAS_FUNCTION)
		set_function(finding, &address);
}

/* Refused or failed: with the card's own reasons, else with what stopped the run. */
static void explain_outcome(const struct status_report *report, struct status_card *card)
{
	for (unsigned i = 0; i < card->reason_count; i++)
		add_record(card, &card->reasons[i], advice_of(card->reasons[i].event));
	if (card->reason_count)
		return;
	if (report->has_trouble)
		add_record(card, &report->trouble, advice_of(report->trouble.event));
	else
		add_record(card, &card->outcome, "gpupass-log says more.");
}

/* The boot recorded no outcome for it. */
static void explain_absence(const struct status_report *report, struct status_card *card)
{
	card->weight = STATUS_BROKEN;
	if (report->boot != STATUS_RAN && report->boot != STATUS_DRY_RUN)
		return; /* said once, for all cards */
	if (report->missing) {
		card->weight = STATUS_REMARK;
		add(card, STATUS_UNKNOWN, "outcome-lost",
		    "A reboot writes a new one; gpupass-log shows what is left.",
		    "the trace lacks %llu records, and what became of this card is "
		    "among them",
		    (unsigned long long)report->missing);
	} else if (card->known || report->image == STATUS_IMAGE_CURRENT) {
		add(card, STATUS_BROKEN, "no-outcome", "gpupass-log says more.",
		    "gpupass ended before it came to it");
	} else {
		add(card, STATUS_BROKEN, "section-unknown", REBUILD,
		    "the image of this boot did not have this section");
	}
}

static void judge_driver(struct status_card *card, const struct status_function *function)
{
	const char *given = function->given;
	char driver[1 + PRINT_ESCAPED_SIZE(PCI_DRIVER_SIZE)];
	struct status_finding *finding;

	if (strcmp(function->now.driver, given) == 0)
		return;
	driver[0] = ' ';
	print_escape(function->now.driver, strlen(function->now.driver), driver + 1);
	finding = add(
		card, STATUS_BROKEN, "driver",
		function->has_trouble ? NULL
				      : "It was given to the host after the boot (virsh "
					"nodedev-reattach does so); a reboot takes it "
					"again.",
		"it is with%s, not with %s", driver[1] ? driver : "out a driver", given);
	set_function(finding, &function->address);
	finding->stops_vm = true;
	if (function->has_trouble)
		add_record(card, &function->trouble, advice_of(function->trouble.event));
}

static void judge_override(struct status_card *card,
			   const struct status_function *function)
{
	const char *given = function->given;
	char override[PRINT_ESCAPED_SIZE(PCI_DRIVER_SIZE)];

	if (strcmp(function->now.driver, given) != 0 ||
	    strcmp(function->override, given) == 0)
		return;
	print_escape(function->override, strlen(function->override), override);
	set_function(add(card, STATUS_REMARK, "override",
			 "Once unbound, another driver may take it; a reboot sets it "
			 "again.",
			 "driver_override is %s, not %s",
			 override[0] ? override : "empty", given),
		     &function->address);
}

static bool is_another(const struct status_function *function)
{
	return function->has_ids && (function->vendor != function->now.vendor ||
				     function->device != function->now.device);
}

static void judge_function(struct status_card *card,
			   const struct status_function *function)
{
	struct status_finding *finding = NULL;

	if (function->stuck)
		finding = add(card, STATUS_BROKEN, "stuck", advice_of(TRACE_CONSEQUENCE),
			      "a step of gpupass hangs in it; it is not looked at");
	else if (function->gone)
		finding = add(card, STATUS_BROKEN, "gone",
			      "It was removed or fell off the bus, see journalctl -k; a "
			      "removed one comes back with echo 1 >/sys/bus/pci/rescan.",
			      "it is not there any more");
	else if (function->now.error)
		finding = add(card, STATUS_UNKNOWN, "unreadable", NULL,
			      "its attribute %s cannot be read: %s",
			      function->now.unreadable, strerror(function->now.error));
	else if (is_another(function))
		finding = add(card, STATUS_BROKEN, "identity",
			      "The buses were renumbered or the card exchanged since the "
			      "boot; reboot.",
			      "%04x:%04x sits there, not %04x:%04x", function->now.vendor,
			      function->now.device, function->vendor, function->device);
	if (finding) {
		set_function(finding, &function->address);
		finding->stops_vm = finding->weight == STATUS_BROKEN;
		return;
	}
	judge_driver(card, function);
	judge_override(card, function);
}

static void judge_group(struct status_card *card)
{
	unsigned count = card->holder_count < SURVEY_MAX_NEIGHBOURS
				 ? card->holder_count
				 : SURVEY_MAX_NEIGHBOURS;

	for (unsigned i = 0; i < count; i++) {
		const struct pci_function *holder = &card->holders[i];
		char driver[PRINT_ESCAPED_SIZE(PCI_DRIVER_SIZE)];
		struct status_finding *finding;

		print_escape(holder->driver, strlen(holder->driver), driver);
		finding = add(card, STATUS_BROKEN, "group-shared",
			      advice_of(TRACE_GROUP_SHARED),
			      "it shares IOMMU group %d and is with %s",
			      holder->iommu_group, driver);
		set_function(finding, &holder->address);
		finding->stops_vm = true;
	}
}

static void judge_bars(struct status_card *card)
{
	for (unsigned i = 0; i < card->held_count; i++) {
		const struct iomem_held *bar = &card->held[i];
		char holder[PRINT_ESCAPED_SIZE(IOMEM_NAME_SIZE)];
		struct status_finding *finding;

		print_escape(bar->holder, strlen(bar->holder), holder);
		finding = add(card, STATUS_BROKEN, "bar-held", advice_of(TRACE_BAR_HELD),
			      "%s is held by %s", bar->bar, holder);
		set_function(finding, &bar->address);
		finding->stops_vm = true;
	}
	if (card->bars_error == EACCES)
		add(card, STATUS_UNKNOWN, "bars-unknown", "Run gpupass status as root.",
		    "without root it cannot be told whether its memory is free");
	else if (card->bars_error)
		add(card, STATUS_UNKNOWN, "bars-unknown", NULL,
		    "cannot read /proc/iomem to see whether its memory is free: %s",
		    strerror(card->bars_error));
}

/* The section of now may want another driver than the boot gave. */
static void judge_wanted(struct status_card *card, const struct status_function *function)
{
	if (strcmp(function->wanted, function->given) != 0)
		set_function(add(card, STATUS_BROKEN, "section-driver", REBUILD,
				 "its section wants %s now, this boot gave it %s",
				 function->wanted, function->given),
			     &function->address);
}

/* A section that has changed after the image was built may mean something else. */
static void judge_section(const struct status_report *report, struct status_card *card)
{
	char address[PCI_ADDRESS_SIZE];

	if (!card->rule) {
		add(card, STATUS_REMARK, "no-section", REBUILD,
		    "no section of /etc/gpupass.conf names it now");
		return;
	}
	if (report->image != STATUS_IMAGE_DIFFERS)
		return;
	if (card->rule->broken || report->config.conf.refuse_all)
		add(card, STATUS_BROKEN, "section-broken",
		    "Correct it, see gpupass.conf(5): the next image would refuse the card.",
		    "the configuration has an error now");
	for (unsigned i = 0; i < card->function_count; i++)
		judge_wanted(card, &card->functions[i]);
	if (!card->elsewhere)
		return;
	pci_format_address(&card->elsewhere_address, address);
	add(card, STATUS_BROKEN, "section-elsewhere", REBUILD,
	    "its section means %s now, which this boot did not take", address);
}

/* Taken all the same, but not as its section says. */
static void judge_settings(struct status_card *card)
{
	for (unsigned i = 0; i < card->reason_count; i++) {
		if (card->reasons[i].event == TRACE_SETTING_FAILED)
			add_record(card, &card->reasons[i],
				   advice_of(TRACE_SETTING_FAILED));
	}
}

static void judge_taken(const struct status_report *report, struct status_card *card)
{
	judge_settings(card);
	for (unsigned i = 0; i < card->function_count; i++)
		judge_function(card, &card->functions[i]);
	judge_group(card);
	judge_bars(card);
	judge_section(report, card);
	if (report->stuck_count)
		add(card, STATUS_UNKNOWN, "not-looked-at", advice_of(TRACE_CONSEQUENCE),
		    "a step of gpupass hangs in the kernel, so neither its groups nor "
		    "its memory were looked at");
	if (card->function_count == 0)
		add(card, STATUS_UNKNOWN, "functions-lost", NULL,
		    "the trace does not say which functions it has");
	for (unsigned i = 0; i < card->finding_count; i++)
		card->stops_vm = card->stops_vm || card->findings[i].stops_vm;
}

static void judge_card(const struct status_report *report, struct status_card *card)
{
	if (!card->has_outcome) {
		explain_absence(report, card);
		return;
	}
	switch (card->outcome.event) {
	case TRACE_TAKEN:
		judge_taken(report, card);
		break;
	case TRACE_WOULD_TAKE:
		card->weight = STATUS_BROKEN; /* said once, for all cards */
		break;
	case TRACE_LEFT:
		add_record(card, &card->outcome, advice_of(TRACE_LEFT));
		break;
	default:
		explain_outcome(report, card);
		break;
	}
}

void status_judge(struct status_report *report)
{
	const struct conf *conf = &report->config.conf;

	if (conf->error_count || report->config.too_long)
		report->weight = STATUS_BROKEN;
	for (unsigned i = 0; i < report->card_count; i++) {
		struct status_card *card = &report->cards[i];

		judge_card(report, card);
		if (card->rule && card->weight > report->weight)
			report->weight = card->weight;
	}
}
