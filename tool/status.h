/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status: what became of each rule. status_boot reads what this boot has recorded,
 * status_now looks at the machine as it is, status_judge says what follows from both;
 * status_text and status_json print it. Only status_now does I/O, and changes nothing.
 */
#ifndef GPUPASS_STATUS_H
#define GPUPASS_STATUS_H

#include "hook/core/iomem.h"
#include "hook/core/survey.h"
#include "tool/config.h"
#include "tool/ring.h"
#include "tool/variable.h"

#define STATUS_MAX_CARDS                                                                 \
	(2 * CONF_MAX_RULES) /* sections of now, and those of the boot                   \
			      */
#define STATUS_MAX_REASONS  8
#define STATUS_MAX_FINDINGS 48
#define STATUS_TEXT_SIZE    1024

/* How much a finding weighs: the heaviest one is the verdict. */
enum status_weight {
	STATUS_REMARK,  /* the rule holds */
	STATUS_UNKNOWN, /* cannot be told */
	STATUS_BROKEN,  /* the rule does not hold */
};

struct status_finding {
	enum status_weight weight;
	bool stops_vm;
	const char *kind; /* a constant word for programs */
	bool has_function;
	struct pci_address function;
	char text[STATUS_TEXT_SIZE]; /* printable */
	const char *remedy;          /* a constant sentence; NULL = none */
};

struct status_function {
	struct pci_address address;
	bool has_ids; /* the boot's: */
	uint16_t vendor, device;
	uint32_t class_code;
	bool has_given; /* what it had when the boot looked, else as the section wants: */
	char given[PCI_DRIVER_SIZE];
	char wanted[PCI_DRIVER_SIZE]; /* by the section of now */
	bool has_trouble; /* the last that was recorded of it after the boot: */
	struct trace_record trouble;
	bool stuck; /* a step hangs in it: whoever reads it would hang too */
	bool gone;
	struct pci_function now;        /* unless stuck or gone */
	char override[PCI_DRIVER_SIZE]; /* of now; empty = none */
};

struct status_card {
	char name[TRACE_CARD_SIZE + 1]; /* any bytes */
	const struct conf_rule *rule;   /* of gpupass.conf now; NULL = no section */
	bool known;                     /* to the boot */
	bool has_outcome;
	struct trace_record outcome; /* one of TRACE_TAKEN to TRACE_LEFT */
	unsigned reason_count;       /* the first ones are here */
	struct trace_record reasons[STATUS_MAX_REASONS];
	unsigned function_count;
	struct status_function functions[CARD_MAX_FUNCTIONS]; /* in order */

	bool elsewhere; /* the section of now means this function, too: */
	struct pci_address elsewhere_address;
	unsigned holder_count; /* functions of its groups with a native driver */
	struct pci_function holders[SURVEY_MAX_NEIGHBOURS];
	unsigned held_count; /* BARs that somebody else has claimed */
	struct iomem_held held[IOMEM_MAX_HELD];
	int bars_error; /* why that is not known; 0 = it is */
	bool in_use;    /* a VM has mapped a BAR */

	enum status_weight weight;
	bool stops_vm;
	unsigned finding_count;
	struct status_finding findings[STATUS_MAX_FINDINGS];
};

enum status_boot {
	STATUS_RAN,
	STATUS_SWITCHED_OFF, /* boot_record says by what */
	STATUS_DRY_RUN,
	STATUS_NO_TRACE,
	STATUS_LOST_TRACE, /* it ran, and could not write it */
	STATUS_OTHER_BOOT,
};

enum status_image {
	STATUS_IMAGE_UNKNOWN, /* the trace does not say */
	STATUS_IMAGE_CURRENT,
	STATUS_IMAGE_DIFFERS,
	STATUS_IMAGE_WITHOUT, /* it has no configuration */
};

struct status_report {
	enum status_boot boot;
	struct trace_record boot_record;
	bool started, ended; /* of the boot's run: what follows its end came later */
	uint64_t missing;    /* records of the trace that cannot be read */
	bool has_image_hash;
	uint64_t image_hash;
	enum status_image image;
	struct config config;
	bool has_trouble; /* the last failure that may be why a card has none of its own
			   */
	struct trace_record trouble;
	bool has_no_guard; /* TRACE_GUARD_UNAVAILABLE of the boot */
	struct trace_record no_guard;
	unsigned stuck_count;
	struct pci_address stuck[CARD_MAX_FUNCTIONS];
	struct variable variable;
	int variable_error;
	unsigned card_count;
	struct status_card cards[STATUS_MAX_CARDS];
	enum status_weight weight;
};

/* What the records say. */
void status_read_boot(const struct ring *ring, struct status_report *report);

/* The card with that name, made if there is none; NULL when there are too many. */
struct status_card *status_find_card(struct status_report *report, const char *name);

/* The same for a function of a card; kept in the order of addresses. */
struct status_function *status_find_function(struct status_card *card,
					     const struct pci_address *address);

/* Compares with the configuration and the machine of now. */
void status_read_now(const struct sys_root *root, struct status_report *report);

/* Makes the findings, and the weights. */
void status_judge(struct status_report *report);

/* "taken, a VM can start"; a card's one line. */
const char *status_headline(const struct status_card *card);

/* "can start", "running", "cannot start" or "unknown". */
const char *status_vm(const struct status_card *card);

/* Why the boot as a whole is not as it should be, and the remedy; false when it is. */
bool status_explain_boot(const struct status_report *report, char *text,
			 const char **ret_remedy);

/* What is to be said of the image's configuration, and of the guard. */
const char *status_explain_image(const struct status_report *report);
void status_explain_guard(const struct status_report *report, char *text);
const char *status_guard_word(const struct status_report *report);

/* "2026-11-22 13:08:54 UTC, while binding, card win11, 0000:83:00.1" of the last boot
 * that died; false when none is known of. */
bool status_last_words(const struct status_report *report, char *text);

void status_text(const struct status_report *report);

/* False when there is no memory. */
bool status_json(const struct status_report *report);

#endif
