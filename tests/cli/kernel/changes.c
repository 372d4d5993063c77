/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The comparison of two pictures of a fixture. Knows nothing of drivers but the names of
 * their links.
 */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/cli/kernel/tree.h"

#define BUS      "sys/bus/pci/"
#define PLATFORM "sys/bus/platform/"

static bool begins(const char *path, const char *with)
{
	return strncmp(path, with, strlen(with)) == 0;
}

static bool is_driver_link(const struct tree_node *node)
{
	return S_ISLNK(node->mode) &&
	       (strcmp(tree_last_component(node->path), "driver") == 0 ||
		begins(node->path, BUS "drivers/") ||
		begins(node->path, PLATFORM "drivers/"));
}

static bool is_other_story(const struct tree_node *node)
{
	return is_driver_link(node) || strcmp(node->path, "dev/kmsg") == 0;
}

/* Up to the first newline or whatever does not print. */
static int text_length(const struct tree_node *node)
{
	size_t length = 0;

	while (length < node->size && node->content[length] >= ' ')
		length++;
	return (int)length;
}

static bool has_line(const struct tree_node *node, const char *line, size_t length)
{
	for (const char *at = node->content; *at;
	     at += strcspn(at, "\n"), at += *at != 0) {
		if (strcspn(at, "\n") == length && memcmp(at, line, length) == 0)
			return true;
	}
	return false;
}

/* The lines of one that the other does not have. */
static void print_lines(const char *name, char sign, const struct tree_node *one,
			const struct tree_node *other, FILE *output)
{
	for (const char *at = one->content; *at;) {
		size_t length = strcspn(at, "\n"), blanks = strspn(at, " ");

		if (!has_line(other, at, length))
			fprintf(output, "%s: %c %.*s\n", name, sign,
				(int)(length - blanks), at + blanks);
		at += length + (at[length] != 0);
	}
}

static bool has_lines(const struct tree_node *node)
{
	const char *end = node->content ? strchr(node->content, '\n') : NULL;

	return end && end[1];
}

static void print_change(const struct tree_node *old, const struct tree_node *new,
			 FILE *output)
{
	const char *name = tree_name(new->path);

	if (old->mode != new->mode)
		fprintf(output, "%s: mode %04o -> %04o\n", name, old->mode & 07777,
			new->mode & 07777);
	if (old->size == new->size &&
	    (!new->content || memcmp(old->content, new->content, new->size) == 0))
		return;
	if (strcmp(new->path, "proc/iomem") == 0 || (has_lines(old) && has_lines(new))) {
		print_lines(name, '-', old, new, output);
		print_lines(name, '+', new, old, output);
	} else if (begins(new->path, "sys/")) {
		fprintf(output, "%s: %.*s -> %.*s\n", name, text_length(old),
			old->content, text_length(new), new->content);
	} else {
		fprintf(output, "%s: changed\n", name);
	}
}

/* What lies in a directory that is gone is gone too; one line says it. */
static bool is_lost_with_parent(const struct tree *after, const char *path)
{
	char parent[PATH_MAX];
	char *slash;

	tree_format(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return !tree_find(after, parent);
}

static void print_new(const struct tree_node *new, FILE *output)
{
	fprintf(output, "%s%s: new, %04o\n", tree_name(new->path),
		S_ISDIR(new->mode)   ? "/"
		: S_ISLNK(new->mode) ? "@"
				     : "",
		new->mode & 07777);
}

void tree_print_changes(const struct tree *before, const struct tree *after, FILE *output)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct tree_node *old = &before->nodes[i];

		if (!is_other_story(old) && !tree_find(after, old->path) &&
		    !is_lost_with_parent(after, old->path))
			fprintf(output, "%s: gone\n", tree_name(old->path));
	}
	for (size_t i = 0; i < after->count; i++) {
		const struct tree_node *new = &after->nodes[i];
		const struct tree_node *old = tree_find(before, new->path);

		if (is_other_story(new))
			continue;
		if (old)
			print_change(old, new, output);
		else
			print_new(new, output);
	}
}

static const char *driver_of(const struct tree *tree, const char *path)
{
	const struct tree_node *node = tree_find(tree, path);

	return node ? tree_last_component(node->content) : "none";
}

void tree_print_drivers(const struct tree *before, const struct tree *after, FILE *output)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct tree_node *device = &before->nodes[i];
		const char *was, *is;
		char path[TREE_NAME_SIZE];

		if ((!begins(device->path, BUS "devices/") &&
		     !begins(device->path, PLATFORM "devices/")) ||
		    !S_ISLNK(device->mode))
			continue;
		/* A link in the bus's list says where the device's directory is. */
		tree_format(path, sizeof(path), "sys/%s/driver",
			    device->content + strlen("../../../"));
		was = driver_of(before, path);
		is = driver_of(after, path);
		if (strcmp(was, is) != 0)
			fprintf(output, "%s: %s -> %s\n",
				tree_last_component(device->path), was, is);
	}
}
