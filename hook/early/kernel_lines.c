/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies lines of the kernel's log. Which ones is hook/core/kernel_log's business.
 */
#include "hook/early/kernel_lines.h"

#include <fcntl.h>
#include <unistd.h>

#define KMSG "dev/kmsg"
#define LOG_SIZE                                                                         \
	(256 * 1024)     /* the usual size of the kernel's buffer; pages as needed       \
			  */
#define RECORD_SIZE 2048 /* one record; the kernel's own limit is about 1 KiB */

void kernel_lines_add_card(struct kernel_lines *lines, const char *name,
			   const struct card *card)
{
	for (unsigned i = 0; i < card->count && lines->count < KERNEL_LINES_CARDS; i++) {
		lines->functions[lines->count] = card->functions[i].address;
		lines->cards[lines->count] = name;
		lines->count++;
	}
}

static void copy_line(struct kernel_lines *lines, const struct kernel_log_line *line,
		      int function)
{
	struct pci_function named = {0};
	struct trace_about about = {0};

	if (function >= 0) {
		named.address = lines->functions[function];
		about.function = &named;
		about.card = lines->cards[function];
	}
	trace_add_kernel_line(lines->trace, &about, line);
}

static void copy_log(struct kernel_lines *lines, const char *text, size_t length)
{
	unsigned left[] = {
		[KERNEL_LOG_OTHER] = 0,
		[KERNEL_LOG_GENERAL] = KERNEL_LINES_GENERAL,
		[KERNEL_LOG_FUNCTION] = KERNEL_LINES_FUNCTION,
	};
	struct kernel_log_line line;
	unsigned more = 0;

	while (kernel_log_next(&text, &length, &line)) {
		int function;
		enum kernel_log_interest interest =
			kernel_log_judge(line.text, line.length, lines->functions,
					 lines->count, &function);

		if (interest == KERNEL_LOG_OTHER)
			continue;
		if (left[interest] == 0) {
			more++;
			continue;
		}
		left[interest]--;
		copy_line(lines, &line, function);
	}
	if (more)
		trace_add(lines->trace, TRACE_KERNEL_MORE, NULL, "%u, dmesg has them",
			  more);
}

void kernel_lines_start(struct kernel_lines *lines, const struct sys_root *root,
			struct trace *trace)
{
	static char log[LOG_SIZE] __attribute__((aligned(SYS_PAGE)));
	int length;

	lines->root = root;
	lines->trace = trace;
	lines->from_steps = 0;
	lines->kmsg = -1;
	if (root->real)
		lines->kmsg = openat(root->fd, KMSG, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (lines->kmsg >= 0)
		lseek(lines->kmsg, 0, SEEK_END);
	length = sys_read_kernel_log(root, log, sizeof(log));
	if (length > 0)
		copy_log(lines, log, (size_t)length);
	sys_discard(log, sizeof(log));
}

void kernel_lines_follow(struct kernel_lines *lines)
{
	char record[RECORD_SIZE];
	ssize_t length;

	/* A read that fails ends it: nothing new, or lines overwritten before they were
	 * read. */
	while (lines->kmsg >= 0 && lines->from_steps < KERNEL_LINES_STEPS &&
	       (length = read(lines->kmsg, record, sizeof(record))) > 0) {
		struct kernel_log_line line;
		int function;

		if (!kernel_log_parse_record(record, (size_t)length, &line) ||
		    kernel_log_judge(line.text, line.length, lines->functions,
				     lines->count, &function) == KERNEL_LOG_OTHER)
			continue;
		lines->from_steps++;
		copy_line(lines, &line, function);
	}
}
