/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of explanations, in the order of the event table. Constant words only: what
 * is special about a record is in its text.
 */
#include "tool/log_explain.h"

#define REBUILD LOG_EXPLAIN_REBUILD

static const struct log_explanation table[] = {
	{TRACE_CMDLINE_UNREADABLE,
	 "gpupass=off may stand on the kernel command line, so no card was touched.",
	 "Look at the error in parentheses; please report it, it should not happen."},
	{TRACE_WORD_UNKNOWN,
	 "gpupass=off, gpupass=dry-run and gpupass.card= are the words there are; whoever types another one probably wants the screen back, so no card was touched.",
	 "Correct the word and reboot."},
	{TRACE_DEADLINE,
	 "A step did not come back in time, so gpupass stopped waiting for it.",
	 "The step it was stuck in is named: look for that driver or device in the "
	 "kernel's "
	 "log; only if the machine is merely slow, set a longer deadline in "
	 "gpupass.conf."},
	{TRACE_WORKER_DIED,
	 "The process that did the work ended before it was done, which is a fault in "
	 "gpupass "
	 "or in the kernel.",
	 "Please report it, with the output of gpupass-log and of journalctl -k."},
	{TRACE_CONSEQUENCE,
	 "A step that never returned still holds a lock of this function in the kernel.",
	 "Save your work and reset the machine; boot it with gpupass=off until the cause "
	 "is "
	 "found."},
	{TRACE_NO_WORKER,
	 "The process that does the work could not be started, so nothing was touched.",
	 "Look at the error in parentheses; the initramfs probably ran out of memory."},
	{TRACE_RESET,
	 "A step hangs in the kernel, and whatever comes near it would hang too, so the machine is reset while nothing is mounted.",
	 "The next boot leaves the cards to the host and says what happened: gpupass-log --last-crash."},
	{TRACE_NOT_RESET,
	 "This kernel did not take the reset that gpupass asked for, so the boot goes on with a step that hangs.",
	 "Reset the machine by hand; the next boot leaves the cards to the host."},
	{TRACE_PRIVILEGES,
	 "The process that does the work runs with all of root's capabilities instead of the few that it needs, because the kernel refused to take the others away.",
	 "Nothing is wrong with the card; please report the error in parentheses."},
	{TRACE_LAST_WORDS,
	 "That boot wrote down what it was about to do with the card, and never said that it was good or had ended in order.",
	 "See gpupass-log --last-crash; a power cut looks the same, and after one there is nothing to do."},
	{TRACE_CONF_ERROR,
	 "gpupass.conf has something at this line that gpupass does not understand, and "
	 "it "
	 "does not guess.",
	 "Correct that word, see gpupass.conf(5), then " REBUILD "."},
	{TRACE_CONF_UNREADABLE,
	 "The initramfs has a gpupass.conf that could not be read, so no card was "
	 "touched.",
	 "Look at the error in parentheses; the file is limited to 16 KiB, then " REBUILD
	 "."},
	{TRACE_FAREWELL,
	 "The picture on this screen comes from a card that now goes to a virtual "
	 "machine, so "
	 "it stops changing although the host boots on.",
	 "Log in over the network or a serial console; to keep the screen, let the "
	 "firmware "
	 "use another card for it."},
	{TRACE_GROUP_SHARED,
	 "The IOMMU cannot tell this function from the card's, so a VM may have the card only while no native driver holds it.",
	 "Give it to the same VM with functions, or move the card to another slot; an ACS override in the kernel is not a cure."},
	{TRACE_ONLY_KEYBOARD,
	 "The only keyboard that the kernel has found so far is plugged into this card, and goes with it.",
	 "Plug it into another port, or make sure that you can log in over the network."},
	{TRACE_KEEP_LIST_MISSING,
	 "The initramfs does not say which devices the host runs from, so only their "
	 "class "
	 "protected them.",
	 "To get the list, " REBUILD "."},
	{TRACE_REFUSED_BROKEN,
	 "The card's section in gpupass.conf has an error, or one outside the sections "
	 "makes "
	 "all of them doubtful.",
	 "Correct the configuration errors above, then " REBUILD "."},
	{TRACE_REFUSED_ABSENT,
	 "No PCI function has this address in this boot: the card is not there, is "
	 "switched "
	 "off, or has moved.",
	 "Find it with lspci -nn, correct address in gpupass.conf, then " REBUILD "."},
	{TRACE_REFUSED_IDENTITY,
	 "There is a function at this address, but not the one that id names: a card was "
	 "added, removed or exchanged, and the numbers moved.",
	 "Find the card with lspci -nn, correct address or id in gpupass.conf, "
	 "then " REBUILD "."},
	{TRACE_REFUSED_CLASS,
	 "One of the card's functions is of a kind that gpupass never takes from the "
	 "host, "
	 "such as a bridge, a disk or a network controller.",
	 "Check address, or name only the functions you want with functions, "
	 "then " REBUILD "."},
	{TRACE_REFUSED_KEEP,
	 "The host's own files or swap lie behind this function, so taking it would stop "
	 "the "
	 "host.",
	 "Leave it out with functions, or check that address is the card you mean, "
	 "then " REBUILD "."},
	{TRACE_REFUSED_NO_GROUP,
	 "The kernel put this function into no IOMMU group, and without one no virtual "
	 "machine "
	 "can have it.",
	 "Switch on VT-d or AMD-Vi in the firmware setup, add intel_iommu=on to the "
	 "kernel "
	 "command line on Intel, and reboot."},
	{TRACE_REFUSED_DRIVER,
	 "A driver that gpupass does not unbind on its own already holds the function.",
	 "Keep that driver out of the initramfs; if it is safe to unbind, name it with "
	 "unbind "
	 "in the card's section, then " REBUILD "."},
	{TRACE_REFUSED_SHARED,
	 "Two sections of gpupass.conf name functions of one card, and only one can "
	 "decide "
	 "about it.",
	 "Remove one of them or correct its address, then " REBUILD "."},
	{TRACE_REFUSED_LATE,
	 "udev had already started, so native drivers may be taking the card at the same "
	 "moment.",
	 "Some change has moved gpupass behind udev in the initramfs: " REBUILD
	 ", and look at the order that the rebuild reports."},
	{TRACE_REFUSED_MODULES,
	 "A kernel module that is needed to hold the card is not in the initramfs, or "
	 "not for "
	 "this kernel.",
	 "Check that this kernel has vfio-pci (modinfo vfio-pci), then " REBUILD "."},
	{TRACE_REFUSED_UNREADABLE,
	 "The kernel did not give what gpupass must know about this function before it "
	 "touches it.",
	 "Look for the device in the kernel's log: it may be switched off or broken."},
	{TRACE_REFUSED_KEEP_LIST,
	 "The list of devices the host runs from is in the initramfs but damaged, so "
	 "nothing "
	 "is known to be safe.",
	 "To write it anew, " REBUILD "."},
	{TRACE_REFUSED_NO_CARD,
	 "gpupass does not know which functions make up a card here, and does not guess.",
	 "Look at the machine with gpupass list, and name the functions yourself: functions = slot, switch or numbers."},
	{TRACE_REFUSED_DISAGREE,
	 "The section's address and path lead to two different functions, so at least one of them is out of date.",
	 "Find the card with gpupass list, correct the section, then " REBUILD "."},
	{TRACE_REFUSED_AMBIGUOUS,
	 "More than one card has this id, and an id alone must name exactly one.",
	 "Add address or path to the section, then " REBUILD "."},
	{TRACE_REFUSED_SETTING,
	 "The section wants something of the card that it cannot have, so the section was not meant for this card as it is.",
	 "Correct that line, see gpupass.conf(5), then " REBUILD "."},
	{TRACE_REFUSED_USB_DISK,
	 "A disk is plugged into a USB port of this card, and the host may be about to use it.",
	 "Plug it into another port, or leave the controller out with functions."},
	{TRACE_REFUSED_GUARD,
	 "guard = require in gpupass.conf wants cards taken only when a boot that dies can be remembered, and here it cannot.",
	 "The reason stands before it in the trace: boot by EFI with efivarfs writable, or set guard = on."},
	{TRACE_MODULE_FAILED, "The kernel did not accept this module.",
	 "The reason is in parentheses and in the kernel's log: often a wrong option, a "
	 "missing signature under Secure Boot, or a module of another kernel; "
	 "then " REBUILD "."},
	{TRACE_MODULE_OPTION_DROPPED,
	 "An option of this module was not passed on: it would take cards before gpupass could check them, or the module is a part of the kernel and has its options from the kernel command line.",
	 "Remove ids and name the card in gpupass.conf instead; write the options of a built-in module where the line says."},
	{TRACE_OVERRIDE_FAILED,
	 "The kernel did not accept the driver that is to hold this function.",
	 "Look for the function in the kernel's log; please report it, it should not "
	 "happen."},
	{TRACE_UNBIND_FAILED, "The native driver still holds the function.",
	 "Look for that driver in the kernel's log; keeping it out of the initramfs "
	 "avoids the "
	 "question."},
	{TRACE_FRAMEBUFFER_HELD,
	 "The driver of the firmware's framebuffer did not let go of it.",
	 "Whether that matters is said later, for each BAR that a VM cannot map."},
	{TRACE_SETTING_FAILED,
	 "This setting of the section could not be made; the card is taken all the same.",
	 "Correct it or leave it out; the line says what there is."},
	{TRACE_BIND_FAILED,
	 "The driver would not take the function, so its siblings are given back too.",
	 "The reason is in the kernel's log; for vfio-pci it is mostly the IOMMU, "
	 "another "
	 "device of the same group, or a device that did not wake up."},
	{TRACE_VERIFY_FAILED,
	 "The kernel said yes, but another driver or none holds the function now.",
	 "Look for the function in the kernel's log to see which driver came first."},
	{TRACE_BAR_HELD,
	 "Something in the kernel has claimed a part of this memory, and vfio-pci will not share it: the VM starts, or seems to, and then fails with \"can't reserve\".",
	 "For BOOTFB, boot with initcall_blacklist=sysfb_init or let the firmware use another card for the screen; otherwise keep what is named away from the card."},
	{TRACE_BARS_UNKNOWN, "The kernel did not show who has claimed the card's memory.",
	 "If the VM fails with \"can't reserve\", look at /proc/iomem as root."},
	{TRACE_UNDONE,
	 "After a failure this function is what it was before, so that the host can use "
	 "it.",
	 "Nothing needs to be done about it; look at the failure before it."},
	{TRACE_UNDO_FAILED,
	 "After a failure this function could not be given back, and the host may not be "
	 "able "
	 "to use it.",
	 "Repair the failure before it and reboot; gpupass=off on the kernel command "
	 "line "
	 "leaves the card to the host."},
	{TRACE_UNDO_IMPOSSIBLE, "One thing that was done cannot be undone in this boot.",
	 "It comes back with a native driver or at the next reboot."},
	{TRACE_TAKEN,
	 "All functions of the card are held for virtual machines, and that was read "
	 "back from "
	 "the kernel.",
	 "Start the virtual machine."},
	{TRACE_REFUSED,
	 "A check failed before anything was touched, so the host has the card as if "
	 "gpupass "
	 "were not there.",
	 "Look at the refusal before this line."},
	{TRACE_FAILED,
	 "The card could not be taken whole, and a card is taken whole or not at all.",
	 "Look at the failure before this line."},
	{TRACE_WOULD_TAKE, "All checks passed; without dry-run the card would be taken.",
	 "Remove gpupass=dry-run from the kernel command line and reboot."},
	{TRACE_TAKEN_AGAIN,
	 "The function had left the bus and come back, and is with its driver again.",
	 "Nothing needs to be done."},
	{TRACE_NOT_TAKEN_AGAIN,
	 "The function had left the bus and come back, and the host has it now.",
	 "Look at the line before this one; a reboot takes the card as a whole."},
	{TRACE_LEFT,
	 "A boot that was about to take the card died, so the host keeps it, to come up.",
	 "Find the cause (gpupass-log --last-crash); after one such boot the next one tries again by itself, after two gpupass retry does."},
};

const struct log_explanation *log_explain(uint16_t event)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].event == event)
			return &table[i];
	}
	return NULL;
}
