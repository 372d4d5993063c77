/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as /proc/iomem. Who is said to hold a BAR stands in a line of the
 * file.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hook/core/iomem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static struct sys_root root;
static int iomem = -1;

/* A root with this one file, gone with the process: only its descriptors are kept. */
static void make_root(void)
{
	char directory[] = "/tmp/fuzz-iomem.XXXXXX";

	require(mkdtemp(directory) != NULL);
	require(sys_open_root(directory, &root) == 0);
	require(mkdirat(root.fd, "proc", 0700) == 0);
	iomem = openat(root.fd, "proc/iomem", O_RDWR | O_CREAT, 0600);
	require(iomem >= 0);
}

static void remove_root(void)
{
	char path[64], name[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", root.fd);
	length = readlink(path, name, sizeof(name) - 1);
	unlinkat(root.fd, "proc/iomem", 0);
	unlinkat(root.fd, "proc", AT_REMOVEDIR);
	if (length > 0) {
		name[length] = '\0';
		rmdir(name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iomem_bar bars[] = {
		{.address = {0, 0x83, 0, 0}, .range = {0xc1000000, 0xc1ffffff, 0}},
		{.address = {0, 0x83, 0, 3}, .range = {0xe020000000, 0xe020003fff, 0}},
		{.address = {0, 0, 0, 0}, .range = {0, UINT64_MAX, 0}},
	};
	unsigned count = sizeof(bars) / sizeof(bars[0]);

	if (iomem < 0) {
		make_root();
		atexit(remove_root);
	}
	require(pwrite(iomem, data, size, 0) == (ssize_t)size);
	require(ftruncate(iomem, (off_t)size) == 0);
	if (iomem_find_holders(&root, bars, count) < 0)
		return 0;
	for (unsigned i = 0; i < count; i++) {
		size_t length = strnlen(bars[i].holder, sizeof(bars[i].holder));

		require(length < sizeof(bars[i].holder));
		require(length == 0 || bars[i].listed);
		require(memmem(data, size, bars[i].holder, length) != NULL);
	}
	return 0;
}
