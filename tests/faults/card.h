/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card: the tests' card as sysfs has it, and how it is put into a state. Shares nothing
 * with gpupass.
 */
#ifndef TESTS_FAULTS_CARD_H
#define TESTS_FAULTS_CARD_H

#include <stdbool.h>

#define CARD_FUNCTIONS 4
#define CARD_NAME_SIZE 32

struct card_state {
	char driver[CARD_FUNCTIONS][CARD_NAME_SIZE]; /* empty = none */
	char override[CARD_FUNCTIONS][CARD_NAME_SIZE];
};

void card_read(struct card_state *ret_state);

/* Every function is with vfio-pci, by its override. */
bool card_is_taken(const struct card_state *state);
bool card_is_same(const struct card_state *one, const struct card_state *other);

/* "vfio-pci/vfio-pci none/(null) ..." */
const char *card_format(const struct card_state *state);

/* Gives all of it back; with native, .1 and .2 to their native drivers. */
void card_give_back(bool native);

#endif
