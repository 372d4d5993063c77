/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci_names: vendors and devices by the names that people know, from pci.ids through
 * libpci. Nothing else of libpci is used: functions are read in hook/core.
 *
 * Names are bytes of somebody's file: escape them before they reach a terminal.
 */
#ifndef GPUPASS_PCI_NAMES_H
#define GPUPASS_PCI_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/gpupass.h"

#define PCI_NAMES_SIZE 256 /* of a name, NUL included; longer ones end in "..." */
#define PCI_NAMES_LIST "usr/share/misc/pci.ids"

struct pci_names;

/* The names that the running system knows, or, below another root, those of its
 * PCI_NAMES_LIST. Never NULL; with a broken list there is a warning, and the names before
 * the broken line. pci_names_close() frees it. */
struct pci_names *pci_names_open(const struct arguments *arguments);
void pci_names_close(struct pci_names *names);

/* "NVIDIA Corporation TU102 [GeForce RTX 2080 Ti Rev. A]", with numbers for what has no
 * name, to buffer (PCI_NAMES_SIZE bytes). */
void pci_names_format(struct pci_names *names, uint16_t vendor, uint16_t device,
		      char *buffer);

/* The name of one alone; false when there is none. */
bool pci_names_vendor(struct pci_names *names, uint16_t vendor, char *buffer);
bool pci_names_device(struct pci_names *names, uint16_t vendor, uint16_t device,
		      char *buffer);

#endif
