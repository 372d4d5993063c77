/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass vm: a card written out for what runs virtual machines. Changes nothing.
 */
#include <ctype.h>
#include <string.h>

#include "tool/vm.h"

#define BUS_DEFAULT 10 /* virt-install leaves it free on a q35 machine */
#define BUS_MAX     255

#define HOSTNAME "proc/sys/kernel/hostname"

static int count_forms(const struct arguments *arguments)
{
	return arguments->libvirt + arguments->qemu + arguments->proxmox +
	       arguments->kubevirt;
}

/* "10" or "0x0a". */
static bool parse_bus(const char *text, unsigned *ret_bus)
{
	unsigned base = strncmp(text, "0x", 2) == 0 ? 16 : 10;
	const char *digits = base == 16 ? text + 2 : text;
	uint64_t bus;

	if (sys_parse_number(digits, strlen(digits), base, BUS_MAX, &bus) < 0 || bus == 0)
		return false;
	*ret_bus = (unsigned)bus;
	return true;
}

/* False after a complaint. */
static bool is_usage(const struct arguments *arguments, unsigned *ret_bus)
{
	*ret_bus = BUS_DEFAULT;
	if (arguments->operand_count == 0)
		complain(
			"vm: CARD is missing: a name of gpupass.conf, or an address such as "
			"0000:83:00.0");
	else if (arguments->operand_count > 1)
		complain("vm: \"%s\" is too much", arguments->operands[1]);
	else if (count_forms(arguments) != 1)
		complain(
			"vm: expected one of --libvirt, --qemu, --proxmox and --kubevirt");
	else if (arguments->bus && !arguments->libvirt)
		complain("vm: --bus is for --libvirt");
	else if (arguments->bus && !parse_bus(arguments->bus, ret_bus))
		complain("vm: --bus \"%s\": expected 1 to %d, or 0x01 to 0x%x",
			 arguments->bus, BUS_MAX, BUS_MAX);
	else
		return true;
	return false;
}

/* The name of the machine up to the first dot, as Proxmox VE names a node; empty where it
 * is no such name. It is to be pasted into a shell. */
static void read_node(const struct sys_root *root, char *ret_node)
{
	char name[256];
	size_t length;

	ret_node[0] = '\0';
	if (sys_read_attribute(root, HOSTNAME, name, sizeof(name)) < 0)
		return;
	length = strcspn(name, ".");
	name[length] = '\0';
	if (length == 0 || length >= VM_NODE_SIZE || name[0] == '-' ||
	    name[length - 1] == '-')
		return;
	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)name[i]) && name[i] != '-')
			return;
	}
	strcpy(ret_node, name);
}

/* One device of a guest has eight functions. KubeVirt makes each a device of its own. */
static bool fits(const struct arguments *arguments, const struct vm_card *card)
{
	if (card->count <= PCI_SLOT_FUNCTIONS || arguments->kubevirt)
		return true;
	complain(
		"%s: it has %u functions, and one device of a guest has at most %d; write "
		"sections with functions = for parts of it",
		card->name, card->count, PCI_SLOT_FUNCTIONS);
	return false;
}

static void put(const struct arguments *arguments, const struct vm_card *card,
		unsigned bus)
{
	char node[VM_NODE_SIZE];

	if (arguments->libvirt) {
		vm_libvirt(card, bus);
	} else if (arguments->qemu) {
		vm_qemu(card);
	} else if (arguments->proxmox) {
		read_node(&arguments->root, node);
		vm_proxmox(card, node);
	} else {
		vm_kubevirt(card);
	}
}

enum status verb_vm(const struct arguments *arguments)
{
	static struct vm_card card;
	enum status status;
	unsigned bus;

	if (!is_usage(arguments, &bus))
		return STATUS_USAGE;
	status = vm_find_card(arguments, arguments->operands[0], &card);
	if (status != STATUS_GOOD)
		return status;
	if (!fits(arguments, &card))
		return STATUS_FINDING;
	put(arguments, &card, bus);
	return STATUS_GOOD;
}
