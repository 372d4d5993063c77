/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a fixture, and the comparison of two pictures of it. Knows nothing of drivers
 * but the names of their links.
 */
#include "tests/cli/kernel/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUS         "sys/bus/pci/"
#define MAX_CONTENT (1024 * 1024)

void tree_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("sysfs-kernel: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(125);
}

void tree_format(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= size)
		tree_fail("\"%s...\" is too long", buffer);
}

const char *tree_last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *tree_name(const char *path)
{
	const char *start;

	if (strncmp(path, BUS, strlen(BUS)) == 0)
		return path + strlen(BUS);
	if (strncmp(path, "sys/devices/pci", strlen("sys/devices/pci")) != 0)
		return path;
	for (start = tree_last_component(path) - 1; start > path && start[-1] != '/';
	     start--)
		;
	return start;
}

bool tree_read_line(int root, const char *path, char *buffer, size_t size)
{
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return false;
	length = read(fd, buffer, size - 1);
	close(fd);
	if (length < 0)
		return false;
	buffer[length] = '\0';
	buffer[strcspn(buffer, "\n")] = '\0';
	return true;
}

bool tree_read_link_name(int root, const char *path, char *buffer, size_t size)
{
	char target[4096];
	ssize_t length = readlinkat(root, path, target, sizeof(target) - 1);

	if (length < 0)
		return false;
	target[length] = '\0';
	tree_format(buffer, size, "%s", tree_last_component(target));
	return true;
}

void tree_write(int root, const char *path, const char *text, size_t length, bool append)
{
	int fd = openat(root, path, O_WRONLY | O_CLOEXEC | (append ? O_APPEND : O_TRUNC));

	if (fd < 0 || write(fd, text, length) != (ssize_t)length)
		tree_fail("%s: %s", path, strerror(errno));
	close(fd);
}

static void read_content(const char *path, const struct stat *status,
			 struct tree_node *node)
{
	int fd;

	node->size = (size_t)status->st_size;
	node->content = calloc(1, node->size + 1);
	if (!node->content || node->size > MAX_CONTENT)
		tree_fail("%s is too large", path);
	if (S_ISLNK(status->st_mode)) {
		if (readlink(path, node->content, node->size) < 0)
			tree_fail("%s: %s", path, strerror(errno));
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, node->content, node->size) != status->st_size)
		tree_fail("%s: %s", path, strerror(errno));
	close(fd);
}

static void add_node(struct tree *tree, const char *root, const FTSENT *entry)
{
	struct tree_node *node;

	if (tree->count == tree->room) {
		tree->room = tree->room ? tree->room * 2 : 1024;
		tree->nodes = realloc(tree->nodes, tree->room * sizeof(*tree->nodes));
		if (!tree->nodes)
			tree_fail("out of memory");
	}
	node = &tree->nodes[tree->count++];
	memset(node, 0, sizeof(*node));
	node->path = strdup(entry->fts_path + strlen(root) + 1);
	node->mode = entry->fts_statp->st_mode;
	if (S_ISREG(node->mode) || S_ISLNK(node->mode))
		read_content(entry->fts_path, entry->fts_statp, node);
}

static int compare_nodes(const void *a, const void *b)
{
	return strcmp(((const struct tree_node *)a)->path,
		      ((const struct tree_node *)b)->path);
}

void tree_take(const char *root, struct tree *ret_tree)
{
	char *const paths[] = {(char *)root, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	memset(ret_tree, 0, sizeof(*ret_tree));
	if (!walk)
		tree_fail("%s: %s", root, strerror(errno));
	while ((entry = fts_read(walk))) {
		if (entry->fts_level > 0 && entry->fts_info != FTS_DP)
			add_node(ret_tree, root, entry);
	}
	fts_close(walk);
	qsort(ret_tree->nodes, ret_tree->count, sizeof(*ret_tree->nodes), compare_nodes);
}

static const struct tree_node *find_node(const struct tree *tree, const char *path)
{
	struct tree_node key = {.path = (char *)path};

	if (!tree->count)
		return NULL;
	return bsearch(&key, tree->nodes, tree->count, sizeof(*tree->nodes),
		       compare_nodes);
}

static bool is_driver_link(const struct tree_node *node)
{
	return S_ISLNK(node->mode) &&
	       (strcmp(tree_last_component(node->path), "driver") == 0 ||
		strncmp(node->path, BUS "drivers/", strlen(BUS "drivers/")) == 0);
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
	if (strncmp(new->path, "sys/", 4) == 0)
		fprintf(output, "%s: %.*s -> %.*s\n", name, text_length(old),
			old->content, text_length(new), new->content);
	else
		fprintf(output, "%s: changed\n", name);
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
	return !find_node(after, parent);
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

		if (!is_other_story(old) && !find_node(after, old->path) &&
		    !is_lost_with_parent(after, old->path))
			fprintf(output, "%s: gone\n", tree_name(old->path));
	}
	for (size_t i = 0; i < after->count; i++) {
		const struct tree_node *new = &after->nodes[i];
		const struct tree_node *old = find_node(before, new->path);

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
	const struct tree_node *node = find_node(tree, path);

	return node ? tree_last_component(node->content) : "none";
}

void tree_print_drivers(const struct tree *before, const struct tree *after, FILE *output)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct tree_node *function = &before->nodes[i];
		const char *was, *is;
		char path[TREE_NAME_SIZE];

		if (strncmp(function->path, BUS "devices/", strlen(BUS "devices/")) != 0)
			continue;
		/* A link in the bus's list says where the function's directory is. */
		tree_format(path, sizeof(path), "sys/%s/driver",
			    function->content + strlen("../../../"));
		was = driver_of(before, path);
		is = driver_of(after, path);
		if (strcmp(was, is) != 0)
			fprintf(output, "%s: %s -> %s\n",
				tree_last_component(function->path), was, is);
	}
}
