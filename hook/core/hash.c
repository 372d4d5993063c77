/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FNV-1a. No I/O, no state.
 */
#include "hook/core/hash.h"

#include <string.h>

#define HASH_PRIME 0x100000001b3U

uint64_t hash_add(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * HASH_PRIME;
	return hash;
}

uint64_t hash_add_text(uint64_t hash, const char *text)
{
	return hash_add(hash, text, strlen(text) + 1);
}
