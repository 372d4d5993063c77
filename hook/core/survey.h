/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survey: from the rules and the machine to plans. Reads what the selectors of each rule
 * lead to and hands it to plan; the early program and the tool both come through here, so
 * that there is one planner. Writes nothing.
 */
#ifndef GPUPASS_SURVEY_H
#define GPUPASS_SURVEY_H

#include "hook/core/plan.h"

#define SURVEY_MAX_NEIGHBOURS 16

/* Makes the plan of every rule into plans (conf->rule_count of them). */
void survey_plan(const struct sys_root *root, const struct conf *conf,
		 const struct plan_facts *facts, struct plan *plans);

/* Bridges that PCI is made of: vfio overlooks them, whereas any other bridge, and a host
 * bridge with one, has a driver like any function. */
bool survey_is_overlooked(const struct pci_function *function);

/* Functions that share an IOMMU group with the card and are neither of it nor bridges
 * that vfio overlooks: no VM can open the group while one of them is with a native
 * driver. In the order of addresses. Returns how many; those beyond SURVEY_MAX_NEIGHBOURS
 * are counted and not in ret_functions. */
unsigned survey_neighbours(const struct sys_root *root, const struct card *card,
			   struct pci_function *ret_functions);

/* Those of them that will be in the way: not with a driver for VMs already, and not of a
 * card that one of the plans takes. */
unsigned survey_obstacles(const struct sys_root *root, const struct card *card,
			  const struct plan *plans, unsigned plan_count,
			  struct pci_function *ret_functions);

/* Those of them that a native driver has now: with none, a VM can open the group. */
unsigned survey_holders(const struct sys_root *root, const struct card *card,
			struct pci_function *ret_functions);

#endif
