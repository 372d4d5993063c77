/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree: the files of a fixture below the working directory. All of these end the program
 * when they fail, through tree_fail.
 */
#ifndef TESTS_CLI_MACHINE_TREE_H
#define TESTS_CLI_MACHINE_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* Says where in the text it happened, and why; made by whoever reads the text. */
__attribute__((noreturn, format(printf, 1, 2))) void tree_fail(const char *format, ...);

/* Formats a path of at most PATH_MAX bytes. */
__attribute__((format(printf, 2, 3))) void tree_join(char *path, const char *format, ...);

/* Makes what lies above path and, when whole, path itself. */
void tree_make_directories(const char *path, bool whole);

/* flags: O_TRUNC, O_APPEND or 0. */
void tree_write(const char *path, int flags, const char *text, size_t length);
void tree_link(const char *path, const char *target);
void tree_remove(const char *path);

/* What every kernel with PCI shows before any function is known. */
void tree_make_ground(void);

/* The links and files that a kernel makes by itself: for a directory below sys/, and for
 * a link NAME in the directory of a function. */
void tree_complete_directory(const char *path);
void tree_complete_link(const char *directory, const char *name, const char *target);

#endif
