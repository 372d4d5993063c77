/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as lines that people read: one sentence each, in columns that are as wide as
 * the widest of them. Every byte of the trace goes through print_escape().
 */
#include "tool/log.h"

#include <string.h>
#include <time.h>

#include "tool/log_explain.h"
#include "tool/names.h"

#define TEXT_TIME_SIZE 40
#define NS_PER_SECOND  1000000000

#define EXPLANATION_INDENT 8
#define EXPLANATION_WIDTH  88

enum { COLUMN_TIME, COLUMN_LEVEL, COLUMN_CARD, COLUMN_FUNCTION, COLUMN_MESSAGE, COLUMNS };

/* One record's cells. */
struct line {
	char time[TEXT_TIME_SIZE];
	char level[16];
	char card[PRINT_ESCAPED_SIZE(TRACE_CARD_SIZE)];
	char function[LOG_FUNCTION_SIZE];
	char message[LOG_MESSAGE_SIZE];
	struct print_cell cells[COLUMNS];
};

static void format_clock(const struct ring *ring, const struct trace_record *record,
			 char *text)
{
	int64_t ns;
	time_t seconds;
	struct tm broken;
	size_t used;

	if (log_realtime(ring, record, &ns) < 0) {
		snprintf(text, TEXT_TIME_SIZE, "(no such time)");
		return;
	}
	seconds = (time_t)(ns / NS_PER_SECOND);
	localtime_r(&seconds, &broken);
	used = strftime(text, TEXT_TIME_SIZE, "%b %d %H:%M:%S", &broken);
	snprintf(text + used, TEXT_TIME_SIZE - used, ".%06u",
		 (unsigned)(ns % NS_PER_SECOND / 1000));
}

/* As dmesg has it. */
static void format_monotonic(const struct trace_record *record, char *text)
{
	snprintf(text, TEXT_TIME_SIZE, "[%5llu.%06u]",
		 (unsigned long long)(record->time / NS_PER_SECOND),
		 (unsigned)(record->time % NS_PER_SECOND / 1000));
}

static enum print_style style_of(const struct trace_record *record)
{
	if (record->level <= 3)
		return PRINT_RED;
	if (record->level == 4)
		return PRINT_YELLOW;
	if (record->level == 5)
		return PRINT_BOLD;
	return log_is_kernel(record) || record->level == 7 ? PRINT_DIM : PRINT_PLAIN;
}

static void fill_line(const struct ring *ring, const struct trace_record *record,
		      bool monotonic, struct line *line)
{
	const char *level = names_level(record->level);
	enum print_style style = style_of(record);

	memset(line, 0, sizeof(*line));
	if (monotonic)
		format_monotonic(record, line->time);
	else
		format_clock(ring, record, line->time);
	if (level == NULL)
		snprintf(line->level, sizeof(line->level), "level %u", record->level);
	else if (record->level != 6)
		snprintf(line->level, sizeof(line->level), "%s", level);
	log_format_field(record->card, sizeof(record->card), line->card);
	if (record->flags & TRACE_HAS_FUNCTION)
		log_format_function(record, line->function);
	log_format_message(record, line->message);

	line->cells[COLUMN_TIME] = (struct print_cell){line->time, PRINT_DIM};
	line->cells[COLUMN_LEVEL] = (struct print_cell){line->level, style};
	line->cells[COLUMN_CARD] = (struct print_cell){line->card, PRINT_PLAIN};
	line->cells[COLUMN_FUNCTION] = (struct print_cell){line->function, PRINT_PLAIN};
	line->cells[COLUMN_MESSAGE] = (struct print_cell){line->message, style};
}

static const char *plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}

/* What the records below cannot say: which boot, and what is missing. */
static void print_notes(const struct log_view *view, FILE *out)
{
	const struct ring *ring = &view->trace->ring;
	char boot_id[LOG_BOOT_ID_SIZE];

	if (view->trace->other_boot) {
		log_format_boot_id(ring->header.boot_id, boot_id);
		fprintf(out, "-- of boot %s, not the running one --\n", boot_id);
	}
	if (ring->recounted)
		fputs("-- damaged: the header's count and the records disagree; all "
		      "records that can be told are shown --\n",
		      out);
	if (ring->lost > 0)
		fprintf(out, "-- %llu earlier record%s lost: the trace keeps %u --\n",
			(unsigned long long)ring->lost, plural(ring->lost),
			ring->header.slots);
	if (ring->torn > 0)
		fprintf(out, "-- %u record%s torn and not shown --\n", ring->torn,
			plural(ring->torn));
	if (ring->cut > 0)
		fprintf(out, "-- the file is cut off: %u record%s missing --\n",
			ring->cut, plural(ring->cut));
}

/* Below the first record that needs it; once is enough. */
static void print_explanation(const struct trace_record *record, bool *explained,
			      FILE *out)
{
	const struct log_explanation *explanation = log_explain(record->event);

	if (explanation == NULL || explained[record->event])
		return;
	print_folded(out, explanation->meaning, EXPLANATION_INDENT, EXPLANATION_WIDTH);
	print_folded(out, explanation->advice, EXPLANATION_INDENT, EXPLANATION_WIDTH);
	explained[record->event] = true;
}

void log_print_text(const struct log_view *view, const struct log_options *options,
		    bool colour, FILE *out)
{
	const struct ring *ring = &view->trace->ring;
	bool explained[UINT16_MAX + 1] = {false};
	unsigned widths[COLUMNS] = {0};
	struct line line;

	for (unsigned i = 0; i < view->count; i++) {
		fill_line(ring, &view->records[i], options->monotonic, &line);
		print_measure_row(line.cells, COLUMNS, widths);
	}
	print_notes(view, out);
	for (unsigned i = 0; i < view->count; i++) {
		fill_line(ring, &view->records[i], options->monotonic, &line);
		print_row(out, line.cells, COLUMNS, widths, colour);
		if (options->explain)
			print_explanation(&view->records[i], explained, out);
	}
}
