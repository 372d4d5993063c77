/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A card as libvirt's domain XML has host devices (libvirt's documentation, formatdomain,
 * "Host device assignment" and "Device Addresses"; the tests validate it against
 * libvirt's own schema). managed='no': libvirt must find the card with vfio-pci and leave
 * it there, whereas 'yes' would give it to the host's drivers when the guest ends.
 */
#include <string.h>

#include "tool/names.h"
#include "tool/vm.h"

/* An XML comment has no two dashes side by side; a card's name may. */
static void put_comment(const struct vm_card *card, unsigned bus)
{
	printf("<!-- ");
	if (!strstr(card->name, "--"))
		printf("Card %s. ", card->name);
	printf("For <devices> of a guest with machine='q35' (virsh edit).\n"
	       "     Where bus 0x%02x of the guest is in use, choose another with the option "
	       "bus\n"
	       "     of gpupass vm. managed='no': the card stays with its VFIO driver when the\n"
	       "     guest ends. -->\n",
	       bus);
}

static void put_function(const struct vm_card *card, const struct vm_function *function,
			 unsigned bus)
{
	const struct pci_address *host = &function->host.address;

	printf("<!-- %04x:%04x %s -->\n", function->host.vendor, function->host.device,
	       names_pci_class(function->host.class_code));
	printf("<hostdev mode='subsystem' type='pci' managed='no'>\n"
	       "  <source>\n"
	       "    <address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n"
	       "  </source>\n"
	       "  <address type='pci' domain='0x0000' bus='0x%02x' slot='0x00' "
	       "function='0x%x'%s/>\n"
	       "</hostdev>\n",
	       host->domain, host->bus, host->device, host->function, bus,
	       function->guest,
	       function->guest == 0 && card->count > 1 ? " multifunction='on'" : "");
}

void vm_libvirt(const struct vm_card *card, unsigned bus)
{
	put_comment(card, bus);
	for (unsigned i = 0; i < card->count; i++)
		put_function(card, &card->functions[i], bus);
}
