/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that the firmware keeps for a card: no VM can have it then. reserved_regions:
 * Documentation/ABI/testing/sysfs-kernel-iommu_groups.
 */
#include <stdio.h>
#include <string.h>

#include "tool/check/check.h"

#define GROUPS "sys/kernel/iommu_groups"

/* "0x000... 0x000... direct"; those that the kernel may move are direct-relaxable. */
static int find_direct(const struct lines_place *place, char *line, void *data)
{
	const char *type = strrchr(line, ' ');

	(void)place;
	(void)data;
	return type && strcmp(type + 1, "direct") == 0;
}

/* The kernel tells them by group. */
static void check_regions(struct check *check, const struct plan *plan, int group)
{
	struct check_finding *finding;
	char path[64];

	sys_format(path, sizeof(path), GROUPS "/%d/reserved_regions", group);
	if (lines_of_file(check->root, path, find_direct, NULL) != 1)
		return;
	finding = check_add(check, CHECK_ERROR, "rmrr",
			    "the firmware has memory reserved for IOMMU group %d (RMRR, "
			    "or IVMD on AMD)",
			    group);
	snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
	check_set_reason(finding,
			 "the kernel then refuses the VM; its log says \"platform RMRR "
			 "requirement\" or, if it is newer, \"1:1 IOMMU mapping\"");
	check_set_remedy(finding,
			 "on HPE servers exclude the slot from shared memory features "
			 "(RBSU, HPE's conrep tool); on others switch off Pre-boot DMA "
			 "Protection in the firmware setup, or ask the maker for a "
			 "firmware without it");
}

static bool had_group(const struct card *card, unsigned function)
{
	for (unsigned i = 0; i < function; i++) {
		if (card->functions[i].iommu_group ==
		    card->functions[function].iommu_group)
			return true;
	}
	return false;
}

void check_reserved(struct check *check)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		for (unsigned k = 0; !plan->refusal && k < plan->card.count; k++) {
			if (!had_group(&plan->card, k))
				check_regions(check, plan,
					      plan->card.functions[k].iommu_group);
		}
	}
}
