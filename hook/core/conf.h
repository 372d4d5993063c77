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

#include <limits.h>

#include "hook/core/conf_rule.h"
#include "hook/core/span.h"

#define CONF_PATH             "etc/gpupass.conf" /* relative to the root directory */
#define CONF_MAX_SIZE         (16 * 1024)        /* bytes of the file */
#define CONF_MAX_LINE         255 /* bytes of a line, newline not counted */
#define CONF_MAX_RULES        32
#define CONF_MAX_PARAMETERS   16
#define CONF_MAX_ERRORS       16 /* kept; more are counted */
#define CONF_WORD_SIZE        40 /* of an error's word, NUL included; longer is cut */
#define CONF_VALUE_SIZE       64
#define CONF_WORDS_NAME       "cmdline." /* no section's name begins so */
#define CONF_COMMAND_LINE     UINT_MAX   /* in place of a line: see conf_words.h */
#define CONF_DEADLINE_DEFAULT 10         /* seconds */
#define CONF_DEADLINE_MAX     120

enum conf_guard { CONF_GUARD_ON, CONF_GUARD_OFF, CONF_GUARD_REQUIRE };

/* "vfio-pci.disable_idle_d3 = 1" of [options]; applied at image build. */
struct conf_parameter {
	char module[PCI_DRIVER_SIZE]; /* with _ for -, as the kernel names modules */
	char name[CONF_VALUE_SIZE];
	char value[CONF_VALUE_SIZE];
};

struct conf_error {
	unsigned line; /* from 1; 0 = the file as a whole, or CONF_COMMAND_LINE */
	char word[CONF_WORD_SIZE];
	const char *expected; /* a constant sentence */
};

struct conf {
	uint64_t hash; /* of the text */
	bool refuse_all;
	unsigned deadline; /* seconds */
	enum conf_guard guard;
	bool generic; /* image = generic: for any host, with or without a card */
	unsigned rule_count, parameter_count;
	unsigned error_count; /* all of them; the first CONF_MAX_ERRORS are kept */
	struct conf_rule rules[CONF_MAX_RULES];
	struct conf_parameter parameters[CONF_MAX_PARAMETERS];
	struct conf_error errors[CONF_MAX_ERRORS];
};

/* Parses length bytes of text. Cannot fail: what is wrong is in ret_conf->errors. */
void conf_parse(const char *text, size_t length, struct conf *ret_conf);

/* Adds what is wrong with a word; for conf_words. */
void conf_add_error(struct conf *conf, unsigned line, struct span word,
		    const char *expected);

/* "gpupass.conf:LINE: "WORD": expected SENTENCE" to buffer, for every program alike;
 * "kernel command line: ..." */
void conf_format_error(const struct conf_error *error, char *buffer, size_t size);

#endif
