/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A card as arguments of QEMU: a root port of its own, and the functions in the one slot
 * behind it. All on one line without quotes, so that it can be pasted behind a command
 * and stand in $(...) as well.
 *
 * QEMU refuses two ports with one chassis and slot, of which it compares eight bits each
 * (hw/pci/pcie_port.c, pcie_chassis_add_slot). Ports that people and programs make by
 * hand count their chassis from 0 or 1; so these are above, and cards on different buses,
 * devices or (of four) domains of the host have different ones.
 */
#include "tool/vm.h"

#define FIRST_CHASSIS 128
#define DOMAINS       4
#define DEVICES       32

static unsigned choose_chassis(const struct pci_address *address)
{
	return FIRST_CHASSIS + address->domain % DOMAINS * DEVICES + address->device;
}

void vm_qemu(const struct vm_card *card)
{
	const struct pci_address *first = &card->functions[0].host.address;
	char address[PCI_ADDRESS_SIZE];

	printf("-device pcie-root-port,id=gpupass-%s,bus=pcie.0,chassis=%u,slot=%u",
	       card->name, choose_chassis(first), first->bus);
	for (unsigned i = 0; i < card->count; i++) {
		const struct vm_function *function = &card->functions[i];

		pci_format_address(&function->host.address, address);
		printf(" -device vfio-pci,host=%s,bus=gpupass-%s,addr=00.%u%s", address,
		       card->name, function->guest,
		       function->guest == 0 && card->count > 1 ? ",multifunction=on"
							       : "");
	}
	putchar('\n');
}
