/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as the kernel's log, whole as syslog(2) gives it and as one record
 * of /dev/kmsg. Every line lies within what was given, the cutting ends, and only what
 * names a function is said to be about it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/kernel_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct pci_address functions[] = {
	{0, 0x83, 0, 0},
	{0, 0x83, 0, 1},
	{0x10000, 1, 0x1f, 7},
};

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_line(const struct kernel_log_line *line, const char *text, size_t size)
{
	unsigned count = sizeof(functions) / sizeof(functions[0]);
	enum kernel_log_interest interest;
	char address[PCI_ADDRESS_SIZE];
	int function;

	require(line->level <= 7);
	require(line->text >= text && line->length <= size &&
		line->text + line->length <= text + size);
	interest =
		kernel_log_judge(line->text, line->length, functions, count, &function);
	require((interest == KERNEL_LOG_FUNCTION) == (function >= 0));
	if (function < 0)
		return;
	require((unsigned)function < count);
	pci_format_address(&functions[function], address);
	require(memmem(line->text, line->length, address, strlen(address)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *rest = text;
	size_t left = size;
	struct kernel_log_line line;

	for (size_t before = left; kernel_log_next(&rest, &left, &line); before = left) {
		require(left < before);
		check_line(&line, text, size);
	}
	require(left == 0);
	if (kernel_log_parse_record(text, size, &line))
		check_line(&line, text, size);
	return 0;
}
