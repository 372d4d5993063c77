/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * framebuffer: the firmware's framebuffer of a fixture: the platform device, the driver
 * that draws on it, and what both have claimed in proc/iomem. Behaviour as in
 * drivers/base/platform.c, drivers/video/aperture.c and drivers/firmware/sysfb*.c.
 */
#ifndef TESTS_CLI_KERNEL_FRAMEBUFFER_H
#define TESTS_CLI_KERNEL_FRAMEBUFFER_H

#include "tests/cli/kernel/tree.h"

#define FRAMEBUFFER_DRIVERS "sys/bus/platform/drivers/"

/* What a write to bind and unbind of a platform driver does; 0 or -errno. start is the
 * fixture before anything ran: a driver that comes back claims what it had then. */
int framebuffer_bind(int root, const struct tree *start, const char *driver,
		     const char *device);
int framebuffer_unbind(int root, const char *driver, const char *device);

/* Takes device and claims away, for good, if it lies on this function, which is of class
 * 0300: aperture_remove_conflicting_pci_devices(). */
void framebuffer_evict(int root, const char *address);

#endif
