/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_pager: a pager between standard output and the terminal, as journalctl has it:
 * $PAGER, else less or more; none when $PAGER is empty or "cat".
 */
#ifndef GPUPASS_LOG_PAGER_H
#define GPUPASS_LOG_PAGER_H

#include <stdbool.h>
#include <sys/types.h>

/* Puts the pager behind standard output when that is a terminal. Returns whether it did;
 * then the caller ends with log_pager_end(). Without a pager the output goes on as it
 * would: there is no error. */
bool log_pager_start(pid_t *ret_pid);

/* Closes standard output and waits until the reader has left the pager. */
void log_pager_end(pid_t pid);

#endif
