/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card_at: whether what is at an address is a card that a section may name.
 */
#ifndef GPUPASS_TOOL_CARD_AT_H
#define GPUPASS_TOOL_CARD_AT_H

#include "hook/core/pci.h"

/* Complains, in the planner's own words, when it is none: nothing is there, or something
 * that is never taken, or it does not belong to the GPU beside it. */
bool card_at_is_refused(const struct sys_root *root, const struct pci_address *address);

#endif
