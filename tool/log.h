/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log: what the parts of gpupass-log share: where the trace comes from, which records are
 * wanted, and the forms they are printed in.
 */
#ifndef GPUPASS_LOG_H
#define GPUPASS_LOG_H

#include "hook/core/pci.h"
#include "tool/print.h"
#include "tool/ring.h"

/* Exit statuses; gpupass-log(8) documents them. */
enum log_status { LOG_GOOD, LOG_NOTHING, LOG_USAGE, LOG_UNREADABLE };

enum log_form { LOG_TEXT, LOG_JSON, LOG_PLOT };
enum log_kernel { LOG_KERNEL_TOO, LOG_KERNEL_ONLY, LOG_KERNEL_NONE };

struct log_options {
	const char *root;
	const char *file; /* NULL = this boot's trace below root; "-" = stdin */
	const char *card; /* NULL = all */
	unsigned level_from, level_to; /* both inclusive */
	enum log_kernel kernel;
	enum log_form form;
	enum print_colour colour;
	bool explain, monotonic, no_pager;
	bool last_crash; /* instead of records */
};

/* False when there is nothing to show: --help, or a wrong option, which it has complained
 * about; then ret_status is the exit status. */
bool log_parse_options(int argc, char **argv, struct log_options *ret_options,
		       enum log_status *ret_status);

/* A trace that was read and checked. */
struct log_trace {
	struct ring ring;
	unsigned char *bytes; /* of the ring; log_close() frees them */
	bool other_boot;      /* not the boot that is running */
	uint64_t udev_time; /* CLOCK_MONOTONIC when udev had its first device; 0 = unknown
			     */
};

/* Records wanted of a trace, oldest first. */
struct log_view {
	const struct log_trace *trace;
	const struct trace_record *records;
	unsigned count;
};

/* "gpupass-log: MESSAGE" on standard error, one line whatever is in it. */
void log_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads and checks the trace that options name; the caller closes it unless the status is
 * something else than LOG_GOOD. Says on standard error what is wrong and what to do about
 * it. Only a file that was asked for may be of another boot. */
enum log_status log_open(const struct log_options *options, struct log_trace *ret_trace);
void log_close(struct log_trace *trace);

/* The boot as text, as /proc/sys/kernel/random/boot_id has it. */
#define LOG_BOOT_ID_SIZE 37
void log_format_boot_id(const uint8_t *boot_id, char *text);

/* Whether an event is a line of the kernel's own log. */
bool log_is_kernel(const struct trace_record *record);

/* The sentence of a record: phrase, IDs, text, errno, duration; escaped. */
#define LOG_MESSAGE_SIZE 1024
void log_format_message(const struct trace_record *record, char *text);

/* The function a record is about. */
#define LOG_FUNCTION_SIZE PCI_ADDRESS_SIZE
void log_format_function(const struct trace_record *record, char *text);

/* Escaped text of a record's fixed field that is full or ends in NUL. */
void log_format_field(const char *field, size_t size, char *text);

/* Clock time of a record in ns since the epoch; -ERANGE when the numbers are absurd. */
int log_realtime(const struct ring *ring, const struct trace_record *record,
		 int64_t *ret_ns);

void log_print_text(const struct log_view *view, const struct log_options *options,
		    bool colour, FILE *out);
void log_print_json(const struct log_view *view, const struct log_options *options,
		    FILE *out);

/* Draws nothing for an empty view. False when there is no memory. */
bool log_print_plot(const struct log_view *view, FILE *out);

#endif
