/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config: the host's configuration, for the verbs that need it.
 */
#ifndef GPUPASS_TOOL_CONFIG_H
#define GPUPASS_TOOL_CONFIG_H

#include "hook/core/conf.h"

struct config {
	bool exists;
	bool too_long; /* longer than CONF_MAX_SIZE: text has its start, conf nothing of
			  it */
	unsigned in_file; /* rules; behind them those of a kernel command line */
	size_t length;
	char text[CONF_MAX_SIZE + 2];
	struct conf conf;
};

/* Reads and parses CONF_PATH. 0 also when there is none; else -errno, as
 * regular_open_trusted() where it is to go into an image, else as regular_open(). */
enum config_use { CONFIG_FOR_IMAGE, CONFIG_TO_SHOW };
int config_read(const struct sys_root *root, enum config_use use,
		struct config *ret_config);

/* The same for the file path, relative to the directory at. */
int config_read_at(int at, const char *path, enum config_use use,
		   struct config *ret_config);

/* Adds the cards that the running kernel's command line names (hook/core/conf_words.h).
 */
void config_add_running(const struct sys_root *root, struct conf *conf);

/* Whether an image for this configuration has gpupass in it: the file names a card, may
 * name one but is too long to be read, or wants it in every image. Its errors are said
 * again by the boot's trace. */
bool config_wants_image(const struct config *config);

/* One warning a configuration error. */
void config_warn_errors(const struct config *config);

#endif
