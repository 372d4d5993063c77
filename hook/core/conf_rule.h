/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_rule: one section of gpupass.conf(5), as conf has understood it. Pure.
 */
#ifndef GPUPASS_CONF_RULE_H
#define GPUPASS_CONF_RULE_H

#include "hook/core/topology.h"

#define CONF_MAX_NAME   32 /* bytes of a card's name */
#define CONF_MAX_UNBIND 4
#define CONF_RESET_SIZE 64
#define CONF_BAR_MAX    255 /* the largest size that the card offers */

enum conf_functions {
	CONF_FUNCTIONS_CARD,   /* what belongs to the card */
	CONF_FUNCTIONS_SLOT,   /* every function of the slot */
	CONF_FUNCTIONS_SWITCH, /* every function below the card's own switch */
	CONF_FUNCTIONS_LIST,   /* just those in function_mask */
};

enum conf_driver {
	CONF_VFIO_PCI,
	CONF_PCI_STUB,
	CONF_AUTO, /* the kernel's own vfio driver for the function, else vfio-pci */
};
#define CONF_DRIVERS 3

enum conf_choice { CONF_AS_IS, CONF_YES, CONF_NO };

struct conf_rule {
	char name[CONF_MAX_NAME + 1];
	unsigned line; /* of the section's head */
	bool broken;
	bool has_address, has_path, has_id, has_subsystem;
	struct pci_address address;
	struct topology_path path;
	uint16_t vendor, device; /* of id */
	uint16_t subsystem_vendor, subsystem_device;
	enum conf_functions functions;
	uint8_t function_mask; /* bit n = function n, for CONF_FUNCTIONS_LIST */
	enum conf_driver driver;
	uint8_t own_driver; /* bit n = function n has one in driver_of */
	enum conf_driver driver_of[PCI_SLOT_FUNCTIONS];
	char unbind[CONF_MAX_UNBIND][PCI_DRIVER_SIZE];
	unsigned unbind_count;
	bool keep_console;
	char reset[CONF_RESET_SIZE]; /* of the GPU, as reset_method has it; empty = as is
				      */
	enum conf_choice d3cold;     /* of every function */
	uint8_t bar_bits[PCI_BARS];  /* of the GPU: 2^n bytes, CONF_BAR_MAX; 0 = as is */
};

/* The driver that the rule wants for a function with that number, and its name; the word
 * "auto" for CONF_AUTO, whose driver's name plan_driver() knows. */
enum conf_driver conf_driver_of(const struct conf_rule *rule, unsigned function);
const char *conf_driver_name(enum conf_driver driver);

#endif
