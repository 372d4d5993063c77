/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the records of a boot to what became of each card. Pure; the records may hold
 * anything.
 */
#include "hook/core/conf_card.h"
#include "tool/status.h"

#include <string.h>

#define HASH       "hash "
#define HASH_CHARS 16
#define DRIVER     "driver is "

/* A record's field as text; what it holds beyond that is cut. */
static void copy_field(const char *field, size_t size, char *text, size_t room)
{
	size_t length = strnlen(field, size);

	if (length > room - 1)
		length = room - 1;
	memcpy(text, field, length);
	text[length] = '\0';
}

static struct pci_address address_of(const struct trace_record *record)
{
	return (struct pci_address){
		.domain = record->domain,
		.bus = record->bus,
		.device = record->devfn >> 3,
		.function = record->devfn & 7,
	};
}

struct status_card *status_find_card(struct status_report *report, const char *name)
{
	struct status_card *card;

	for (unsigned i = 0; i < report->card_count; i++) {
		if (strcmp(report->cards[i].name, name) == 0)
			return &report->cards[i];
	}
	if (report->card_count == STATUS_MAX_CARDS)
		return NULL;
	card = &report->cards[report->card_count++];
	copy_field(name, TRACE_CARD_SIZE, card->name, sizeof(card->name));
	return card;
}

struct status_function *status_find_function(struct status_card *card,
					     const struct pci_address *address)
{
	unsigned at = 0;

	while (at < card->function_count &&
	       pci_compare(&card->functions[at].address, address) < 0)
		at++;
	if (at < card->function_count &&
	    pci_same_address(&card->functions[at].address, address))
		return &card->functions[at];
	if (card->function_count == CARD_MAX_FUNCTIONS)
		return NULL;
	memmove(&card->functions[at + 1], &card->functions[at],
		(card->function_count - at) * sizeof(card->functions[0]));
	card->function_count++;
	memset(&card->functions[at], 0, sizeof(card->functions[at]));
	card->functions[at].address = *address;
	return &card->functions[at];
}

/* Records that name a function of the card itself. */
static bool is_of_card(const struct trace_record *record)
{
	return record->flags & TRACE_HAS_FUNCTION &&
	       (record->event == TRACE_FUNCTION_FOUND ||
		(record->event >= TRACE_OVERRIDE_SET &&
		 record->event <= TRACE_UNDO_IMPOSSIBLE));
}

/* Whether a section can have wanted it: a trace may say anything. */
static bool is_driver(const char *name)
{
	return strlen(name) < PCI_DRIVER_SIZE &&
	       conf_card_is_name((struct span){name, strlen(name)}) &&
	       (pci_is_vfio_driver(name) ||
		strcmp(name, conf_driver_name(CONF_PCI_STUB)) == 0);
}

static void note_function(const struct trace_record *record, struct status_card *card)
{
	const struct pci_address address = address_of(record);
	struct status_function *function = status_find_function(card, &address);
	char text[TRACE_TEXT_SIZE + 1];

	if (!function)
		return;
	if (record->flags & TRACE_HAS_IDS && !function->has_ids) {
		function->has_ids = true;
		function->vendor = record->vendor;
		function->device = record->device;
		function->class_code = record->class_code;
	}
	copy_field(record->text, sizeof(record->text), text, sizeof(text));
	if (record->event != TRACE_VERIFIED ||
	    strncmp(text, DRIVER, strlen(DRIVER)) != 0 ||
	    !is_driver(text + strlen(DRIVER)))
		return;
	function->has_given = true;
	sys_format(function->given, sizeof(function->given), "%s", text + strlen(DRIVER));
}

static bool is_failure(const struct trace_record *record)
{
	const struct trace_event_info *info = trace_event_find(record->event);

	return info && info->level <= 3 && info->number != TRACE_FAREWELL &&
	       info->number != TRACE_BAR_HELD && info->number != TRACE_CONSEQUENCE;
}

/* What a card's record of the boot itself says. */
static void note_card(const struct trace_record *record, struct status_card *card)
{
	card->known = true;
	if (record->event >= TRACE_TAKEN && record->event <= TRACE_LEFT) {
		card->outcome = *record;
		card->has_outcome = true;
	} else if (is_failure(record) && card->reason_count < STATUS_MAX_REASONS) {
		card->reasons[card->reason_count++] = *record;
	}
}

/* Why a function that came back after the boot is not with its driver; of whatever card.
 */
static void note_later(const struct trace_record *record, struct status_report *report)
{
	const struct pci_address address = address_of(record);

	if (!(record->flags & TRACE_HAS_FUNCTION))
		return;
	for (unsigned i = 0; i < report->card_count; i++) {
		struct status_card *card = &report->cards[i];

		for (unsigned k = 0; k < card->function_count; k++) {
			struct status_function *function = &card->functions[k];

			if (!pci_same_address(&function->address, &address))
				continue;
			if (record->event == TRACE_RETURNED ||
			    record->event == TRACE_TAKEN_AGAIN)
				function->has_trouble = false;
			else if (is_failure(record) && !function->has_trouble) {
				function->has_trouble = true;
				function->trouble = *record;
			}
		}
	}
}

/* "hash 0c8d95948a2b7663, 1 card, 0 errors". Only the image's: the same is recorded of
 * the host's when a function comes back. */
static void note_hash(const struct trace_record *record, struct status_report *report)
{
	if (!report->started || report->ended || report->has_image_hash ||
	    memcmp(record->text, HASH, strlen(HASH)) != 0)
		return;
	report->has_image_hash =
		sys_parse_number(record->text + strlen(HASH), HASH_CHARS, 16, UINT64_MAX,
				 &report->image_hash) == 0;
}

static void note_switch(const struct trace_record *record, enum status_boot boot,
			struct status_report *report)
{
	report->boot = boot;
	report->boot_record = *record;
}

static void note_stuck(const struct trace_record *record, struct status_report *report)
{
	if (record->flags & TRACE_HAS_FUNCTION &&
	    report->stuck_count < CARD_MAX_FUNCTIONS)
		report->stuck[report->stuck_count++] = address_of(record);
}

/* What a record says of the boot as a whole. */
static void note_run(const struct trace_record *record, struct status_report *report)
{
	switch (record->event) {
	case TRACE_START:
		report->started = true;
		break;
	case TRACE_RETURNED:
	case TRACE_END:
		report->ended = true;
		break;
	case TRACE_OFF:
	case TRACE_CMDLINE_UNREADABLE:
	case TRACE_WORD_UNKNOWN:
	case TRACE_RESCUE:
	case TRACE_CRASH_KERNEL:
		note_switch(record, STATUS_SWITCHED_OFF, report);
		break;
	case TRACE_DRY_RUN:
		note_switch(record, STATUS_DRY_RUN, report);
		break;
	case TRACE_CONF_READ:
		note_hash(record, report);
		break;
	case TRACE_CONF_UNREADABLE:
	case TRACE_CONF_NO_CARD:
		if (report->started && !report->ended && !report->has_image_hash)
			report->image = STATUS_IMAGE_WITHOUT;
		break;
	case TRACE_CONSEQUENCE:
		note_stuck(record, report);
		break;
	case TRACE_GUARD_UNAVAILABLE:
		report->has_no_guard = true;
		report->no_guard = *record;
		break;
	case TRACE_DEADLINE:
	case TRACE_WORKER_DIED:
	case TRACE_NO_WORKER:
	case TRACE_REFUSED_MODULES:
	case TRACE_MODULE_FAILED:
		if (!report->ended) {
			report->has_trouble = true;
			report->trouble = *record;
		}
		break;
	default:
		break;
	}
}

static void note(const struct trace_record *record, struct status_report *report)
{
	char name[TRACE_CARD_SIZE + 1];
	struct status_card *card;

	note_run(record, report);
	if (report->ended) {
		note_later(record, report);
		return;
	}
	copy_field(record->card, sizeof(record->card), name, sizeof(name));
	if (name[0] == '\0' || record->event >= TRACE_KERNEL)
		return;
	card = status_find_card(report, name);
	if (!card)
		return;
	note_card(record, card);
	if (is_of_card(record))
		note_function(record, card);
}

void status_read_boot(const struct ring *ring, struct status_report *report)
{
	struct trace_record record;

	report->boot = STATUS_RAN;
	report->missing = ring->lost + ring->torn + ring->cut;
	for (unsigned i = 0; i < ring->count; i++) {
		ring_read(ring, i, &record);
		note(&record, report);
	}
}
