/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings: reset methods, D3cold and BAR sizes of one function, changed while no driver
 * holds it, each read back; and put back. A setting that cannot be made is recorded and
 * keeps no card from its VM.
 *
 * reset_method and d3cold_allowed: Documentation/ABI/testing/sysfs-bus-pci. A write to
 * resourceN_resize (Linux 6.1) is the number n of 2^n MiB; read, it is a bit set of those
 * that the card offers; with a driver bound it is EBUSY.
 */
#ifndef GPUPASS_SETTINGS_H
#define GPUPASS_SETTINGS_H

#include "hook/core/conf.h"
#include "hook/early/trace.h"

#define SETTINGS_VALUE_SIZE CONF_RESET_SIZE

/* What was there before; empty or 0 = not changed. */
struct settings_journal {
	char reset[SETTINGS_VALUE_SIZE];
	char d3cold[4];
	uint8_t bar_bits[PCI_BARS]; /* 2^n bytes */
};

/* Whether the rule has any for this function. */
bool settings_are_for(const struct conf_rule *rule, const struct pci_function *function);

/* Makes the rule's settings for the function in about: D3cold for every function, the
 * others for the GPU. Notes what was there before in journal. */
void settings_apply(const struct sys_root *root, struct trace *trace,
		    const struct trace_about *about, const struct conf_rule *rule,
		    struct settings_journal *journal);

/* Puts back what journal notes. Returns how many settings could not be put back. */
unsigned settings_restore(const struct sys_root *root, const struct pci_address *address,
			  const struct settings_journal *journal);

#endif
