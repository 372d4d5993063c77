/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words: a kernel command line, cut into words as the kernel does (next_arg() in its
 * lib/cmdline.c): blanks separate, but not within double quotes. Pure.
 */
#ifndef GPUPASS_WORDS_H
#define GPUPASS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The next word of *rest, which is moved behind it. NULL when there is none. */
const char *words_next(const char **rest, size_t *ret_length);

/* Whether word is among the words of text. - and _ are the same in the part before "=".
 */
bool words_have(const char *text, const char *word);

/* The same as it stands in text, or NULL. */
const char *words_find(const char *text, const char *word, size_t *ret_length);

/* The value of the last "name=..." of text, or NULL. */
const char *words_value(const char *text, const char *name, size_t *ret_length);

/* The value of the next "name=..." of *rest, which is moved behind it, and where that
 * word begins; or NULL. For parameters that may stand there several times. */
const char *words_next_value(const char **rest, const char *name, size_t *ret_length,
			     const char **ret_word);

/* Whether value, a list with commas, has item. */
bool words_list_has(const char *value, size_t length, const char *item);

/* The first word of text that is "name=" and a list which has item; a parameter such as
 * pci= may stand there several times. NULL when there is none. */
const char *words_with_item(const char *text, const char *name, const char *item,
			    size_t *ret_length);

#endif
