/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regular: opens what is meant to be a file. A FIFO in its place would be waited for
 * without end, in the middle of an image's build.
 */
#ifndef GPUPASS_TOOL_REGULAR_H
#define GPUPASS_TOOL_REGULAR_H

#include <stddef.h>

/* The file for reading; path is relative to the directory at. Its descriptor, or -errno,
 * -EINVAL when it is no regular file. */
int regular_open(int at, const char *path);

/* The same for what goes into an image and is believed there, as ssh does with its files:
 * -EPERM when it is neither root's nor the caller's, or others may write to it. */
int regular_open_trusted(int at, const char *path);

/* All of it to buffer, NUL added. The length, or -errno as regular_open(), -EFBIG when it
 * does not fit. */
int regular_read(int at, const char *path, char *buffer, size_t size);

/* What an error of regular_open() means. */
const char *regular_explain(int error);

#endif
