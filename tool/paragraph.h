/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * paragraph: facts about one thing in as many lines of at most PARAGRAPH_WIDTH columns as
 * they need, folded between facts. Prints to stdout; knows nothing of what it prints.
 */
#ifndef GPUPASS_PARAGRAPH_H
#define GPUPASS_PARAGRAPH_H

#include "tool/print.h"

#define PARAGRAPH_WIDTH 80

/* paragraph_start() begins one, paragraph_end() prints the end of it. */
struct paragraph {
	const char *prefix;    /* of each line */
	const char *separator; /* between facts; its last character is a blank */
	enum print_style style;
	bool colour;
	size_t length;
	char line[PARAGRAPH_WIDTH + 1]; /* behind the prefix */
};

struct paragraph paragraph_start(const char *prefix, const char *separator,
				 enum print_style style, bool colour);

/* Adds a fact, printable ASCII. One that is longer than a line is broken anywhere. */
void paragraph_put(struct paragraph *paragraph, const char *fact);
void paragraph_add(struct paragraph *paragraph, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints what is left; nothing when there was no fact. */
void paragraph_end(struct paragraph *paragraph);

#endif
