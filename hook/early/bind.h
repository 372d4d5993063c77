/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bind: hand one card to its driver, function by function, and give it back when that
 * fails. Semantics of driver_override, bind and unbind:
 * Documentation/ABI/testing/sysfs-bus-pci and drivers/base/bus.c; a write that returned
 * success proves nothing, the driver link decides.
 */
#ifndef GPUPASS_BIND_H
#define GPUPASS_BIND_H

#include "hook/early/journal.h"

/* Takes the card of plan number card. Returns 0 when every function was read back with
 * its driver; else -errno, and the card has been given back. */
int bind_take_card(const struct bind_context *context, const struct plan *plan,
		   unsigned card);

#endif
