/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arguments: the options and operands of one verb.
 */
#ifndef GPUPASS_ARGUMENTS_H
#define GPUPASS_ARGUMENTS_H

#include "tool/verbs.h"

/* Reads them; argv[0] is the verb. False after a complaint that names the word that is
 * wrong. */
bool arguments_parse(const struct verb *verb, int argc, char **argv,
		     struct arguments *ret_arguments);

#endif
