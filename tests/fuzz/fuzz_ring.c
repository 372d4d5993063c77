/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as a trace. What comes out is in order, prints as
 * ASCII, and was read from nowhere else; the sanitizers watch the last.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tool/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ring ring;
	struct trace_record record;
	char message[LOG_MESSAGE_SIZE], function[LOG_FUNCTION_SIZE];
	uint64_t previous = 0;
	int64_t ns;

	if (ring_open(data, size, &ring) != RING_GOOD)
		return 0;
	for (unsigned i = 0; i < ring.count; i++) {
		ring_read(&ring, i, &record);
		if (i > 0 && record.sequence <= previous)
			abort();
		previous = record.sequence;
		log_format_message(&record, message);
		log_format_function(&record, function);
		check_text(message);
		check_text(function);
		log_realtime(&ring, &record, &ns);
	}
	return 0;
}
