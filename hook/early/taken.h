/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * taken: which functions this boot has taken, so that one that comes back later (remove
 * and rescan, hotplug) is known again: an empty directory for each,
 * run/gpupass/taken/0000:83:00.0-0x10de:0x1e07. conf/gpupass.rules looks for it before it
 * starts anything. Where the kernel's own vfio driver was chosen for a function, it is
 * the name of a directory in there.
 */
#ifndef GPUPASS_TAKEN_H
#define GPUPASS_TAKEN_H

#include "hook/core/plan.h"

/* Notes every function of the plan's card. What cannot be noted is not known again. */
void taken_note(const struct sys_root *root, const struct plan *plan);

/* The variant that this boot gave to the function at address, as the only one of
 * ret_modules; none when it gave another driver. */
void taken_read_variant(const struct sys_root *root, const struct pci_address *address,
			struct image_modules *ret_modules);

/* Whether the function that is at address now was taken in this boot. */
bool taken_is(const struct sys_root *root, const struct pci_address *address);

/* Waits for others who take a function back at the same time. The lock ends with the
 * process. */
void taken_lock(const struct sys_root *root);

#endif
