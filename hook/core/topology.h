/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * topology: how functions hang together: the path from a root bus, the slot, the switch.
 * Reads sysfs, writes nothing. The cost of everything but topology_each does not grow
 * with the machine.
 */
#ifndef GPUPASS_TOPOLOGY_H
#define GPUPASS_TOPOLOGY_H

#include "hook/core/pci.h"

#define TOPOLOGY_MAX_STEPS 8  /* of a path, behind its start */
#define TOPOLOGY_PATH_SIZE 64 /* a path as text, NUL included */
#define TOPOLOGY_MAX_NEAR  64 /* functions in a card's slot and below its switch */

/* "0000:82:01.0/00.0", the notation of the kernel's own pci= parameters
 * (Documentation/admin-guide/kernel-parameters.txt): a function on a root bus, then at
 * each step device and function on the bus behind it. It survives a renumbering of the
 * buses. */
struct topology_path {
	struct pci_address start;
	unsigned count;
	uint8_t steps[TOPOLOGY_MAX_STEPS]; /* device << 3 | function */
};

/* What there is around one function: its slot and, where that lies below the upstream
 * port of a PCIe switch, all endpoints below the nearest such port. */
struct topology_near {
	bool has_port;
	struct pci_address port;
	uint16_t port_vendor;
	bool overflow; /* more than TOPOLOGY_MAX_NEAR, or too deep: not all are here */
	int error;     /* errno: a bridge above does not say whether it is such a port */
	struct pci_address unknown; /* that bridge */
	const char *unreadable;     /* its attribute */
	unsigned count;
	struct pci_function functions[TOPOLOGY_MAX_NEAR]; /* the slot's first, in order */
};

/* "0000:82:01.0/00.0/1f.7", whole text or -EINVAL; and back (TOPOLOGY_PATH_SIZE bytes).
 */
int topology_parse_path(const char *text, size_t length, struct topology_path *ret_path);
void topology_format_path(const struct topology_path *path, char *text);

/* The path that leads to address. -ENOENT when it is not there, -E2BIG when it is longer
 * than TOPOLOGY_MAX_STEPS. */
int topology_find_path(const struct sys_root *root, const struct pci_address *address,
		       struct topology_path *ret_path);

/* Where path leads now. -ENODEV when its start is not there, -ENOENT when it ends on
 * the way; ret_address is then the last function that is there. */
int topology_follow_path(const struct sys_root *root, const struct topology_path *path,
			 struct pci_address *ret_address);

/* What is around address. with_switch = false leaves out what is below a switch. Returns
 * how many functions there are, 0 when the slot is empty. */
int topology_read_near(const struct sys_root *root, const struct pci_address *address,
		       bool with_switch, struct topology_near *ret_near);

/* Calls each() for every function of the machine until it returns something else than 0,
 * which is then the result; -errno when there is no list. */
int topology_each(const struct sys_root *root,
		  int (*each)(const struct pci_address *address, void *data), void *data);

/* The same for the entries of any directory that are addresses. */
int topology_each_in(const struct sys_root *root, const char *path,
		     int (*each)(const struct pci_address *address, void *data),
		     void *data);

/* Puts functions into the order of their addresses: directories have none. */
void topology_sort(struct pci_function *functions, unsigned count);

#endif
