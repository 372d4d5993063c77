/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_edit: the host's configuration between reading and writing, for the verbs that
 * change it. All functions complain when something is wrong.
 */
#ifndef GPUPASS_TOOL_CONF_EDIT_H
#define GPUPASS_TOOL_CONF_EDIT_H

#include "tool/config.h"
#include "tool/gpupass.h"
#include "tool/replace.h"

#define CONF_EDIT_SIZE                                                                   \
	(CONF_MAX_SIZE + 1024) /* a text that cannot be too long for it                  \
				*/

struct conf_edit {
	const struct arguments *arguments;
	struct replace file;
	struct config config;    /* as it was read */
	struct conf conf;        /* of the new text */
	char path[2 * PATH_MAX]; /* of the file itself, for messages */
};

/* Reads the configuration for a verb, and keeps others that change it away until
 * conf_edit_close(). It need not be there. On the running system only for root. */
enum status conf_edit_open(const struct arguments *arguments, const char *verb,
			   struct conf_edit *ret_edit);
void conf_edit_close(struct conf_edit *edit);

/* The section with that name, or NULL. */
const struct conf_rule *conf_edit_find(const struct conf *conf, const char *name);

/* Each error of a configuration, behind prefix. */
void conf_edit_complain(const struct conf *conf, const char *prefix);

/* Writes text to where the configuration was read from. Only a text without an error:
 * the caller has parsed it. */
enum status conf_edit_write(struct conf_edit *edit, struct span text);

/* "[card NAME] WORDS PATH. The old file is BACKUP." to stdout. */
void conf_edit_say(const struct conf_edit *edit, const char *name, const char *words);

#endif
