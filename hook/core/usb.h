/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usb: what hangs on a USB controller right now, as far as the kernel has found it out.
 * Reads sysfs (Documentation/ABI/stable/sysfs-bus-usb), writes nothing.
 */
#ifndef GPUPASS_USB_H
#define GPUPASS_USB_H

#include "hook/core/pci.h"

struct usb_seen {
	char disk[PCI_USB_NAME_SIZE]; /* "1-2:1.0", the first below the controller; or
					 empty */
	unsigned keyboards;           /* below the controller */
	unsigned other_keyboards;     /* anywhere else, PS/2 included */
};

/* Looks below the function at address. Without USB in this kernel nothing is seen. 0, or
 * -errno when something could not be looked at, which may hang there. */
int usb_look(const struct sys_root *root, const struct pci_address *address,
	     struct usb_seen *ret_seen);

#endif
