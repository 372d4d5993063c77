/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan: rules and what the machine has to decisions. Pure. Everything is decided here,
 * before anything is touched: a card is taken whole or refused with one reason, the first
 * that was found.
 */
#ifndef GPUPASS_PLAN_H
#define GPUPASS_PLAN_H

#include "hook/core/card.h"
#include "hook/core/image.h"
#include "hook/core/trace_format.h"

/* What is known besides the rules and the functions. */
struct plan_facts {
	const struct image_keep *keep;
	const struct image_modules *modules; /* for the variants; NULL = there are none */
	bool keep_broken;                    /* the image's keep list cannot be trusted */
	bool late;      /* udev has started: native drivers may arrive at any moment */
	bool next_boot; /* plan for a boot to come: native drivers that are modules are
			 * not there yet when gpupass starts */
};

/* Where the selectors of one rule lead. */
struct plan_site {
	uint16_t refusal; /* they lead nowhere: a TRACE_REFUSED_* event, or 0 */
	char reason[TRACE_TEXT_SIZE]; /* why */
	int error;                    /* errno behind it; 0 = none */
	struct pci_address address;
	bool identity_holds; /* the function there has the rule's id and subsystem */
	char elsewhere[96];  /* where such a function is, if not there; empty = nowhere */
	const struct topology_near *near;
};

struct plan {
	const struct conf_rule *rule;
	uint16_t refusal; /* 0 = take the card; else a TRACE_REFUSED_* event */
	int about;        /* index of the function that is the reason; -1 = none */
	int error;        /* errno behind the refusal; 0 = none */
	char reason[TRACE_TEXT_SIZE]; /* ends the refusal's sentence */
	struct pci_address address;   /* where the selectors led */
	enum card_result found;       /* whether they led to a card */
	struct pci_address missing;   /* what found is about */
	struct card card;
	const struct image_modules *modules; /* as in plan_facts */
};

/* The name of the driver for a function of the plan's card: what its section says, and
 * for auto the variant, else vfio-pci. */
const char *plan_driver(const struct plan *plan, const struct pci_function *function);

/* "4 functions with vfio-pci", "3 functions with vfio-pci, 1 with pci-stub" */
void plan_format_drivers(const struct plan *plan, char *text, size_t size);

/* Makes the plan for one rule. site is not looked at when the rule is broken. */
void plan_make(const struct conf *conf, const struct conf_rule *rule,
	       const struct plan_site *site, const struct plan_facts *facts,
	       struct plan *ret_plan);

/* Refuses every plan of a card that another plan wants too; one that is refused already
 * keeps its reason. */
void plan_refuse_shared(struct plan *plans, unsigned count);

/* "a storage controller", for a class that is never taken; NULL for any other. */
const char *plan_name_forbidden(uint32_t class_code);

/* Whether two plans are for one card, whatever else speaks against either. */
bool plan_is_same_card(const struct plan *a, const struct plan *b);

#endif
