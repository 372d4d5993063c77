/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_log: which lines of the kernel's log belong to the story. Pure.
 *
 * Lines come in the form that syslog(2) gives: "<6>[    1.234567] text\n", where the time
 * is missing when the kernel was booted with printk.time=0.
 */
#ifndef GPUPASS_KERNEL_LOG_H
#define GPUPASS_KERNEL_LOG_H

#include "hook/core/pci.h"

enum kernel_log_interest {
	KERNEL_LOG_OTHER,    /* somebody else's */
	KERNEL_LOG_GENERAL,  /* vgaarb, framebuffer, IOMMU, vfio: the story's stage */
	KERNEL_LOG_FUNCTION, /* names one of the cards' functions */
};

struct kernel_log_line {
	bool has_time;
	uint64_t time; /* ns, the kernel's own; 0 is a time, too: that of its first lines
			*/
	uint8_t level; /* 0-7 */
	const char *text; /* into the given buffer, not NUL-terminated */
	size_t length;
};

/* Cuts the next line off the front of *rest. False when nothing is left. Any bytes give
 * lines; what has no prefix is a line of level 6. */
bool kernel_log_next(const char **rest, size_t *rest_length,
		     struct kernel_log_line *ret_line);

/* The same from one record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg):
 * "6,339,5140900,-;text\n" and lines of properties. False when it is none. */
bool kernel_log_parse_record(const char *record, size_t length,
			     struct kernel_log_line *ret_line);

/* Whether text belongs to the story of these functions. ret_function is the number of the
 * first one that text names, or -1. gpupass's own lines are KERNEL_LOG_OTHER: they are in
 * the trace already. */
enum kernel_log_interest kernel_log_judge(const char *text, size_t length,
					  const struct pci_address *functions,
					  unsigned count, int *ret_function);

#endif
