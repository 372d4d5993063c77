/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_file: the bytes of a trace, and whether they are of the running boot.
 */
#ifndef GPUPASS_TRACE_FILE_H
#define GPUPASS_TRACE_FILE_H

#include "hook/core/sys.h"
#include "tool/ring.h"

/* All that can be read from fd, in memory that the caller frees. -EFBIG when it is more
 * than any trace has. */
int trace_file_read(int fd, unsigned char **ret_bytes, size_t *ret_length);

/* Nothing is claimed where either id is unknown. */
bool trace_file_is_other_boot(const struct sys_root *root, const struct ring *ring);

#endif
