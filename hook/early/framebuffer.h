/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * framebuffer: the firmware's framebuffer on a card that goes to a VM. Whatever driver
 * draws on it is taken off before vfio-pci binds, and put back when the card is given
 * back; and what still claims a part of the card's BARs is named, since a VM would fail
 * on it much later (hook/core/iomem.h).
 *
 * vfio-pci itself does this only from Linux 6.0 on, and only for class 0300
 * (vfio_pci_vga_init() in drivers/vfio/pci/vfio_pci_core.c). A platform device that was
 * given its memory as a resource (BOOTFB, CONFIG_SYSFB_SIMPLEFB) keeps the claim when its
 * driver goes; user space cannot end that.
 */
#ifndef GPUPASS_FRAMEBUFFER_H
#define GPUPASS_FRAMEBUFFER_H

#include "hook/early/journal.h"

/* Unbinds the driver of the firmware's framebuffer, if there is one. Recorded; that it
 * fails keeps no card from being taken. */
void framebuffer_release(const struct bind_context *context,
			 const struct bind_entry *entry);

/* Binds it again. */
void framebuffer_restore(const struct bind_context *context,
			 const struct bind_entry *entry);

/* Records each BAR of the card's count entries from first on that a VM cannot map. */
void framebuffer_predict(const struct bind_context *context, unsigned first,
			 unsigned count);

#endif
