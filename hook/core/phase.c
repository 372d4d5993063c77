/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names. No I/O, no state.
 */
#include "hook/core/phase.h"

const char *phase_name(unsigned phase)
{
	static const char *const names[] = {
		[PHASE_READING] = "reading the machine",
		[PHASE_MODULES] = "inserting modules",
		[PHASE_OVERRIDE] = "writing driver_override",
		[PHASE_UNBIND] = "unbinding the native driver",
		[PHASE_RELEASE] = "releasing the firmware's framebuffer",
		[PHASE_SETTINGS] = "changing settings",
		[PHASE_BIND] = "binding",
		[PHASE_VERIFY] = "reading back",
		[PHASE_UNDO] = "giving back",
		[PHASE_BOOTING] = "booting on, gpupass was through",
		[PHASE_GUARD] = "writing the guard's variable",
		[PHASE_WITHOUT] = "booting on, not every card was taken",
	};

	return phase < sizeof(names) / sizeof(names[0]) ? names[phase]
							: "in an unknown phase";
}
