/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check: what the next boot will do with the cards, and what stands in the way. Each
 * check_* below looks at one side of this machine and adds what it finds; text and json
 * print it. Nothing here writes or runs anything.
 */
#ifndef GPUPASS_CHECK_H
#define GPUPASS_CHECK_H

#include "hook/core/console.h"
#include "hook/core/survey.h"
#include "tool/boot_loader.h"
#include "tool/cards.h"
#include "tool/config.h"
#include "tool/print.h"

#define CHECK_MAX_FINDINGS 96
#define CHECK_TEXT_SIZE    512
#define CHECK_KIND_SIZE    40
#define CHECK_LOG_SIZE     (256 * 1024) /* of the kernel's log: its end */
#define CHECK_RELEASE_SIZE 65

enum check_weight {
	CHECK_NOTE,    /* to know; costs nothing, or can be taken away */
	CHECK_WARNING, /* works, at a cost or with a risk */
	CHECK_ERROR,   /* a card is not taken, or no VM can have it */
};

struct check_finding {
	enum check_weight weight;
	char kind[CHECK_KIND_SIZE];   /* a word for programs */
	char card[CONF_MAX_NAME + 1]; /* the section; empty = the machine */
	bool has_function;
	struct pci_address function;
	struct lines_place place;   /* line 0 = the file as a whole; empty path = none */
	char text[CHECK_TEXT_SIZE]; /* what was found; any bytes */
	char reason[CHECK_TEXT_SIZE]; /* why it matters */
	char remedy[CHECK_TEXT_SIZE]; /* what to do on this machine; empty = nothing */
};

struct check {
	const struct sys_root *root;
	const char *root_path; /* without a slash at its end */
	char rebuild[64];      /* "run: COMMAND": has all boot images built again */
	char release[CHECK_RELEASE_SIZE]; /* of the running kernel; empty = unknown */
	struct config config;
	struct boot_loader loader;
	struct console console;
	struct cards cards;
	struct plan plans[CONF_MAX_RULES]; /* for the next boot */
	bool switched_off;                 /* the next boot's command line says so */
	bool iommu_is_next; /* off now and on then, so that no plan is certain */
	bool has_log;       /* the kernel's log could be read: */
	char log[CHECK_LOG_SIZE];
	void (*progress)(void *data, const char *what); /* before what may take long */
	void *progress_data;
	unsigned finding_count, dropped; /* dropped did not fit */
	struct check_finding findings[CHECK_MAX_FINDINGS];
};

/* Adds a finding. What follows the format is its text; the caller may set the rest.
 * Never NULL. */
struct check_finding *check_add(struct check *check, enum check_weight weight,
				const char *kind, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void check_set_function(struct check_finding *finding, const struct pci_address *address);
void check_set_reason(struct check_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void check_set_remedy(struct check_finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The planner's own reason why a card would not be taken. */
struct check_finding *check_add_refusal(struct check *check, const struct plan *plan);

/* Reason and remedy as gpupass-log explains that event, for this machine. */
void check_explain(const struct check *check, uint16_t event,
		   struct check_finding *finding);

/* The worst first; what weighs the same stays in the order of its finding. */
void check_sort(struct check *check);

/* How many findings have that weight. */
unsigned check_count(const struct check *check, enum check_weight weight);

/* "error", "warning", "note". */
const char *check_weight_name(enum check_weight weight);

/* Whether address is of a card that one of the plans would take. */
bool check_is_taken(const struct check *check, const struct pci_address *address);

/* "pci=nomsi,noaer" without nomsi: "pci=noaer"; empty when nothing is left. */
void check_without_item(const char *word, const char *item, char *text, size_t size);

/* Whether any function of this machine has an IOMMU group. */
bool check_has_groups(const struct check *check);

/* Whether the kernel's log has a text; false too when it could not be read. */
bool check_log_has(const struct check *check, const char *text);

/* The sides: configuration first, since the others ask what is taken. */
void check_configuration(struct check *check);
void check_iommu(struct check *check);
void check_cards(struct check *check);
void check_images(struct check *check);
void check_screen(struct check *check);
void check_parameters(struct check *check);
void check_modprobe(struct check *check);
void check_others(struct check *check);
void check_proxmox(struct check *check);    /* of others */
void check_interrupts(struct check *check); /* of iommu, as the next */
void check_reserved(struct check *check);
void check_guard(struct check *check);

void check_text(const struct check *check, enum print_colour colour);
bool check_json(const struct check *check); /* false when there is no memory */

#endif
