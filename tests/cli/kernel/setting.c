/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a function in a fixture. Knows nothing of drivers but whether there is one.
 */
#include "tests/cli/kernel/setting.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cli/kernel/framebuffer.h"
#include "tests/cli/kernel/function.h"

#define TEXT_SIZE     512
#define LINE_SIZE     57 /* bytes of a line of resource */
#define MEBIBYTE_BITS 20

/* "resource0_resize": the digit; -1 for any other name. */
static int resize_number(const char *name)
{
	int number = -1, end = 0;

	if (sscanf(name, "resource%1d_resize%n", &number, &end) != 1 || !end || name[end])
		return -1;
	return number;
}

bool setting_is(const char *path)
{
	const char *name = tree_last_component(path);

	return strcmp(name, "reset_method") == 0 || strcmp(name, "d3cold_allowed") == 0 ||
	       resize_number(name) >= 0;
}

static void put_line(int root, const char *path, const char *value)
{
	char line[TEXT_SIZE + 2];

	tree_format(line, sizeof(line), "%s\n", value);
	tree_write(root, path, line, strlen(line), false);
}

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; *at;) {
		size_t size = strcspn(at, " \n");

		if (size == length && memcmp(at, word, length) == 0)
			return true;
		at += size + strspn(at + size, " \n");
	}
	return false;
}

/* reset_method_store(): each word must be a method that the function has. */
static int store_reset(int root, const char *all, const char *path, const char *value)
{
	char words[TEXT_SIZE];
	char *rest = words, *word;

	tree_format(words, sizeof(words), "%.*s", (int)strcspn(all, "\n"), all);
	if (strcmp(value, "default") == 0) {
		put_line(root, path, words);
		return 0;
	}
	tree_format(words, sizeof(words), "%s", value);
	while (value[0] && (word = strsep(&rest, " "))) {
		if (!has_word(all, word))
			return -EINVAL;
	}
	put_line(root, path, value);
	return 0;
}

static int parse_number(const char *value, unsigned long *ret_number)
{
	char *end;

	*ret_number = strtoul(value, &end, 0);
	return value[0] == '\0' || *end ? -EINVAL : 0;
}

static int store_d3cold(int root, const char *path, const char *value)
{
	unsigned long number;

	if (parse_number(value, &number) < 0)
		return -EINVAL;
	put_line(root, path, number ? "1" : "0");
	return 0;
}

/* The BAR stays where it begins. */
static void set_end(int root, const char *path, int number, unsigned long size)
{
	char name[PATH_MAX], text[2048] = "", old[LINE_SIZE + 1];
	unsigned long long start, end, flags;
	size_t directory = (size_t)(tree_last_component(path) - path);

	tree_format(name, sizeof(name), "%.*sresource", (int)directory, path);
	tree_read(root, name, text, sizeof(text));
	if (strlen(text) < (size_t)(number + 1) * LINE_SIZE)
		tree_fail("%s: no line %d", name, number);
	tree_format(old, sizeof(old), "%.*s", LINE_SIZE, text + number * LINE_SIZE);
	if (sscanf(old, "%llx %llx %llx", &start, &end, &flags) != 3)
		tree_fail("%s: %s", name, old);
	end = start + (1ULL << (size + MEBIBYTE_BITS)) - 1;
	tree_format(old, sizeof(old), "0x%016llx 0x%016llx 0x%016llx\n", start, end,
		    flags);
	memcpy(text + number * LINE_SIZE, old, LINE_SIZE);
	tree_write(root, name, text, strlen(text), false);
}

static int store_resize(int root, const char *path, int number, const char *value)
{
	char address[FUNCTION_TEXT_SIZE], text[FUNCTION_TEXT_SIZE];
	unsigned long size;

	tree_format(address, sizeof(address), "%s", tree_name(path));
	address[strcspn(address, "/")] = '\0';
	if (parse_number(value, &size) < 0)
		return -EINVAL;
	if (function_read(root, address, "driver", text))
		return -EBUSY;
	/* Before it is known whether the card has this size. */
	framebuffer_evict(root, address);
	if (!tree_read_line(root, path, text, sizeof(text)) || size > 43 ||
	    !(strtoull(text, NULL, 16) & 1ULL << size))
		return -EINVAL;
	set_end(root, path, number, size);
	return 0;
}

int setting_store(int root, const struct tree *start, const char *path, const char *value)
{
	const struct tree_node *node = tree_find(start, path);
	const char *name = tree_last_component(path);
	int number = resize_number(name);

	if (!node)
		return -ENOENT;
	if (number >= 0)
		return store_resize(root, path, number, value);
	if (strcmp(name, "reset_method") == 0)
		return store_reset(root, node->content, path, value);
	return store_d3cold(root, path, value);
}
