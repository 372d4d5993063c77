/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines: text files of the host, line by line, with the place of each line, so that what
 * is found there can be named.
 */
#ifndef GPUPASS_LINES_H
#define GPUPASS_LINES_H

#include <limits.h>

#include "hook/core/sys.h"

struct lines_place {
	char path[PATH_MAX]; /* relative to the root */
	unsigned line;       /* from 1 */
};

/* Called for each line, without its newline; above 0 ends the reading. */
typedef int (*lines_visit)(const struct lines_place *place, char *line, void *data);

/* The lines of one file. What visit returned, or 0; -errno, as regular_open(), -ENOENT
 * when it is not there. */
int lines_of_file(const struct sys_root *root, const char *path, lines_visit visit,
		  void *data);

/* Those of all files of a directory whose names end in suffix, in the order of names. A
 * directory that is not there has no lines; a file that cannot be read has none, either.
 */
int lines_of_directory(const struct sys_root *root, const char *path, const char *suffix,
		       lines_visit visit, void *data);

/* The names in a directory that end in suffix, in order; the caller frees each and the
 * array, with lines_free_names(). How many, 0 when the directory is not there; -errno. */
int lines_names(const struct sys_root *root, const char *path, const char *suffix,
		char ***ret_names);
void lines_free_names(char **names, int count);

#endif
