/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf: the text of gpupass.conf(5) to rules. Pure: no I/O, no global state, no printing.
 *
 * Strict: whatever is not understood is an error with its line, its word and what was
 * expected. An error in a section refuses that section (rule->broken); an error in
 * [options], before the first section, or in a section's head that is not clearly a
 * card's refuses all (conf->refuse_all). Parsing never stops early, so that one run
 * shows every error.
 */
#ifndef GPUPASS_CONF_H
#define GPUPASS_CONF_H

#include "hook/core/topology.h"

#define CONF_PATH             "etc/gpupass.conf" /* relative to the root directory */
#define CONF_MAX_SIZE         (16 * 1024)        /* bytes of the file */
#define CONF_MAX_LINE         255 /* bytes of a line, newline not counted */
#define CONF_MAX_NAME         32  /* bytes of a card's name */
#define CONF_MAX_RULES        32
#define CONF_MAX_UNBIND       4
#define CONF_MAX_PARAMETERS   16
#define CONF_MAX_ERRORS       16 /* kept; more are counted */
#define CONF_WORD_SIZE        40 /* of an error's word, NUL included; longer is cut */
#define CONF_VALUE_SIZE       64
#define CONF_RESET_SIZE       64
#define CONF_BAR_MAX          255 /* the largest size that the card offers */
#define CONF_DEADLINE_DEFAULT 10  /* seconds */
#define CONF_DEADLINE_MAX     120

enum conf_functions {
	CONF_FUNCTIONS_CARD,   /* what belongs to the card */
	CONF_FUNCTIONS_SLOT,   /* every function of the slot */
	CONF_FUNCTIONS_SWITCH, /* every function below the card's own switch */
	CONF_FUNCTIONS_LIST,   /* just those in function_mask */
};

enum conf_driver { CONF_VFIO_PCI, CONF_PCI_STUB };
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

/* "vfio-pci.disable_idle_d3 = 1" of [options]; applied at image build. */
struct conf_parameter {
	char module[PCI_DRIVER_SIZE]; /* with _ for -, as the kernel names modules */
	char name[CONF_VALUE_SIZE];
	char value[CONF_VALUE_SIZE];
};

struct conf_error {
	unsigned line; /* from 1; 0 = the file as a whole */
	char word[CONF_WORD_SIZE];
	const char *expected; /* a constant sentence */
};

struct conf {
	bool refuse_all;
	unsigned deadline; /* seconds */
	unsigned rule_count;
	struct conf_rule rules[CONF_MAX_RULES];
	unsigned parameter_count;
	struct conf_parameter parameters[CONF_MAX_PARAMETERS];
	unsigned error_count; /* all of them; the first CONF_MAX_ERRORS are kept */
	struct conf_error errors[CONF_MAX_ERRORS];
};

/* Parses length bytes of text. Cannot fail: what is wrong is in ret_conf->errors. */
void conf_parse(const char *text, size_t length, struct conf *ret_conf);

/* The driver that the rule wants for a function with that number, and its name. */
enum conf_driver conf_driver_of(const struct conf_rule *rule, unsigned function);
const char *conf_driver_name(enum conf_driver driver);

/* FNV-1a, 64 bits (Fowler, Noll, Vo): tells whether two configurations are the same text.
 * Not a defence against somebody who wants two to look alike. */
uint64_t conf_hash(const char *text, size_t length);

/* "gpupass.conf:LINE: "WORD": expected SENTENCE" to buffer, for every program alike. */
void conf_format_error(const struct conf_error *error, char *buffer, size_t size);

#endif
