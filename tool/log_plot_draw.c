/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The axis of --plot, and the marks on it. Every text was escaped to printable ASCII
 * before it gets here, and goes through plot_print_xml().
 */
#include "tool/log_plot.h"

#include <math.h>
#include <string.h>

#define AXIS_LEFT     150u
#define AXIS_RIGHT    1130
#define BEFORE_WIDTH  130 /* of the axis, when something happened before the run */
#define LETTER_WIDTH  5.5 /* of a label, on average */
#define LABEL_LETTERS 130 /* longer ones are cut; the title has the whole */
#define NAME_LETTERS  21  /* of a group's name, left of the axis */
#define MARK_HEIGHT   12u
#define DOT_RADIUS    4u
#define TICK_SPACE    90              /* between two ticks, at least */
#define BEFORE_SPACE  45              /* the same where the axis is narrow */
#define UDEV_LIMIT    300000000000ULL /* ns: what comes later was another start */
#define NS            1e-9

void plot_print_xml(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else
			fputc(*text, out);
	}
}

static double time_of(const struct trace_record *record)
{
	return (double)record->time * NS;
}

double plot_begin(const struct trace_record *record)
{
	if (record->duration > record->time)
		return 0;
	return (double)(record->time - record->duration) * NS;
}

static double x_of(const struct plot *plot, double seconds)
{
	double share;

	if (seconds < plot->start) {
		share = (seconds - plot->first) / (plot->start - plot->first);
		return AXIS_LEFT + share * (plot->break_x - AXIS_LEFT);
	}
	share = (seconds - plot->start) / (plot->end - plot->start);
	return plot->break_x + share * (AXIS_RIGHT - plot->break_x);
}

/* The run is all but the kernel's lines. Without a run the lines are it. */
void plot_measure(struct plot *plot)
{
	bool started = false;

	plot->first = plot->start = HUGE_VAL;
	plot->end = 0;
	for (unsigned i = 0; i < plot->count; i++) {
		const struct trace_record *record = &plot->view->records[i];

		plot->first = fmin(plot->first, plot_begin(record));
		plot->end = fmax(plot->end, time_of(record));
		if (log_is_kernel(record))
			continue;
		plot->start = fmin(plot->start, plot_begin(record));
		started = true;
	}
	if (!started)
		plot->start = plot->first;
	/* A run of one moment still needs a scale. */
	plot->end = fmax(plot->end, plot->start + fmax(0.001, plot->start * 1e-9));
	plot->break_x = AXIS_LEFT + (plot->first < plot->start ? BEFORE_WIDTH : 0);
}

static const char *class_of(const struct trace_record *record)
{
	if (record->level <= 3)
		return "error";
	if (record->level == 4)
		return "warning";
	if (log_is_kernel(record))
		return "kernel";
	return record->event / 100 == 6 ? "outcome" : "step";
}

/* Right of the mark where there is room, else left of it, else upon it. */
static void draw_label(const struct plot *plot, double left, double right, char *text)
{
	const char *attributes = "";
	double width, x = right + 6;

	if (strlen(text) > LABEL_LETTERS)
		strcpy(text + LABEL_LETTERS - 3, "...");
	width = (double)strlen(text) * LETTER_WIDTH;
	if (x + width > PLOT_WIDTH - 8 && left - 6 - width > AXIS_LEFT) {
		attributes = " text-anchor=\"end\"";
		x = left - 6;
	} else if (x + width > PLOT_WIDTH - 8 && right - left > width) {
		attributes = " class=\"inside\"";
		x = left + 6;
	} else if (x + width > PLOT_WIDTH - 8) {
		attributes = " text-anchor=\"end\"";
		x = PLOT_WIDTH - 8;
	}
	fprintf(plot->out, "<text x=\"%.1f\" y=\"%u\"%s>", x, plot->y + 13, attributes);
	plot_print_xml(plot->out, text);
	fputs("</text>", plot->out);
}

void plot_draw_row(const struct plot *plot, const struct trace_record *record)
{
	/* The end of the run is drawn as the run. */
	bool is_end = record->event == TRACE_END;
	double left = x_of(plot, is_end ? plot->start : plot_begin(record));
	double right = x_of(plot, time_of(record));
	char text[LOG_MESSAGE_SIZE];

	log_format_message(record, text);
	fprintf(plot->out, "<g><title>%.6f s: ", time_of(record));
	plot_print_xml(plot->out, text);
	fputs("</title>", plot->out);
	if (record->duration > 0 || is_end) {
		right = fmax(right, left + 2);
		fprintf(plot->out,
			"<rect class=\"%s\" x=\"%.1f\" y=\"%u\" width=\"%.1f\" "
			"height=\"%u\"/>",
			class_of(record), left, plot->y + 3, right - left, MARK_HEIGHT);
	} else {
		fprintf(plot->out,
			"<circle class=\"%s\" cx=\"%.1f\" cy=\"%u\" r=\"%u\"/>",
			class_of(record), right, plot->y + 9, DOT_RADIUS);
		left = right - DOT_RADIUS;
		right += DOT_RADIUS;
	}
	draw_label(plot, left, right, text);
	fputs("</g>\n", plot->out);
}

static void draw_name(const struct plot *plot, const char *style, const char *name,
		      unsigned y)
{
	char text[NAME_LETTERS + 1];

	snprintf(text, sizeof(text), "%s", name);
	if (strlen(name) > NAME_LETTERS)
		strcpy(text + NAME_LETTERS - 3, "...");
	fprintf(plot->out, "<text class=\"%s\" x=\"12\" y=\"%u\"><title>", style, y);
	plot_print_xml(plot->out, name);
	fputs("</title>", plot->out);
	plot_print_xml(plot->out, text);
	fputs("</text>\n", plot->out);
}

void plot_draw_group(const struct plot *plot, unsigned rows, const char *name,
		     const char *what)
{
	fprintf(plot->out,
		"<rect class=\"group\" x=\"6\" y=\"%u\" width=\"%u\" height=\"%u\"/>\n",
		plot->y - 2, PLOT_WIDTH - 12, rows * PLOT_ROW_HEIGHT + 4);
	draw_name(plot, "name", name, plot->y + 13);
	if (what[0] != '\0')
		draw_name(plot, "what", what, plot->y + 13 + PLOT_ROW_HEIGHT);
}

/* 1, 2 or 5 times a power of ten, so that ticks are space apart or more. */
static double choose_step(double seconds, double pixels, double space)
{
	double least = seconds * space / pixels;
	double power = pow(10, floor(log10(least)));

	if (least <= power)
		return power;
	if (least <= 2 * power)
		return 2 * power;
	return least <= 5 * power ? 5 * power : 10 * power;
}

static void draw_ticks(const struct plot *plot, double from, double to, double pixels,
		       unsigned top, unsigned bottom)
{
	double space = to > plot->start ? TICK_SPACE : BEFORE_SPACE;
	double step = choose_step(to - from, pixels, space);
	int digits = step < 1 ? (int)ceil(-log10(step)) : 0;

	for (double n = ceil(from / step); n * step <= to; n++) {
		double x = x_of(plot, n * step);

		/* Room for the first tick of the run's part. */
		if (n * step < plot->start && x > plot->break_x - BEFORE_SPACE / 2.0)
			continue;
		fprintf(plot->out,
			"<line class=\"grid\" x1=\"%.1f\" y1=\"%u\" x2=\"%.1f\" "
			"y2=\"%u\"/>"
			"<text class=\"tick\" x=\"%.1f\" y=\"%u\">%.*f s</text>\n",
			x, top - 4, x, bottom, x, top - 9, digits, n * step);
	}
}

static const struct trace_record *find_event(const struct plot *plot, uint16_t event)
{
	for (unsigned i = 0; i < plot->count; i++) {
		if (plot->view->records[i].event == event)
			return &plot->view->records[i];
	}
	return NULL;
}

/* Whether it can be believed: after the end, and not on another day. */
static bool follows(uint64_t time, const struct trace_record *end)
{
	return time > end->time && time - end->time < UDEV_LIMIT;
}

static void format_after(const struct plot *plot, const struct trace_record *end,
			 char *text, size_t size)
{
	uint64_t udev = plot->view->trace->udev_time;

	text[0] = '\0';
	if (find_event(plot, TRACE_REFUSED_LATE))
		return;
	if (follows(udev, end))
		sys_format(text, size,
			   "; udev had its first device %.2f s after this line",
			   (double)(udev - end->time) / 1e9);
	else
		sys_format(text, size, "; udev starts after this line");
}

static void draw_end(const struct plot *plot, unsigned top, unsigned bottom)
{
	const struct trace_record *end = find_event(plot, TRACE_END);
	char after[64];
	bool left;
	double x;

	if (end == NULL)
		return;
	x = x_of(plot, time_of(end));
	left = x < PLOT_WIDTH / 2.0;
	format_after(plot, end, after, sizeof(after));
	fprintf(plot->out,
		"<line class=\"end\" x1=\"%.1f\" y1=\"%u\" x2=\"%.1f\" y2=\"%u\"/>"
		"<text x=\"%.1f\" y=\"%u\" text-anchor=\"%s\">"
		"the boot goes on%s</text>\n",
		x, top - 4, x, bottom + 16, left ? x + 6 : x - 6, bottom + 16,
		left ? "start" : "end", after);
}

/* The part of the axis from before the run. */
static void draw_before(const struct plot *plot, unsigned top, unsigned bottom)
{
	double width = plot->break_x - AXIS_LEFT;

	fprintf(plot->out,
		"<rect class=\"before\" x=\"%u\" y=\"%u\" width=\"%.1f\" height=\"%u\"/>"
		"<text class=\"tick\" x=\"%.1f\" y=\"%u\">before gpupass</text>\n",
		AXIS_LEFT, top - 4, width, bottom - top + 4, AXIS_LEFT + width / 2,
		top - 22);
	draw_ticks(plot, plot->first, plot->start, width, top, bottom);
}

void plot_draw_axis(const struct plot *plot, unsigned top, unsigned bottom)
{
	if (plot->first < plot->start)
		draw_before(plot, top, bottom);
	draw_ticks(plot, plot->start, plot->end, AXIS_RIGHT - plot->break_x, top, bottom);
	draw_end(plot, top, bottom);
}
