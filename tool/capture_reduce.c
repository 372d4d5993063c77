/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel command line without what is nobody's business: disks, keys, host names. Pure.
 */
#include "tool/capture.h"

#include <string.h>

#include "hook/core/words.h"

/* What the name of a parameter must have in it to be kept. */
static const char *const subjects[] = {"iommu", "vfio", "pci", "video", "gpupass"};

/* And names that do not say that they are about video. */
static const char *const names[] = {"nomodeset", "initcall_blacklist"};

static bool is_kept(const char *word, size_t length)
{
	const char *equals = memchr(word, '=', length);
	size_t name = equals ? (size_t)(equals - word) : length;

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		if (memmem(word, name, subjects[i], strlen(subjects[i])))
			return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (name == strlen(names[i]) && memcmp(word, names[i], name) == 0)
			return true;
	}
	return false;
}

void capture_reduce(const char *text, char *reduced)
{
	const char *word;
	size_t used = 0, length;

	while ((word = words_next(&text, &length))) {
		if (length == 2 && memcmp(word, "--", 2) == 0)
			break;
		/* A quoted name may have anything in it. */
		if (*word == '"' || !is_kept(word, length))
			continue;
		if (used > 0)
			reduced[used++] = ' ';
		memcpy(reduced + used, word, length);
		used += length;
	}
	reduced[used] = '\0';
}
