/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_pstore: files of the kernel's last messages before it panicked
 * (Documentation/admin-guide/pstore-blk.rst, systemd-pstore.service(8)), where the kernel
 * shows them and where systemd moves them.
 */
#ifndef GPUPASS_LOG_PSTORE_H
#define GPUPASS_LOG_PSTORE_H

#include <time.h>

#include "hook/core/sys.h"

#define LOG_PSTORE_MAX       32
#define LOG_PSTORE_PATH_SIZE 256
#define LOG_PSTORE_TAIL_SIZE 2048

struct log_pstore {
	unsigned count;
	char paths[LOG_PSTORE_MAX][LOG_PSTORE_PATH_SIZE]; /* relative to the root, in
							     order */
	char tail[LOG_PSTORE_TAIL_SIZE]; /* the last whole lines of the last messages */
};

/* Finds the files of the time since and later. */
void log_pstore_find(const struct sys_root *root, time_t since,
		     struct log_pstore *ret_pstore);

#endif
