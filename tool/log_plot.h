/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_plot: what the two halves of --plot share: log_plot decides what is drawn, where on
 * the page; log_plot_draw knows the axis and writes SVG.
 *
 * The kernel speaks long before gpupass starts, and gpupass needs a fraction of a second:
 * so the axis has two parts with a scale each, and what happened before is the narrow
 * one.
 */
#ifndef GPUPASS_LOG_PLOT_H
#define GPUPASS_LOG_PLOT_H

#include "tool/log.h"

#define PLOT_WIDTH      1160u
#define PLOT_ROW_HEIGHT 18
#define PLOT_ROWS       TRACE_SLOTS /* more than that is no page any more */

/* All times are seconds since the start of the kernel, all places pixels. */
struct plot {
	const struct log_view *view;
	FILE *out;
	unsigned count;           /* of the view's records that are drawn */
	double first, start, end; /* the first line of all, gpupass's run */
	double break_x;           /* where the run's part of the axis begins */
	unsigned y;               /* of the next row */
	bool drawn[PLOT_ROWS];
};

/* Finds out what the axis has to show. */
void plot_measure(struct plot *plot);

/* The background of a group of rows, and its name in two lines. */
void plot_draw_group(const struct plot *plot, unsigned rows, const char *name,
		     const char *what);

/* When a record's step began. */
double plot_begin(const struct trace_record *record);

/* One record at plot->y. */
void plot_draw_row(const struct plot *plot, const struct trace_record *record);

/* Scale, grid and the line where gpupass ended, from top to bottom; the scale's words are
 * in the 30 pixels above top. */
void plot_draw_axis(const struct plot *plot, unsigned top, unsigned bottom);

/* Text as XML. */
void plot_print_xml(FILE *out, const char *text);

#endif
