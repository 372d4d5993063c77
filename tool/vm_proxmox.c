/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A card for Proxmox VE: a line of /etc/pve/qemu-server/VMID.conf, and as comments the
 * commands that do the same, with and without a resource mapping.
 *
 * The format is that of Proxmox VE's own sources: hostpci in qemu-server 9.2.6,
 * src/PVE/QemuServer/PCI.pm ($hostpci_fmt, parse_hostpci, print_hostpci_devices), the
 * mapping in libpve-guest-common-perl 6.0.2, src/PVE/Mapping/PCI.pm ($map_fmt,
 * assert_valid); the commands in pve-docs 9.1.3, qm-pci-passthrough.adoc and qm.adoc.
 * From there:
 *  - an address without function means all functions of the slot; functions are numbered
 *    in the guest in the order of the list, the first one with multifunction=on;
 *  - each path of one mapping must have the mapping's IDs, so that functions of a card
 *    can be mapped together only as their whole slot, with the IDs of function 0;
 *  - IOMMU group and subsystem must be in the mapping where the host has them.
 */
#include <ctype.h>
#include <string.h>

#include "tool/vm.h"

#define HOSTS_SIZE (PCI_SLOT_FUNCTIONS * PCI_ADDRESS_SIZE + 1)
#define ID_SIZE    (CONF_MAX_NAME + 16)

/* "0000:83:00" */
static void format_slot(const struct pci_address *address, char *text)
{
	pci_format_address(address, text);
	*strrchr(text, '.') = '\0';
}

static void format_hosts(const struct vm_card *card, char *text)
{
	if (card->is_slot) {
		format_slot(&card->functions[0].host.address, text);
		return;
	}
	for (unsigned i = 0; i < card->count; i++) {
		if (i > 0)
			*text++ = ';';
		pci_format_address(&card->functions[i].host.address, text);
		text += strlen(text);
	}
}

/* The format pve-configid: a letter, then at least one of letters, digits, _ and -. */
static void format_id(const struct vm_card *card, char *id)
{
	const char *prefix =
		isalpha((unsigned char)card->name[0]) && card->name[1] != '\0' ? ""
									       : "gpu-";

	sys_format(id, ID_SIZE, "%s%s", prefix, card->name);
	for (; *id; id++) {
		if (*id == '.')
			*id = '-';
	}
}

static void put_mapping(const struct vm_function *function, const char *id,
			const char *node, const char *path)
{
	const struct pci_function *host = &function->host;

	printf("#   pvesh create /cluster/mapping/pci --id %s --map "
	       "'node=%s,path=%s,id=%04x:%04x",
	       id, node, path, host->vendor, host->device);
	if (host->iommu_group >= 0)
		printf(",iommugroup=%d", host->iommu_group);
	if (!function->host.unidentified)
		printf(",subsystem-id=%04x:%04x", function->host.subsystem_vendor,
		       function->host.subsystem_device);
	puts("'");
}

static void put_one_mapping(const struct vm_card *card, const char *id, const char *node)
{
	char path[PCI_ADDRESS_SIZE];

	if (card->is_slot)
		format_slot(&card->functions[0].host.address, path);
	else
		pci_format_address(&card->functions[0].host.address, path);
	puts("# With a resource mapping of the cluster instead:");
	put_mapping(&card->functions[0], id, node, path);
	printf("#   qm set VMID --hostpci0 mapping=%s,pcie=1\n", id);
}

static void put_mappings(const struct vm_card *card, const char *id, const char *node)
{
	char path[PCI_ADDRESS_SIZE], own[ID_SIZE + 12];

	puts("# With resource mappings of the cluster instead. A mapping takes a whole slot "
	     "or\n"
	     "# one function, so that each function of this card is a device of its own in\n"
	     "# the guest:");
	for (unsigned i = 0; i < card->count; i++) {
		pci_format_address(&card->functions[i].host.address, path);
		snprintf(own, sizeof(own), "%s-%u", id, i);
		put_mapping(&card->functions[i], own, node, path);
	}
	printf("#   qm set VMID");
	for (unsigned i = 0; i < card->count; i++)
		printf(" --hostpci%u mapping=%s-%u,pcie=1", i, id, i);
	putchar('\n');
}

void vm_proxmox(const struct vm_card *card, const char *node)
{
	char hosts[HOSTS_SIZE], id[ID_SIZE];

	format_hosts(card, hosts);
	format_id(card, id);
	printf("# Card %s. For /etc/pve/qemu-server/VMID.conf of a guest with\n"
	       "# machine: q35; where it has a hostpci0 already, use another number up to 15.\n"
	       "hostpci0: %s,pcie=1\n"
	       "# The same as a command:\n"
	       "#   qm set VMID --hostpci0 '%s,pcie=1'\n",
	       card->name, hosts, hosts);
	if (card->is_slot || card->count == 1)
		put_one_mapping(card, id, node[0] ? node : "NODE");
	else
		put_mappings(card, id, node[0] ? node : "NODE");
	if (!node[0])
		puts("# NODE is the name of the machine with the card in the cluster.");
}
