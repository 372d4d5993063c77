// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every verb has to say goes to stderr in one form.
 */
#include "tool/gpupass.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_SIZE (2 * PATH_MAX)

static void print_message(const char *prefix, const char *format, va_list arguments)
{
	char message[MESSAGE_SIZE];

	vsnprintf(message, sizeof(message), format, arguments);
	fputs(prefix, stderr);
	print_line(stderr, message);
}

void warn_user(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message("W: gpupass: ", format, arguments);
	va_end(arguments);
}

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message("gpupass: ", format, arguments);
	va_end(arguments);
}
