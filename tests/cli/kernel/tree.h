/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree: a fixture as it was and as it is: small files of it, a picture of all of it, and
 * what differs between two pictures. Paths are relative to the fixture's root.
 */
#ifndef TESTS_CLI_KERNEL_TREE_H
#define TESTS_CLI_KERNEL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define TREE_NAME_SIZE 256

struct tree_node {
	char *path;
	mode_t mode;
	char *content; /* of a file; a link's target */
	size_t size;
};

struct tree {
	struct tree_node *nodes; /* sorted by path */
	size_t count, room;
};

/* Says why and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void tree_fail(const char *format, ...);

/* Formats into a buffer that must be large enough. */
__attribute__((format(printf, 3, 4))) void tree_format(char *buffer, size_t size,
						       const char *format, ...);

/* The path as reports call it: "0000:83:00.0/driver_override" for a function's attribute,
 * without sys/bus/pci/ for the bus's own, whole for anything else. */
const char *tree_name(const char *path);

const char *tree_last_component(const char *path);

/* A file's text up to its first newline; false when it cannot be read. */
bool tree_read_line(int root, const char *path, char *buffer, size_t size);

/* The last component of a link's target; false when it is no link. */
bool tree_read_link_name(int root, const char *path, char *buffer, size_t size);

/* A small file whole; nothing when it cannot be read. Returns the length. */
size_t tree_read(int root, const char *path, char *buffer, size_t size);

/* Makes a link below sys/ to target, which is below sys/, too: "devices/pci0000:00/...".
 */
void tree_link(int root, const char *path, const char *target);

/* Removes a directory and what is in it. */
void tree_remove(int root, const char *directory);

/* Replaces (or with append extends) a file's content. */
void tree_write(int root, const char *path, const char *text, size_t length, bool append);

/* Takes the picture of what lies below the directory root. */
void tree_take(const char *root, struct tree *ret_tree);

/* NULL when it is not in the picture. */
const struct tree_node *tree_find(const struct tree *tree, const char *path);

/* One line for each file that differs, is new or is gone. The links between functions and
 * drivers have lines of their own (tree_print_drivers); dev/kmsg is left away. */
void tree_print_changes(const struct tree *before, const struct tree *after,
			FILE *output);

/* "0000:83:00.2: xhci_hcd -> vfio-pci" for each function, and each device of the
 * platform, whose driver changed. */
void tree_print_drivers(const struct tree *before, const struct tree *after,
			FILE *output);

#endif
