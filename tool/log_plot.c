/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hand-over as SVG, in the manner of systemd-analyze plot: a row for each record, a
 * bar as long as its step took or a dot for a moment, rows grouped by what they are
 * about. Draws no more than the view holds.
 */
#include "tool/log_plot.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TOP       112 /* of the first row */
#define BOTTOM    28u
#define GROUP_GAP 8

static const char style[] =
	"<style>"
	"svg{background:#fff;max-width:100%;min-width:780px;height:auto}"
	"text{font:11px sans-serif;fill:#222;paint-order:stroke;stroke:#fff;"
	"stroke-opacity:.75;stroke-width:3px}"
	".title{font-size:17px;font-weight:bold}"
	".inside{fill:#fff;stroke:none}"
	".name{font-weight:bold}.what,.tick{fill:#666}.tick{text-anchor:middle}"
	".group{fill:#345;fill-opacity:.05}.before{fill:#345;fill-opacity:.08}"
	".grid{stroke:#c9d0d8}.end{stroke:#222;stroke-dasharray:4 3}"
	".step{fill:#4477aa}.outcome{fill:#228833}.kernel{fill:#999}"
	".warning{fill:#dd9911}.error{fill:#cc3344}"
	"</style>\n";

/* Whether record is in the group that first stands for. */
typedef bool belongs_fn(const struct trace_record *record,
			const struct trace_record *first);

static bool has_card(const struct trace_record *record)
{
	return record->card[0] != '\0';
}

static bool has_function(const struct trace_record *record)
{
	return record->flags & TRACE_HAS_FUNCTION;
}

static bool belongs_to_modules(const struct trace_record *record,
			       const struct trace_record *first)
{
	(void)first;
	return record->event >= 500 && record->event < 510 && !has_function(record);
}

static bool belongs_to_framebuffer(const struct trace_record *record,
				   const struct trace_record *first)
{
	(void)first;
	return record->event == TRACE_FRAMEBUFFER || record->event == TRACE_FAREWELL;
}

static bool belongs_to_kernel(const struct trace_record *record,
			      const struct trace_record *first)
{
	(void)first;
	return log_is_kernel(record) && !has_function(record);
}

static bool belongs_to_function(const struct trace_record *record,
				const struct trace_record *first)
{
	return has_function(record) && has_function(first) &&
	       record->domain == first->domain && record->bus == first->bus &&
	       record->devfn == first->devfn && !belongs_to_framebuffer(record, first);
}

static bool belongs_to_card(const struct trace_record *record,
			    const struct trace_record *first)
{
	return has_card(record) && !has_function(record) &&
	       strncmp(record->card, first->card, TRACE_CARD_SIZE) == 0;
}

/* What is about the whole run: all that no other group takes. */
static bool belongs_to_run(const struct trace_record *record,
			   const struct trace_record *first)
{
	return !has_card(record) && !has_function(record) && !log_is_kernel(record) &&
	       !belongs_to_modules(record, first) &&
	       !belongs_to_framebuffer(record, first);
}

/* By the begin of the step; equal ones stay in the order of the trace. */
static void sort_rows(const struct plot *plot, unsigned *members, unsigned count)
{
	const struct trace_record *records = plot->view->records;

	for (unsigned i = 1; i < count; i++) {
		unsigned member = members[i], k = i;

		for (; k > 0 && plot_begin(&records[members[k - 1]]) >
					plot_begin(&records[member]);
		     k--)
			members[k] = members[k - 1];
		members[k] = member;
	}
}

/* All records that belong together and are not drawn yet. */
static void draw_group(struct plot *plot, const char *name, const char *what,
		       belongs_fn *belongs, const struct trace_record *first)
{
	unsigned members[PLOT_ROWS], count = 0, rows;

	for (unsigned i = 0; i < plot->count; i++) {
		if (!plot->drawn[i] && belongs(&plot->view->records[i], first))
			members[count++] = i;
	}
	if (count == 0)
		return;
	sort_rows(plot, members, count);
	/* The name has two lines. */
	rows = count == 1 && what[0] != '\0' ? 2 : count;
	plot_draw_group(plot, rows, name, what);
	for (unsigned i = 0; i < count; i++) {
		plot_draw_row(plot, &plot->view->records[members[i]]);
		plot->drawn[members[i]] = true;
		plot->y += PLOT_ROW_HEIGHT;
	}
	plot->y += (rows - count) * PLOT_ROW_HEIGHT + GROUP_GAP;
}

/* The functions of a card in the order in which the trace speaks of them, then the card
 * itself. */
static void draw_card(struct plot *plot, const struct trace_record *first)
{
	char card[PRINT_ESCAPED_SIZE(TRACE_CARD_SIZE)],
		name[sizeof(card) + sizeof("card ")];
	char function[LOG_FUNCTION_SIZE];

	log_format_field(first->card, sizeof(first->card), card);
	for (unsigned i = 0; i < plot->count; i++) {
		const struct trace_record *record = &plot->view->records[i];

		if (plot->drawn[i] || !has_function(record) ||
		    strncmp(record->card, first->card, TRACE_CARD_SIZE) != 0)
			continue;
		log_format_function(record, function);
		draw_group(plot, function, card, belongs_to_function, record);
	}
	snprintf(name, sizeof(name), "card %s", card);
	draw_group(plot, name, "", belongs_to_card, first);
}

static void draw_cards(struct plot *plot)
{
	for (unsigned i = 0; i < plot->count; i++) {
		const struct trace_record *record = &plot->view->records[i];

		if (!plot->drawn[i] && !belongs_to_kernel(record, record))
			draw_card(plot, record);
	}
}

static void draw_rows(struct plot *plot)
{
	plot->y = TOP;
	draw_group(plot, "gpupass", "", belongs_to_run, NULL);
	draw_group(plot, "modules", "", belongs_to_modules, NULL);
	draw_group(plot, "framebuffer", "", belongs_to_framebuffer, NULL);
	draw_cards(plot);
	draw_group(plot, "kernel", "", belongs_to_kernel, NULL);
}

static void print_date(const struct plot *plot)
{
	char text[64];
	int64_t ns;
	time_t seconds;
	struct tm broken;

	if (log_realtime(&plot->view->trace->ring, &plot->view->records[0], &ns) < 0)
		return;
	seconds = (time_t)(ns / 1000000000);
	localtime_r(&seconds, &broken);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z, ", &broken);
	plot_print_xml(plot->out, text);
}

static void print_head(const struct plot *plot)
{
	static const char *const legend[][2] = {{"step", "step"},
						{"outcome", "outcome"},
						{"kernel", "line of the kernel's log"},
						{"warning", "warning"},
						{"error", "error"}};
	const struct ring *ring = &plot->view->trace->ring;
	char boot_id[LOG_BOOT_ID_SIZE];
	unsigned x = 12;

	log_format_boot_id(ring->header.boot_id, boot_id);
	fputs("<text class=\"title\" x=\"12\" y=\"26\">gpupass: the hand-over before udev"
	      "</text>\n<text x=\"12\" y=\"45\">",
	      plot->out);
	print_date(plot);
	fprintf(plot->out,
		"boot %s, records: %u drawn, %llu lost, %u torn; a bar is as long as its "
		"step, a "
		"dot is a moment, seconds count from the start of the kernel</text>\n",
		boot_id, plot->count, (unsigned long long)ring->lost, ring->torn);
	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		fprintf(plot->out,
			"<rect class=\"%s\" x=\"%u\" y=\"55\" width=\"12\" "
			"height=\"12\"/>"
			"<text x=\"%u\" y=\"65\">%s</text>\n",
			legend[i][0], x, x + 17, legend[i][1]);
		x += 40 + 5 * (unsigned)strlen(legend[i][1]);
	}
}

/* Rows first, into memory: only then is the height known, and the grid lies below them.
 */
static bool draw_page(struct plot *plot, FILE *page)
{
	char *rows = NULL;
	size_t size;

	plot->out = open_memstream(&rows, &size);
	if (plot->out == NULL)
		return false;
	draw_rows(plot);
	if (fclose(plot->out) != 0)
		return false;
	plot->out = page;
	fprintf(page,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
		"viewBox=\"0 0 %u %u\">\n",
		PLOT_WIDTH, plot->y + BOTTOM, PLOT_WIDTH, plot->y + BOTTOM);
	fputs(style, page);
	print_head(plot);
	plot_draw_axis(plot, TOP, plot->y);
	fputs(rows, page);
	fputs("</svg>\n", page);
	free(rows);
	return true;
}

bool log_print_plot(const struct log_view *view, FILE *out)
{
	struct plot plot = {.view = view};

	if (view->count == 0)
		return true;
	plot.count = view->count < PLOT_ROWS ? view->count : PLOT_ROWS;
	plot_measure(&plot);
	return draw_page(&plot, out);
}
