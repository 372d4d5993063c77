/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iomem: who has claimed what lies in a BAR. Reads /proc/iomem, writes nothing.
 *
 * vfio-pci claims a BAR only when a VM maps it (pci_request_selected_regions() in
 * drivers/vfio/pci/vfio_pci_core.c); whatever has claimed a part of it by then makes that
 * fail: "BAR n: can't reserve". A claim is a line nested in the line that carries the
 * function's address (kernel/resource.c). Root sees the addresses, others see zeros.
 */
#ifndef GPUPASS_IOMEM_H
#define GPUPASS_IOMEM_H

#include "hook/core/pci.h"

#define IOMEM_NAME_SIZE 32
#define IOMEM_BAR_SIZE  8
#define IOMEM_MAX_HELD  96 /* BARs that are told of: all of sixteen functions */

struct iomem_held {
	struct pci_address address;
	char bar[IOMEM_BAR_SIZE]; /* "BAR 0"; "a BAR" where sysfs does not say which */
	uint64_t start, end;      /* of the BAR, inclusive */
	char holder[IOMEM_NAME_SIZE]; /* the first claim in it */
};

/* Finds the BARs of count functions in which somebody has claimed something; the ROM is
 * none. Returns how many there are in ret_held (IOMEM_MAX_HELD entries); -EACCES when the
 * kernel hides the addresses, or -errno. */
int iomem_find_held(const struct sys_root *root, const struct pci_address *functions,
		    unsigned count, struct iomem_held *ret_held);

#endif
