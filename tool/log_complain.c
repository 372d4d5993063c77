/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What gpupass-log says on standard error.
 */
#include "tool/log.h"

#include <limits.h>
#include <stdarg.h>

void log_complain(const char *format, ...)
{
	char message[3 * PATH_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	fputs("gpupass-log: ", stderr);
	print_line(stderr, message);
}
