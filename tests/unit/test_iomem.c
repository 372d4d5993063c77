/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a BAR, from texts of /proc/iomem; and the lines of a file. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hook/core/iomem.h"

static char directory[64];
static struct sys_root root;

/* .0 and .2 of the machine of the story. */
static const struct pci_address functions[2] = {{0, 0x83, 0, 0}, {0, 0x83, 0, 2}};

#define NO_BAR "0x0 0x0 0x0\n"
static const char *const resources[2] = {
	NO_BAR "0xc1000000 0xc1ffffff 0x42208\n" NO_BAR
	       "0xc2100000 0xc2100fff 0x40200\n" NO_BAR NO_BAR
	       "0xc2110000 0xc211ffff 0x46200\n",
	"0xc2000000 0xc2003fff 0x40200\n" NO_BAR NO_BAR NO_BAR NO_BAR NO_BAR,
};

static void put_resource(unsigned i)
{
	char path[PCI_PATH_SIZE];
	int fd;

	pci_format_path(&functions[i], "", path);
	assert_int_equal(mkdirat(root.fd, path, 0755), 0);
	pci_format_path(&functions[i], "resource", path);
	fd = openat(root.fd, path, O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, resources[i], strlen(resources[i])),
			 (ssize_t)strlen(resources[i]));
	close(fd);
}

static void remove_resource(unsigned i)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(&functions[i], "resource", path);
	unlinkat(root.fd, path, 0);
	pci_format_path(&functions[i], "", path);
	unlinkat(root.fd, path, AT_REMOVEDIR);
}

static int setup(void **state)
{
	strcpy(directory, "/tmp/gpupass-iomem-XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(sys_open_root(directory, &root), 0);
	assert_int_equal(mkdirat(root.fd, "proc", 0755), 0);
	mkdirat(root.fd, "sys", 0755);
	mkdirat(root.fd, "sys/bus", 0755);
	mkdirat(root.fd, "sys/bus/pci", 0755);
	assert_int_equal(mkdirat(root.fd, PCI_DEVICES, 0755), 0);
	for (unsigned i = 0; i < 2; i++)
		put_resource(i);
	return 0;
}

static int teardown(void **state)
{
	for (unsigned i = 0; i < 2; i++)
		remove_resource(i);
	unlinkat(root.fd, PCI_DEVICES, AT_REMOVEDIR);
	unlinkat(root.fd, "sys/bus/pci", AT_REMOVEDIR);
	unlinkat(root.fd, "sys/bus", AT_REMOVEDIR);
	unlinkat(root.fd, "sys", AT_REMOVEDIR);
	unlinkat(root.fd, "proc/iomem", 0);
	unlinkat(root.fd, "proc/iomem", AT_REMOVEDIR);
	unlinkat(root.fd, "proc", AT_REMOVEDIR);
	sys_close_root(&root);
	return rmdir(directory);
}

static void put(const char *text, size_t length)
{
	int fd = openat(root.fd, "proc/iomem", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), (ssize_t)length);
	close(fd);
}

static struct iomem_held held[IOMEM_MAX_HELD];

static int find(const char *text)
{
	memset(held, 0xff, sizeof(held));
	if (text)
		put(text, strlen(text));
	return iomem_find_held(&root, functions, 2, held);
}

static void assert_held(unsigned i, unsigned function, const char *bar,
			const char *holder)
{
	assert_true(pci_same_address(&held[i].address, &functions[function]));
	assert_string_equal(held[i].bar, bar);
	assert_string_equal(held[i].holder, holder);
}

#define WINDOW "c1000000-c20fffff : PCI Bus 0000:82\n"
#define BAR    "    c1000000-c1ffffff : 0000:83:00.0\n"
#define USB    "    c2000000-c2003fff : 0000:83:00.2\n"

static void test_nobody(void **state)
{
	assert_int_equal(find(WINDOW BAR USB "fec00000-fec003ff : IOAPIC 0\n"), 0);
}

static void test_claims(void **state)
{
	assert_int_equal(find(WINDOW BAR "      c1000000-c13e7fff : efifb\n" USB
					 "      c2000000-c2003fff : xhci-hcd\n"),
			 2);
	assert_held(0, 0, "BAR 1", "efifb");
	assert_held(1, 1, "BAR 0", "xhci-hcd"); /* all of the BAR */
	/* The outermost of nested claims: without it there are no others. */
	assert_int_equal(find(WINDOW BAR "      c1000000-c13e7fff : BOOTFB\n"
					 "        c1000000-c13e7fff : simplefb\n" USB),
			 1);
	assert_held(0, 0, "BAR 1", "BOOTFB");
	/* The first of several. */
	assert_int_equal(find(WINDOW BAR "      c1000000-c1000fff : one\n"
					 "      c1001000-c1001fff : two\n"),
			 1);
	assert_held(0, 0, "BAR 1", "one");
	/* Two BARs of one function; its ROM is none. */
	assert_int_equal(find(WINDOW BAR "      c1000000-c1000fff : one\n"
					 "    c2100000-c2100fff : 0000:83:00.0\n"
					 "      c2100000-c2100fff : two\n"
					 "    c2110000-c211ffff : 0000:83:00.0\n"
					 "      c2110000-c211ffff : rom\n"),
			 2);
	assert_held(0, 0, "BAR 1", "one");
	assert_held(1, 0, "BAR 3", "two");
}

/* What lies around a BAR is not in it, even where it is as large. */
static void test_windows(void **state)
{
	assert_int_equal(find("c1000000-c1ffffff : PCI Bus 0000:82\n"
			      "  c1000000-c1ffffff : PCI Bus 0000:83\n" BAR),
			 0);
	/* Another function of the slot is no claim of this one's BAR. */
	assert_int_equal(find(WINDOW USB BAR), 0);
	/* A BAR that the kernel has not put into the tree has no claims in it. */
	assert_int_equal(find(WINDOW "      c1000000-c13e7fff : efifb\n"), 0);
	/* What is claimed in a function that nobody asked for. */
	assert_int_equal(find(WINDOW BAR "    c2200000-c2200fff : 0000:84:00.0\n"
					 "      c2200000-c2200fff : nvme\n"),
			 0);
	/* Above 4 GiB, and around: nothing of it is in the BAR. */
	assert_int_equal(find("1c1000000-1c13e7fff : efifb\n" WINDOW BAR
			      "e020000000-e03fffffff : PCI Bus 0000:82\n"),
			 0);
}

/* More than there is room for. */
static void test_many(void **state)
{
	static char text[16384];

	for (unsigned i = 0; i < IOMEM_MAX_HELD + 4; i++)
		strcat(text, BAR "      c1000000-c13e7fff : efifb\n");
	assert_int_equal(find(text), IOMEM_MAX_HELD);
	assert_held(IOMEM_MAX_HELD - 1, 0, "BAR 1", "efifb");
}

static void test_hidden_and_unreadable(void **state)
{
	assert_int_equal(find("00000000-00000000 : PCI Bus 0000:82\n"
			      "    00000000-00000000 : 0000:83:00.0\n"
			      "      00000000-00000000 : efifb\n"),
			 -EACCES);
	assert_int_equal(find(""), -EACCES);
	/* One whose number sysfs does not tell hides no other. */
	remove_resource(0);
	assert_int_equal(find(WINDOW BAR), 0);
	assert_int_equal(find(WINDOW BAR "      c1000000-c13e7fff : efifb\n" USB
					 "      c2000000-c2003fff : xhci-hcd\n"),
			 2);
	assert_held(0, 0, "a BAR", "efifb");
	assert_held(1, 1, "BAR 0", "xhci-hcd");
	assert_int_equal(unlinkat(root.fd, "proc/iomem", 0), 0);
	assert_int_equal(find(NULL), -ENOENT);
	assert_int_equal(mkdirat(root.fd, "proc/iomem", 0755), 0);
	assert_int_equal(find(NULL), -EISDIR);
}

/* Nothing that is not in order counts, and none of it does harm. */
static void test_garbage(void **state)
{
	static char text[4096];

	assert_int_equal(find("hello\n\n-\n : \nc1000000-c1ffffff\n- : x\n"
			      "c1000000-zz : x\nc1000000 : x\n-c1ffffff : x\n"
			      "11111111111111111-c1ffffff : 0000:83:00.0\n" BAR
			      "      c1000000-c13e7fff :efifb\n"),
			 0);
	/* A name that is too long is cut, and the next line is a line again. */
	strcpy(text, BAR "      c1000000-c1000fff : ");
	memset(text + strlen(text), 'x', 2000);
	strcat(text, "\n" USB "      c2000000-c2003fff : xhci-hcd");
	assert_int_equal(find(text), 2);
	assert_int_equal(strlen(held[0].holder), IOMEM_NAME_SIZE - 1);
	assert_held(1, 1, "BAR 0", "xhci-hcd"); /* without a newline */
}

/* A claim in the second piece of a long file, and one that two pieces share. */
static void test_long_file(void **state)
{
	static char text[32 * 1024];
	static const char end[] = BAR "      c1000000-c13e7fff : efifb\n";

	for (size_t padding = 4000; padding < 4100; padding += 7) {
		size_t at = 0;

		while (at < padding)
			text[at++] = '\n';
		strcpy(text + at, end);
		assert_int_equal(find(text), 1);
		assert_held(0, 0, "BAR 1", "efifb");
	}
}

struct seen {
	unsigned count, stop_at;
	size_t longest;
	char last[SYS_LINE_SIZE];
};

static int see(const char *line, void *data)
{
	struct seen *seen = data;

	seen->count++;
	if (strlen(line) > seen->longest)
		seen->longest = strlen(line);
	strcpy(seen->last, line);
	return seen->count == seen->stop_at ? 7 : 0;
}

static int each_line(const char *text, unsigned stop_at, struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	seen->stop_at = stop_at;
	put(text, strlen(text));
	return sys_each_line(&root, "proc/iomem", see, seen);
}

static void test_each_line(void **state)
{
	static char text[3 * SYS_LINE_SIZE];
	struct seen seen;

	assert_int_equal(each_line("", 0, &seen), 0);
	assert_int_equal(seen.count, 0);
	assert_int_equal(each_line("a\n\nb", 0, &seen), 0);
	assert_int_equal(seen.count, 3);
	assert_string_equal(seen.last, "b");
	assert_int_equal(each_line("a\n", 0, &seen), 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(each_line("a\nb\nc\n", 2, &seen), 7);
	assert_string_equal(seen.last, "b");
	assert_int_equal(each_line("a\nb", 2, &seen), 7);
	memset(text, 'x', sizeof(text) - 3);
	strcpy(text + sizeof(text) - 3, "\ny");
	assert_int_equal(each_line(text, 0, &seen), 0);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.longest, SYS_LINE_SIZE - 1);
	assert_string_equal(seen.last, "y");
	assert_int_equal(sys_each_line(&root, "proc/none", see, &seen), -ENOENT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_nobody),
		CASE(test_claims),
		CASE(test_windows),
		CASE(test_many),
		CASE(test_hidden_and_unreadable),
		CASE(test_garbage),
		CASE(test_long_file),
		CASE(test_each_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
