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

#define LOG_PSTORE_MAX       64
#define LOG_PSTORE_PATH_SIZE 256
#define LOG_PSTORE_WHY_SIZE  2048

struct log_pstore {
	unsigned count;
	struct log_pstore_file {
		time_t time;
		char path[LOG_PSTORE_PATH_SIZE]; /* relative to the root */
	} files[LOG_PSTORE_MAX];                 /* oldest first */
	char why[LOG_PSTORE_WHY_SIZE]; /* the lines that say what happened; may be empty
					*/
};

/*
 * Finds the files of the time from since to until; 0 = open. A record's time is that of
 * the panic, a file's that systemd moved is the boot after it; and a clock that is kept
 * in local time is corrected only later in a boot: each may be off by LOG_PSTORE_SLACK.
 */
#define LOG_PSTORE_SLACK (14 * 3600) /* seconds */
void log_pstore_find(const struct sys_root *root, time_t since, time_t until,
		     struct log_pstore *ret_pstore);

#endif
