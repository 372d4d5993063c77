/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * function: a PCI function of the fixture: where it is, what it says, which driver's
 * links it has. root is the fixture's directory, address a text such as 0000:83:00.0.
 */
#ifndef TESTS_CLI_KERNEL_FUNCTION_H
#define TESTS_CLI_KERNEL_FUNCTION_H

#include <limits.h>
#include <stdbool.h>

#define FUNCTION_BUS       "sys/bus/pci/"
#define FUNCTION_TEXT_SIZE 128

/* Its directory (PATH_MAX bytes); false when there is no such function. */
bool function_find(int root, const char *address, char *path);

/* An attribute's first line, or the last component of a link (FUNCTION_TEXT_SIZE bytes);
 * false when there is none. */
bool function_read(int root, const char *address, const char *name, char *text);

/* The links both ways between a function and its driver. */
void function_link_driver(int root, const char *address, const char *driver);
void function_unlink_driver(int root, const char *address, const char *driver);

/* Pulls it out. */
void function_remove(int root, const char *address);

#endif
