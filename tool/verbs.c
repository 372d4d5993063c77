/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of verbs. What each does is in the man page; its help has the options.
 */
#include "tool/verbs.h"

#include <stdio.h>
#include <string.h>

/* One screen: 24 lines of 80 columns. */
static const char overview[] =
	"gpupass gives whole GPUs to virtual machines from the first moment of boot.\n"
	"\n"
	"  gpupass list           the cards of this machine\n"
	"  gpupass add            name a card in the configuration: VMs get it\n"
	"  gpupass remove         take its section out again\n"
	"  gpupass check          what the next boot will do, and what stands in the way\n"
	"  gpupass status         does each rule hold, can a VM start?\n"
	"  gpupass vm             a card written out for libvirt, QEMU, Proxmox, KubeVirt\n"
	"  gpupass retry          take the cards again after boots that died\n"
	"  gpupass capture        this machine as text for a report\n"
	"  gpupass verify-image   is gpupass in the boot images, as it should be?\n"
	"  and for image generators and units: modules, keep, image, guard\n"
	"\n"
	"  gpupass VERB --help    the options of a verb\n"
	"  gpupass --version      the version\n"
	"\n"
	"The cards stand in /etc/gpupass.conf, see gpupass.conf(5). After a change of\n"
	"it the boot images are built again: update-initramfs -u -k all, or\n"
	"dracut -f --regenerate-all. What happened at boot: gpupass-log(8).\n"
	"\n"
	"Exit status: 0 good, 1 a finding or nothing found, 2 usage, 3 something cannot\n"
	"be read or written.\n";

static const char root_help[] =
	"  --root DIR      work on the system below DIR, not on the running one\n";

static const struct verb verbs[] = {
	{"list", verb_list, TAKES_JSON | TAKES_COLOR | TAKES_CONF,
	 "[--json] [--color=WHEN] [--conf ADDRESS]",
	 "Shows the GPUs of this machine, each with all functions that belong to it.\n"
	 "\n"
	 "  --conf ADDRESS  a section of gpupass.conf for the card there instead\n"
	 "  --json          one JSON object\n"
	 "  --color=WHEN    auto (a terminal, and NO_COLOR is not set), always, never\n"},
	{"add", verb_add, TAKES_OPERANDS | TAKES_NAME | TAKES_REBUILD,
	 "ADDRESS [--name NAME] [--rebuild]",
	 "Puts a section for the card at ADDRESS, as gpupass list shows it, to the end\n"
	 "of /etc/gpupass.conf. The old file stays as /etc/gpupass.conf~. On a terminal\n"
	 "it asks whether to rebuild the boot images.\n"
	 "\n"
	 "  --name NAME     of the section; else the model's\n"
	 "  --rebuild       rebuild the boot images, do not ask\n"},
	{"remove", verb_remove, TAKES_OPERANDS | TAKES_REBUILD, "NAME [--rebuild]",
	 "Takes the section of that name out of /etc/gpupass.conf. The old file stays\n"
	 "as /etc/gpupass.conf~. On a terminal it asks whether to rebuild the boot images.\n"
	 "\n"
	 "  --rebuild       rebuild the boot images, do not ask\n"},
	{"check", verb_check, TAKES_JSON | TAKES_COLOR, "[--json] [--color=WHEN]",
	 "Says what the next boot will do with the cards and what stands in the way, the\n"
	 "worst first, each with why and what to do on this machine. Runs nothing. Exit\n"
	 "status 0 when there are neither errors nor warnings.\n"
	 "\n"
	 "  --json          one JSON object\n"
	 "  --color=WHEN    auto (a terminal, and NO_COLOR is not set), always, never\n"},
	{"status", verb_status, TAKES_JSON | TAKES_QUIET, "[--json | --quiet]",
	 "Says for each card of gpupass.conf whether this boot took it and whether a VM\n"
	 "can start. Exit status 0 only when every rule holds.\n"
	 "\n"
	 "  --json          one JSON object\n"
	 "  --quiet         only the exit status\n"},
	{"vm", verb_vm, TAKES_OPERANDS | TAKES_VM,
	 "CARD --libvirt|--qemu|--proxmox|--kubevirt [--bus N]",
	 "Prints all functions of a card for what runs virtual machines. CARD is a name of\n"
	 "gpupass.conf, or the address of any function of a GPU.\n"
	 "\n"
	 "  --libvirt       <hostdev> elements for virsh edit\n"
	 "  --bus N         their bus in the guest, 1 to 255; without it 10\n"
	 "  --qemu          arguments of QEMU, on one line\n"
	 "  --proxmox       a line for VMID.conf, and commands as comments\n"
	 "  --kubevirt      YAML for the KubeVirt object and for a VirtualMachine\n"},
	{"retry", verb_retry, 0, "",
	 "Has the next boot take the cards again that were left to the host because boots\n"
	 "died with them.\n"},
	{"capture", verb_capture, 0, "",
	 "Prints what gpupass goes by on this machine, as text for a report.\n"},
	{"verify-image", verb_verify_image, TAKES_OPERANDS, "[IMAGE...]",
	 "Looks into boot images: is gpupass in there, with the configuration of now,\n"
	 "before udev? Without IMAGE into those of all installed kernels in /boot.\n"},
	{"modules", verb_modules, TAKES_KERNEL, "--kernel VERSION",
	 "Prints the modules that the cards need with that kernel, in the order of\n"
	 "insertion.\n"},
	{"keep", verb_keep, 0, "",
	 "Prints the PCI functions that the host runs from; they are never taken.\n"},
	{"image", verb_image, TAKES_KERNEL | TAKES_INTO, "--kernel VERSION --into DIR",
	 "Puts gpupass into the tree DIR of a boot image for that kernel; the generators\n"
	 "call it.\n"},
	{"guard", verb_guard, TAKES_OPERANDS | TAKES_AFTER,
	 "good|ended|forget [--after SECONDS]",
	 "Tells the guard how this boot went; the units call it.\n"
	 "\n"
	 "  --after SECONDS wait first\n"},
};

const struct verb *verbs_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

void verbs_help(void)
{
	fputs(overview, stdout);
}

void verbs_help_of(const struct verb *verb)
{
	printf("gpupass %s%s%s [--root DIR]\n\n%s%s%s", verb->name,
	       verb->usage[0] ? " " : "", verb->usage, verb->help,
	       strstr(verb->help, "\n  --") ? "" : "\n", root_help);
}
