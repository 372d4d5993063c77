/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as /proc/iomem. Who is said to hold a BAR stands in a line of the
 * file.
 */
#include <fcntl.h>
#include <ftw.h>
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

static const struct pci_address functions[] = {
	{0, 0x83, 0, 0}, {0, 0x83, 0, 3}, {0, 0, 0, 0}};
#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static const char resource[] = "0x0 0xffff 0x1\n0xc1000000 0xc1ffffff 0x1\n"
			       "0xe020000000 0xe020003fff 0x1\n0x1 0x1 0x1\n"
			       "0x2 0xffffffffffffffff 0x1\n0x0 0x0 0x0\n";

static char directory[] = "/tmp/fuzz-iomem.XXXXXX";
static struct sys_root root;
static int iomem = -1;

static int make_file(const char *path, const char *text)
{
	int fd = openat(root.fd, path, O_RDWR | O_CREAT, 0600);

	require(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

/* A root with one file to fuzz, and the functions' BARs. */
static void make_root(void)
{
	char path[PCI_PATH_SIZE];

	require(mkdtemp(directory) != NULL);
	require(sys_open_root(directory, &root) == 0);
	require(mkdirat(root.fd, "proc", 0700) == 0);
	iomem = make_file("proc/iomem", "");
	mkdirat(root.fd, "sys", 0700);
	mkdirat(root.fd, "sys/bus", 0700);
	mkdirat(root.fd, "sys/bus/pci", 0700);
	mkdirat(root.fd, PCI_DEVICES, 0700);
	for (unsigned i = 0; i < FUNCTIONS; i++) {
		pci_format_path(&functions[i], "", path);
		mkdirat(root.fd, path, 0700);
		pci_format_path(&functions[i], "resource", path);
		close(make_file(path, resource));
	}
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static void remove_root(void)
{
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iomem_held held[IOMEM_MAX_HELD];
	int found;

	if (iomem < 0) {
		make_root();
		atexit(remove_root);
	}
	require(pwrite(iomem, data, size, 0) == (ssize_t)size);
	require(ftruncate(iomem, (off_t)size) == 0);
	found = iomem_find_held(&root, functions, FUNCTIONS, held);
	require(found <= IOMEM_MAX_HELD);
	for (int i = 0; i < found; i++) {
		size_t length = strnlen(held[i].holder, IOMEM_NAME_SIZE);

		require(length < IOMEM_NAME_SIZE && strlen(held[i].bar) == 5);
		require(memmem(data, size, held[i].holder, length) != NULL);
	}
	return 0;
}
