/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hash: FNV-1a (Fowler, Noll, Vo), 64 bits, fed piece by piece. Tells whether two things
 * are the same bytes; no defence against somebody who wants two to look alike. Pure.
 */
#ifndef GPUPASS_HASH_H
#define GPUPASS_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START 0xcbf29ce484222325U

/* The hash of what hash stands for and length more bytes. */
uint64_t hash_add(uint64_t hash, const void *bytes, size_t length);

/* The same for a text and the NUL at its end, so that "ab", "c" is not "a", "bc". */
uint64_t hash_add_text(uint64_t hash, const char *text);

#endif
