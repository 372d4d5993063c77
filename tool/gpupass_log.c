/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass-log: shows what gpupass did in this boot. Reads the trace once, whole, and
 * writes nothing but its output.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/log.h"
#include "tool/log_crash.h"
#include "tool/log_pager.h"

#define WANTED_SIZE 256 /* bytes of --card that are repeated */

static bool is_of_card(const struct trace_record *record, const char *card)
{
	return strlen(card) <= TRACE_CARD_SIZE &&
	       strncmp(record->card, card, TRACE_CARD_SIZE) == 0;
}

static bool is_wanted(const struct trace_record *record,
		      const struct log_options *options)
{
	if (options->card != NULL && !is_of_card(record, options->card))
		return false;
	if (record->level < options->level_from || record->level > options->level_to)
		return false;
	if (log_is_kernel(record))
		return options->kernel != LOG_KERNEL_NONE;
	return options->kernel != LOG_KERNEL_ONLY;
}

/* Records that the options want, on the heap; NULL when there is no memory. */
static struct trace_record *select_records(const struct ring *ring,
					   const struct log_options *options,
					   unsigned *ret_count)
{
	/* One more, so that an empty trace is not taken for missing memory. */
	struct trace_record *records = calloc(ring->count + 1, sizeof(*records));

	*ret_count = 0;
	for (unsigned i = 0; records != NULL && i < ring->count; i++) {
		ring_read(ring, i, &records[*ret_count]);
		if (is_wanted(&records[*ret_count], options))
			(*ret_count)++;
	}
	return records;
}

/* Whether one of the first count records is of this card, or it is no card's name. */
static bool is_card_known(const struct ring *ring, unsigned count, const char *card)
{
	struct trace_record record;

	for (unsigned i = 0; i < count; i++) {
		ring_read(ring, i, &record);
		if (strncmp(record.card, card, TRACE_CARD_SIZE) == 0)
			return true;
	}
	return card[0] == '\0';
}

static void complain_of_card(const struct ring *ring, const char *card)
{
	char name[PRINT_ESCAPED_SIZE(TRACE_CARD_SIZE)];
	char wanted[PRINT_ESCAPED_SIZE(WANTED_SIZE)];
	struct trace_record record;
	const char *before = "";

	log_format_field(card, WANTED_SIZE, wanted);
	fprintf(stderr,
		"gpupass-log: nothing of a card \"%s\"; cards in the trace:", wanted);
	for (unsigned i = 0; i < ring->count; i++) {
		ring_read(ring, i, &record);
		if (is_card_known(ring, i, record.card))
			continue;
		log_format_field(record.card, sizeof(record.card), name);
		fprintf(stderr, "%s %s", before, name);
		before = ",";
	}
	fputs(before[0] == '\0' ? " none\n" : "\n", stderr);
}

static enum log_status complain_of_nothing(const struct ring *ring,
					   const struct log_options *options)
{
	if (ring->count == 0)
		fputs("gpupass-log: the trace holds no record\n", stderr);
	else if (options->card != NULL &&
		 !is_card_known(ring, ring->count, options->card))
		complain_of_card(ring, options->card);
	else
		fputs("gpupass-log: no record matches\n", stderr);
	return LOG_NOTHING;
}

/* False when something could not be written; errno says why. */
static bool print_form(const struct log_view *view, const struct log_options *options,
		       bool colour)
{
	bool printed = true;

	if (options->form == LOG_JSON)
		log_print_json(view, options, stdout);
	else if (options->form == LOG_PLOT)
		printed = log_print_plot(view, stdout);
	else
		log_print_text(view, options, colour, stdout);
	return fflush(stdout) == 0 && !ferror(stdout) && printed;
}

static enum log_status print_view(const struct log_view *view,
				  const struct log_options *options)
{
	bool colour = print_wants_colour(options->colour, stdout), paged = false, printed;
	const struct ring *ring = &view->trace->ring;
	pid_t pager;

	if (!options->no_pager && options->form != LOG_PLOT && view->count > 0)
		paged = log_pager_start(&pager);
	printed = print_form(view, options, colour);
	/* Whoever leaves the pager early has seen enough. */
	if (paged) {
		log_pager_end(pager);
	} else if (!printed) {
		log_complain("standard output: %s", strerror(errno));
		return LOG_UNREADABLE;
	}
	if (ring->cut > 0)
		return LOG_UNREADABLE;
	return view->count > 0 ? LOG_GOOD : complain_of_nothing(ring, options);
}

static enum log_status show_trace(const struct log_options *options)
{
	static struct log_trace trace; /* too big for a stack that may be small */
	struct log_view view = {.trace = &trace};
	struct trace_record *records;
	enum log_status status = log_open(options, &trace);

	if (status != LOG_GOOD)
		return status;
	records = select_records(&trace.ring, options, &view.count);
	if (records == NULL) {
		perror("gpupass-log");
		status = LOG_UNREADABLE;
	} else {
		view.records = records;
		status = print_view(&view, options);
	}
	free(records);
	log_close(&trace);
	return status;
}

int main(int argc, char **argv)
{
	struct log_options options;
	enum log_status status;

	if (log_parse_options(argc, argv, &options, &status))
		status = options.last_crash ? log_show_crash(&options)
					    : show_trace(&options);
	return (int)status;
}
