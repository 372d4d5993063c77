/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from libpci: from the one list alone, no network, no cache in anybody's home, no
 * database of udev, and for another root nothing of the running system.
 */
#include "tool/pci_names.h"

#include <limits.h>
#include <malloc.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tool/print.h"

#define MESSAGE_SIZE 256
#define LIST_MEMORY  (4 * 1024 * 1024)

/* libpci's error() must not return, and is given nothing to know its caller by. */
static jmp_buf broken_list;
static char broken_message[MESSAGE_SIZE];

static void __attribute__((noreturn, format(printf, 1, 2))) leave(char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(broken_message, sizeof(broken_message), format, arguments);
	va_end(arguments);
	broken_message[strcspn(broken_message, "\n")] = '\0';
	longjmp(broken_list, 1);
}

static void __attribute__((format(printf, 1, 2))) ignore(char *format, ...)
{
	(void)format;
}

static void load(struct pci_access *access)
{
	char message[PRINT_ESCAPED_SIZE(MESSAGE_SIZE)];

	if (setjmp(broken_list) == 0) {
		pci_load_name_list(access);
		return;
	}
	print_escape(broken_message, strlen(broken_message), message);
	warn_user("names are missing: %s", message);
}

/* libpci takes memory for its list in pieces of 8 KB, and gives them back one by one.
 * That is a system call for each but for this. */
static void take_memory_at_once(void)
{
	mallopt(M_TOP_PAD, LIST_MEMORY);
	mallopt(M_TRIM_THRESHOLD, 2 * LIST_MEMORY);
}

struct pci_names *pci_names_open(const struct arguments *arguments)
{
	static char path[PATH_MAX];
	struct pci_access *access;

	take_memory_at_once();
	access = pci_alloc();
	access->error = leave;
	access->warning = ignore;
	access->debug = ignore;
	access->id_lookup_mode = PCI_LOOKUP_NO_HWDB;
	if (!arguments->root.real) {
		snprintf(path, sizeof(path), "%s/" PCI_NAMES_LIST, arguments->root_path);
		pci_set_name_list_path(access, path, 0);
	}
	load(access);
	return (struct pci_names *)access;
}

void pci_names_close(struct pci_names *names)
{
	pci_cleanup((struct pci_access *)names);
}

void pci_names_format(struct pci_names *names, uint16_t vendor, uint16_t device,
		      char *buffer)
{
	char *found = pci_lookup_name((struct pci_access *)names, buffer, PCI_NAMES_SIZE,
				      PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE, (int)vendor,
				      (int)device);

	if (found != buffer)
		snprintf(buffer, PCI_NAMES_SIZE, "%04x:%04x", vendor, device);
}

bool pci_names_vendor(struct pci_names *names, uint16_t vendor, char *buffer)
{
	return pci_lookup_name((struct pci_access *)names, buffer, PCI_NAMES_SIZE,
			       PCI_LOOKUP_VENDOR | PCI_LOOKUP_NO_NUMBERS,
			       (int)vendor) == buffer;
}

bool pci_names_device(struct pci_names *names, uint16_t vendor, uint16_t device,
		      char *buffer)
{
	return pci_lookup_name((struct pci_access *)names, buffer, PCI_NAMES_SIZE,
			       PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS, (int)vendor,
			       (int)device) == buffer;
}
