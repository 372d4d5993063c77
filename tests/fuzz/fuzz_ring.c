/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as a trace, through the reader and on to what people see. The
 * records come in order, every line is printable ASCII, the drawing is made of numbers;
 * that nothing is read from elsewhere is for the sanitizers to see.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tool/log.h"

#define RECORDS 64 /* more of a trace take time and show nothing new */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_text(const char *text)
{
	for (; *text != '\0'; text++)
		require(*text == '\n' || (*text >= ' ' && *text <= '~'));
}

static void check_lines(const struct log_view *view)
{
	const struct log_options options = {.explain = true};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	log_print_text(view, &options, false, out);
	fclose(out);
	check_text(text);
	free(text);
}

static void check_plot(const struct log_view *view)
{
	static const char *const no_numbers[] = {"\"nan", "\"-nan", "\"inf", "\"-inf"};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	require(log_print_plot(view, out));
	fclose(out);
	check_text(text);
	/* A quotation mark is an attribute's: those of the records are escaped. */
	for (size_t i = 0; i < sizeof(no_numbers) / sizeof(no_numbers[0]); i++)
		require(strstr(text, no_numbers[i]) == NULL);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct log_trace trace;
	static struct trace_record records[RECORDS];
	struct log_view view = {.trace = &trace, .records = records};

	if (ring_open(data, size, &trace.ring) != RING_GOOD)
		return 0;
	for (unsigned i = 0; i < trace.ring.count; i++) {
		struct trace_record *record = &records[i % RECORDS];
		uint64_t previous = records[(i + RECORDS - 1) % RECORDS].sequence;

		ring_read(&trace.ring, i, record);
		require(i == 0 || record->sequence > previous);
		view.count = i < RECORDS ? i + 1 : RECORDS;
	}
	check_lines(&view);
	check_plot(&view);
	return 0;
}
