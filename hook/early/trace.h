/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace: append one record, and mirror decisions to the kernel log.
 *
 * Nothing here returns an error: a record that cannot be kept must not stop the work.
 * When the file cannot be made, /dev/kmsg says why and the decisions are still there. The
 * mapping is shared with forked children.
 */
#ifndef GPUPASS_TRACE_H
#define GPUPASS_TRACE_H

#include "hook/core/kernel_log.h"
#include "hook/core/trace_format.h"

struct trace {
	struct trace_header *header; /* NULL = no file */
	struct trace_record *records;
	const struct sys_root *root;
	int kmsg;          /* /dev/kmsg, or -1 */
	unsigned mirrored; /* lines written to this kmsg descriptor */
	uint64_t now;      /* when trace_clock() was last called */
	bool has_boot_id;
	uint8_t boot_id[SYS_BOOT_ID_SIZE];
};

/* What a record is about; every member may be zero. */
struct trace_about {
	const char *card;
	const struct pci_function *function;
	int error;         /* errno as a positive number */
	uint64_t duration; /* ns */
};

/* Opens this boot's trace, or makes a new one; another boot's, or what is no trace, is
 * replaced. Never follows a link. */
void trace_open(struct trace *trace, const struct sys_root *root);

/* Reads the clock, for the records that follow: a record's time is that of the last call.
 * So it is called after whatever takes longer than some microseconds. Returns the ns that
 * have passed since the call before. */
uint64_t trace_clock(struct trace *trace);

/* The same trace for a forked child, with a kernel log of its own to write to. */
struct trace trace_for_child(const struct trace *trace);

/* Appends a record; a level of 5 or more urgent goes to /dev/kmsg too. */
void trace_add(struct trace *trace, enum trace_event event,
	       const struct trace_about *about, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Appends a line of the kernel's log with its own time and level; never mirrored. */
void trace_add_kernel_line(struct trace *trace, const struct trace_about *about,
			   const struct kernel_log_line *line);

#endif
