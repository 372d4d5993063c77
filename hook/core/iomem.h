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

struct iomem_bar {
	struct pci_address address;
	unsigned number;
	struct pci_range range;
	bool listed;                  /* the function's own line was there */
	char holder[IOMEM_NAME_SIZE]; /* the first claim in it; empty = none */
};

/* Finds out who holds each of count bars, whose address, number and range are given. 0;
 * -EACCES when the kernel hides the addresses, or -errno. */
int iomem_find_holders(const struct sys_root *root, struct iomem_bar *bars,
		       unsigned count);

#endif
