/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plausible: in which ways the real kernel, or what lies below it, may let one system
 * call fail.
 */
#ifndef TESTS_FAULTS_PLAUSIBLE_H
#define TESTS_FAULTS_PLAUSIBLE_H

#include "tests/faults/inject.h"

/* The i-th way; false when there are no more. KILL comes last, for the worker alone. */
bool plausible_get(const struct call *call, unsigned i, struct injection *ret_injection);

/* "EIO", "EIO after it was done", "killed", ... */
const char *plausible_name(const struct injection *injection);

#endif
