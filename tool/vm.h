/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm: a card for what runs virtual machines. vm_find finds it, vm_card gives each
 * function its number in the guest; one file a form prints it. Reads, changes nothing.
 */
#ifndef GPUPASS_VM_H
#define GPUPASS_VM_H

#include "tool/cards.h"
#include "tool/gpupass.h"

#define VM_NODE_SIZE 64

struct vm_function {
	struct pci_function host;
	unsigned guest; /* its number in the guest's slot */
};

struct vm_card {
	char name[CONF_MAX_NAME + 1];
	bool is_slot; /* more than one function: all that there are in one slot */
	unsigned count;
	struct vm_function functions[CARD_MAX_FUNCTIONS]; /* in the guest's order */
};

/* The card that word names: a section of gpupass.conf, or the address of any function of
 * a GPU. What is not for a virtual machine (pci-stub) is left out with a warning. Not
 * STATUS_GOOD after a complaint. */
enum status vm_find_card(const struct arguments *arguments, const char *word,
			 struct vm_card *ret_card);

/* For it: one function more, and when all are there their order and numbers. */
void vm_add_function(const struct pci_function *function, struct vm_card *card);
void vm_number_functions(const struct sys_root *root, struct vm_card *card);

/* <hostdev> elements for that bus of the guest. */
void vm_libvirt(const struct vm_card *card, unsigned bus);

/* Arguments, on one line. */
void vm_qemu(const struct vm_card *card);

/* A line of a guest's file, and commands as comments. node is this machine's name in the
 * cluster; empty = unknown. */
void vm_proxmox(const struct vm_card *card, const char *node);

/* Two YAML documents: what the cluster permits, and what the guest asks for. */
void vm_kubevirt(const struct vm_card *card);

#endif
