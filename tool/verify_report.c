/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One finding, put into words and counted. Knows nothing of images.
 */
#include <stdarg.h>
#include <stdio.h>

#include "tool/verify.h"

void verify_report(struct verify_report *report, bool rebuild, const char *format, ...)
{
	char sentence[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	report->finding(report->data, rebuild, sentence);
	report->count++;
}
