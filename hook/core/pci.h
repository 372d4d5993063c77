/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci: from the root directory to PCI functions. Reads sysfs
 * (Documentation/ABI/testing/sysfs-bus-pci), writes nothing.
 */
#ifndef GPUPASS_PCI_H
#define GPUPASS_PCI_H

#include "hook/core/sys.h"

#define PCI_DEVICES        "sys/bus/pci/devices"
#define PCI_DRIVERS        "sys/bus/pci/drivers"
#define PCI_ADDRESS_SIZE   17 /* "12345678:83:00.0" and NUL: domains have up to 32 bits */
#define PCI_DRIVER_SIZE    32
#define PCI_SLOT_FUNCTIONS 8
#define PCI_PATH_SIZE      96 /* PCI_DEVICES/ADDRESS/ATTRIBUTE */
#define PCI_BARS           6
#define PCI_USB_NAME_SIZE  24
#define PCI_CLASS_DISPLAY  0x03

struct pci_address {
	uint32_t domain;
	uint8_t bus;
	uint8_t device;   /* 0-31 */
	uint8_t function; /* 0-7 */
};

struct pci_function {
	struct pci_address address;
	uint32_t class_code; /* 24 bits */
	uint16_t vendor, device;
	uint16_t subsystem_vendor, subsystem_device; /* 0 = it has none */
	int iommu_group;                             /* -1 = none */
	int boot_vga; /* of a display controller 0 or 1; -1 = there is no such attribute
		       */
	bool linked;  /* pci_read_slot() alone: the kernel's device link ties it to
		       * function 0 of its slot, which has another vendor */
	bool virtual; /* an SR-IOV virtual function */
	bool drm;     /* a DRM driver registered a device for it */
	bool drm_loaded;   /* that driver is a module, not a part of the kernel */
	bool unidentified; /* class and identity could not be read: it may be anything */
	int error;         /* errno of an attribute that could not be read; 0 = none */
	const char *unreadable;       /* the first such attribute */
	char driver[PCI_DRIVER_SIZE]; /* driver that holds it now; empty = none */
	/* Of a USB controller with a driver, once survey has looked: */
	char usb_disk[PCI_USB_NAME_SIZE]; /* an interface for storage below it; empty =
					     none */
	bool only_keyboard;               /* a keyboard hangs on it, and none elsewhere */
};

struct pci_range {
	uint64_t start, end; /* both inclusive, as in the attribute "resource" */
	uint64_t flags;
};

/* "DDDD:BB:DD.F" in hex, domain of 4 to 8 digits, whole text or -EINVAL. */
int pci_parse_address(const char *text, size_t length, struct pci_address *ret_address);

/* Writes "0000:83:00.0" to text (PCI_ADDRESS_SIZE bytes). */
void pci_format_address(const struct pci_address *address, char *text);

bool pci_same_address(const struct pci_address *a, const struct pci_address *b);
bool pci_same_slot(const struct pci_address *a, const struct pci_address *b);

/* Below, at or above 0 as a comes before, at or after b in the order of addresses. */
int pci_compare(const struct pci_address *a, const struct pci_address *b);

/* Reads one function. -ENOENT when it is not there; any other trouble is in ret->error,
 * so that the caller can name it. */
int pci_read_function(const struct sys_root *root, const struct pci_address *address,
		      struct pci_function *ret_function);

/* Address, class, vendor, device and subsystem alone, the rest is zero: from "modalias",
 * one attribute with all of them (drivers/pci/pci-sysfs.c). -errno when it cannot be
 * read. */
int pci_read_identity(const struct sys_root *root, const struct pci_address *address,
		      struct pci_function *ret_function);

/* The same from the text of a modalias, "pci:v000010DEd00001E07sv...": 0, or -EINVAL and
 * anything in ret_function. */
int pci_parse_modalias(const char *text, size_t length,
		       struct pci_function *ret_function);

/* Whether a driver hands functions to virtual machines: vfio-pci and the kernel's
 * variants of it, which are all named so (drivers/vfio/pci of Linux 6.12: mlx5_vfio_pci,
 * nvgrace_gpu_vfio_pci, ...). */
bool pci_is_vfio_driver(const char *name);

/* Reads the functions of address's slot, in order, into ret (PCI_SLOT_FUNCTIONS entries).
 * Returns how many there are, 0 when the slot is empty. */
int pci_read_slot(const struct sys_root *root, const struct pci_address *address,
		  struct pci_function *ret_functions);

/* Reads the BARs (first PCI_BARS lines of "resource") into ret; absent ones are 0. */
int pci_read_bars(const struct sys_root *root, const struct pci_address *address,
		  struct pci_range *ret_bars);

/* Writes PCI_DEVICES/ADDRESS/ATTRIBUTE to path (PCI_PATH_SIZE bytes). */
void pci_format_path(const struct pci_address *address, const char *attribute,
		     char *path);

#endif
