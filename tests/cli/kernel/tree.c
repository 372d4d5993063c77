/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a fixture, and the picture of all of them.
 */
#include "tests/cli/kernel/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
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

size_t tree_read(int root, const char *path, char *buffer, size_t size)
{
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, buffer, size - 1);

	if (fd >= 0)
		close(fd);
	buffer[length > 0 ? length : 0] = '\0';
	return strlen(buffer);
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

void tree_link(int root, const char *path, const char *target)
{
	char up[PATH_MAX] = "";

	for (const char *c = strchr(path, '/'); c && strchr(c + 1, '/');
	     c = strchr(c + 1, '/'))
		strcat(up, "../");
	strcat(up, target);
	if (symlinkat(up, root, path) < 0)
		tree_fail("%s: %s", path, strerror(errno));
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void tree_remove(int root, const char *directory)
{
	char path[PATH_MAX];

	tree_format(path, sizeof(path), "/proc/self/fd/%d/%s", root, directory);
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		tree_fail("%s: %s", directory, strerror(errno));
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

const struct tree_node *tree_find(const struct tree *tree, const char *path)
{
	struct tree_node key = {.path = (char *)path};

	if (!tree->count)
		return NULL;
	return bsearch(&key, tree->nodes, tree->count, sizeof(*tree->nodes),
		       compare_nodes);
}
