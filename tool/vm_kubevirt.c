/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A card for KubeVirt: two YAML documents, what the cluster permits and what a guest asks
 * for. The fields are those of KubeVirt's API, v1.9 of
 * staging/src/kubevirt.io/api/core/v1: PermittedHostDevices and PciHostDevice in
 * types.go, HostDevice and GPU in schema.go.
 *
 * The resources are named after the IDs, not after the card: of two entries with one
 * pciVendorSelector KubeVirt keeps the last (pkg/virt-handler/device-manager/
 * device_controller.go), so that the cards of one model must have the same entry. And it
 * tells the devices of one resource apart by their IOMMU groups (pci_device.go there), so
 * that of two functions with the same IDs in one group it hands out one.
 */
#include "tool/names.h"
#include "tool/vm.h"

static bool same_ids(const struct pci_function *a, const struct pci_function *b)
{
	return a->vendor == b->vendor && a->device == b->device;
}

/* Whether an earlier function has the same IDs; with in_group, in the same IOMMU group.
 */
static bool is_again(const struct vm_card *card, unsigned number, bool in_group)
{
	const struct pci_function *function = &card->functions[number].host;

	for (unsigned i = 0; i < number; i++) {
		const struct pci_function *other = &card->functions[i].host;

		if (same_ids(other, function) &&
		    (!in_group || other->iommu_group == function->iommu_group))
			return true;
	}
	return false;
}

static bool is_display(const struct pci_function *function)
{
	return function->class_code >> 16 == PCI_CLASS_DISPLAY;
}

static void put_permitted(const struct vm_card *card)
{
	puts("# 1. For the KubeVirt object. Where it has such a list already, add to that\n"
	     "# list what is missing.\n"
	     "spec:\n"
	     "  configuration:\n"
	     "    permittedHostDevices:\n"
	     "      pciHostDevices:");
	for (unsigned i = 0; i < card->count; i++) {
		const struct pci_function *function = &card->functions[i].host;

		if (is_again(card, i, false))
			continue;
		printf("      # %s\n"
		       "      - pciVendorSelector: \"%04X:%04X\"\n"
		       "        resourceName: \"gpupass/%04x-%04x\"\n",
		       names_pci_class(function->class_code), function->vendor,
		       function->device, function->vendor, function->device);
	}
}

/* libvirt, which gets the names as aliases, takes no dots. */
static void put_device(const struct vm_card *card, const struct vm_function *function)
{
	char name[CONF_MAX_NAME + 1];

	sys_format(name, sizeof(name), "%s", card->name);
	for (char *c = name; *c; c++) {
		if (*c == '.')
			*c = '-';
	}
	printf("          - name: \"%s-%u\"\n"
	       "            deviceName: \"gpupass/%04x-%04x\"\n",
	       name, function->guest, function->host.vendor, function->host.device);
}

/* The GPUs, or the others. */
static void put_devices(const struct vm_card *card, const char *key, bool display)
{
	bool begun = false;

	for (unsigned i = 0; i < card->count; i++) {
		if (is_display(&card->functions[i].host) != display)
			continue;
		if (!begun)
			printf("          %s:\n", key);
		begun = true;
		put_device(card, &card->functions[i]);
	}
}

static void warn_of_twins(const struct vm_card *card)
{
	for (unsigned i = 0; i < card->count; i++) {
		if (!is_again(card, i, true))
			continue;
		warn_user(
			"%s: functions of one IOMMU group have the same IDs, %04x:%04x; of "
			"these KubeVirt hands out one only, and a guest that asks for all "
			"does not start",
			card->name, card->functions[i].host.vendor,
			card->functions[i].host.device);
		return;
	}
}

void vm_kubevirt(const struct vm_card *card)
{
	warn_of_twins(card);
	printf("# Card %s for KubeVirt, which picks functions by their IDs:\n"
	       "# - The cards of one model are all the same to it. On a node with several, a\n"
	       "#   guest may get the GPU of one and the audio function of another.\n"
	       "# - Each function is a device of its own in the guest, not one of a card.\n"
	       "# - A guest runs only on nodes where gpupass has taken such a card.\n",
	       card->name);
	put_permitted(card);
	puts("---\n"
	     "# 2. For the VirtualMachine. hostDevices needs the feature gate HostDevices.\n"
	     "spec:\n"
	     "  template:\n"
	     "    spec:\n"
	     "      domain:\n"
	     "        devices:");
	put_devices(card, "gpus", true);
	put_devices(card, "hostDevices", false);
}
