/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree: files into the tree of an image that is being built. into is its directory's
 * descriptor, path is relative to it; directories on the way are made. 0 or -errno; of a
 * source, as regular_open().
 */
#ifndef GPUPASS_TOOL_TREE_H
#define GPUPASS_TOOL_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

int tree_write(int into, const char *path, const char *text, size_t length);

/* Copies the file source, byte for byte. */
int tree_copy(int into, const char *path, mode_t mode, const char *source);

/* Copies a kernel module, uncompressed, its signature with it. -ENOEXEC when what comes
 * out is not a module: libarchive without support for this compression, or a broken file.
 */
int tree_copy_module(int into, const char *path, const char *source);

#endif
