/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * give_back: the way back. Each function of a card becomes what it was before: settings,
 * override, driver, and the firmware's framebuffer where that can still be had.
 */
#ifndef GPUPASS_GIVE_BACK_H
#define GPUPASS_GIVE_BACK_H

#include "hook/early/journal.h"

/* Gives a card back, last function first: override cleared, our driver unbound, the
 * native driver probed again where one was there before. Entry number skip (-1 = none) is
 * not touched: whoever hangs in it holds its lock. Returns how many of the
 * others were not given back. */
unsigned bind_give_back(const struct bind_context *context, unsigned card, int skip);

#endif
