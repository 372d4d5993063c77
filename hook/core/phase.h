/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * phase: the steps of taking a card, as journal, guard and messages name them. Pure.
 */
#ifndef GPUPASS_PHASE_H
#define GPUPASS_PHASE_H

/* The numbers are in the guard's variable: never reused. */
enum phase {
	PHASE_READING = 0, /* looking at the machine */
	PHASE_MODULES = 1, /* inserting modules */
	PHASE_OVERRIDE = 2,
	PHASE_UNBIND = 3,
	PHASE_RELEASE = 4, /* of the firmware's framebuffer */
	PHASE_SETTINGS = 5,
	PHASE_BIND = 6,
	PHASE_VERIFY = 7,
	PHASE_UNDO = 8,
	PHASE_BOOTING = 9,  /* gpupass is through, the host boots on */
	PHASE_GUARD = 10,   /* writing the guard's variable: in the journal only */
	PHASE_WITHOUT = 11, /* as PHASE_BOOTING, with a card that was not taken */
};

/* What the phase is called in messages: "writing driver_override". Any number gives a
 * text: the variable's may come from elsewhere. */
const char *phase_name(unsigned phase);

#endif
