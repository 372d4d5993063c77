// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass keep: prints keep.list as it would go into an image now.
 */
#include "tool/gpupass.h"

#include <stdio.h>
#include <string.h>

#include "hook/core/image.h"
#include "tool/keep.h"

enum status verb_keep(const struct arguments *arguments)
{
	char text[IMAGE_LIST_SIZE];
	int length = keep_format(&arguments->root, text, sizeof(text));

	if (length < 0) {
		complain("cannot list what the host runs from: %s", keep_explain(length));
		return STATUS_CANNOT_READ;
	}
	print_lines(stdout, text);
	return STATUS_GOOD;
}
