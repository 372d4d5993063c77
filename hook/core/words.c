/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of a kernel command line. No I/O, no state.
 */
#include "hook/core/words.h"

#include <string.h>

#define BLANKS " \t\n"

static size_t measure(const char *text)
{
	bool quoted = false;
	size_t length;

	for (length = 0; text[length]; length++) {
		if (text[length] == '"')
			quoted = !quoted;
		else if (!quoted && strchr(BLANKS, text[length]))
			break;
	}
	return length;
}

const char *words_next(const char **rest, size_t *ret_length)
{
	const char *word = *rest + strspn(*rest, BLANKS);

	if (*word == '\0')
		return NULL;
	*ret_length = measure(word);
	*rest = word + *ret_length;
	return word;
}

static char same(char byte)
{
	return byte == '-' ? '_' : byte;
}

/* Compares up to "=" with - and _ alike (parameqn() in the kernel's kernel/params.c), and
 * bytes behind it. */
static bool is_word(const char *a, size_t length, const char *b)
{
	bool name = true;

	if (length != strlen(b))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (name ? same(a[i]) != same(b[i]) : a[i] != b[i])
			return false;
		name = name && a[i] != '=';
	}
	return true;
}

const char *words_find(const char *text, const char *word, size_t *ret_length)
{
	const char *found;

	while ((found = words_next(&text, ret_length))) {
		if (is_word(found, *ret_length, word))
			return found;
	}
	return NULL;
}

bool words_have(const char *text, const char *word)
{
	size_t length;

	return words_find(text, word, &length);
}

/* The value of a word "name=value", or NULL. */
static const char *value_of(const char *word, size_t length, const char *name)
{
	size_t name_length = strlen(name);

	if (length <= name_length || word[name_length] != '=' ||
	    !is_word(word, name_length, name))
		return NULL;
	return word + name_length + 1;
}

const char *words_next_value(const char **rest, const char *name, size_t *ret_length,
			     const char **ret_word)
{
	const char *word, *value;
	size_t length;

	while ((word = words_next(rest, &length))) {
		value = value_of(word, length, name);
		if (!value)
			continue;
		*ret_word = word;
		*ret_length = length - (size_t)(value - word);
		return value;
	}
	return NULL;
}

const char *words_value(const char *text, const char *name, size_t *ret_length)
{
	const char *found, *word, *value = NULL;
	size_t length;

	while ((found = words_next_value(&text, name, &length, &word))) {
		value = found;
		*ret_length = length;
	}
	return value;
}

const char *words_with_item(const char *text, const char *name, const char *item,
			    size_t *ret_length)
{
	const char *word, *value;

	while ((word = words_next(&text, ret_length))) {
		value = value_of(word, *ret_length, name);
		if (value &&
		    words_list_has(value, *ret_length - (size_t)(value - word), item))
			return word;
	}
	return NULL;
}

bool words_list_has(const char *value, size_t length, const char *item)
{
	size_t item_length = strlen(item);

	while (length > 0) {
		const char *comma = memchr(value, ',', length);
		size_t part = comma ? (size_t)(comma - value) : length;

		if (part == item_length && memcmp(value, item, part) == 0)
			return true;
		value += part;
		length -= part;
		if (length > 0) {
			value++;
			length--;
		}
	}
	return false;
}
