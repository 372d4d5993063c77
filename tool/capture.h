/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture: a machine as lines of a machine file (tests/machines/README), to stdout. What
 * is not printable is escaped, and what a line cannot carry at all is left out.
 */
#ifndef GPUPASS_CAPTURE_H
#define GPUPASS_CAPTURE_H

#include "hook/core/pci.h"

#define CAPTURE_PATH_SIZE (SYS_LINK_SIZE + 128)

/* "P: PATH", PATH below sys, behind an empty line. */
void capture_directory(const char *path);

/* "KEY: NAME=TEXT"; KEY is A for an attribute of the last directory, F for a file. */
void capture_text(char key, const char *name, const char *bytes, size_t length);

/* The same with an attribute of the directory at path; nothing when it is not there. */
void capture_attribute(const struct sys_root *root, const char *path, const char *name);

/* An attribute that begins with these bytes and goes on with zeros up to size. */
void capture_bytes(const char *path, const char *name, const char *bytes, size_t length,
		   size_t size);

/* "L: NAME=TARGET" for a link of the directory at path; nothing when it is not there. */
void capture_link(const struct sys_root *root, const char *path, const char *name);

/* Calls each() with the name of every entry of the directory at path, in byte order, but
 * those that a line cannot carry. 0, also when there is no such directory, or -ENOMEM. */
int capture_each(const struct sys_root *root, const char *path,
		 void (*each)(const char *name, void *data), void *data);

/* Where a link in one of the bus directories leads, without the "../../../" before it:
 * "devices/pci0000:00/0000:00:01.0". -errno when it leads elsewhere. */
int capture_resolve(const struct sys_root *root, const char *link, char *ret_path);

/* One function with its links. Returns whether its kind of bridge was out of sight. */
bool capture_function(const struct sys_root *root, const struct pci_function *function);

/* The words of a kernel command line that speak of IOMMU, VFIO, PCI, video or gpupass, to
 * reduced, which has as much room as text. Quoted words are one word, as the kernel
 * takes them; what is behind "--" is for init. */
void capture_reduce(const char *text, char *reduced);

#endif
