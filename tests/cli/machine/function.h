/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * function: the short keys of a machine file, each of which makes several files of one
 * PCI function. here is the function's directory, text what follows the key.
 */
#ifndef TESTS_CLI_MACHINE_FUNCTION_H
#define TESTS_CLI_MACHINE_FUNCTION_H

/* "CLASS VENDOR:DEVICE [SUBSYSTEM [REVISION]]": what every function has. */
void function_identify(const char *here, const char *text);

/* "upstream-port" and its like: a configuration space that says so and nothing else. */
void function_set_type(const char *here, const char *text);

/* "NUMBER START SIZE KIND": a line of resource, which function_identify has made. */
void function_set_bar(const char *here, const char *text);

/* "xhci_hcd" and "15": the links to driver and IOMMU group. */
void function_set_driver(const char *here, const char *text);
void function_set_group(const char *here, const char *text);

/* "0000:09:00.0": the device link with which this function depends on that one. */
void function_depend(const char *here, const char *text);

/* When all is there: gives every function that has none its modalias, from its class,
 * vendor, device and subsystem, as the kernel does (drivers/pci/pci-sysfs.c). One whose
 * attributes are no numbers gets one that is none either. */
void function_name_all(void);

#endif
