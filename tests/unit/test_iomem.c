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

static int setup(void **state)
{
	strcpy(directory, "/tmp/gpupass-iomem-XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(sys_open_root(directory, &root), 0);
	assert_int_equal(mkdirat(root.fd, "proc", 0755), 0);
	return 0;
}

static int teardown(void **state)
{
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

/* BAR 0 of .0 and BAR 0 of .2, as on the machine of the story. */
static struct iomem_bar bars[2];

static int find(const char *text)
{
	static const struct iomem_bar made[2] = {
		{.address = {0, 0x83, 0, 0}, .range = {0xc1000000, 0xc1ffffff, 0x42208}},
		{.address = {0, 0x83, 0, 2}, .range = {0xc2000000, 0xc2003fff, 0x40200}},
	};

	memcpy(bars, made, sizeof(bars));
	if (text)
		put(text, strlen(text));
	return iomem_find_holders(&root, bars, 2);
}

#define WINDOW "c1000000-c20fffff : PCI Bus 0000:82\n"
#define BAR    "    c1000000-c1ffffff : 0000:83:00.0\n"
#define USB    "    c2000000-c2003fff : 0000:83:00.2\n"

static void test_nobody(void **state)
{
	assert_int_equal(find(WINDOW BAR USB "fec00000-fec003ff : IOAPIC 0\n"), 0);
	assert_true(bars[0].listed);
	assert_true(bars[1].listed);
	assert_string_equal(bars[0].holder, "");
	assert_string_equal(bars[1].holder, "");
}

static void test_claims(void **state)
{
	assert_int_equal(find(WINDOW BAR "      c1000000-c13e7fff : efifb\n" USB
					 "      c2000000-c2003fff : xhci-hcd\n"),
			 0);
	assert_string_equal(bars[0].holder, "efifb");
	assert_string_equal(bars[1].holder, "xhci-hcd"); /* all of the BAR */
	/* The outermost of nested claims: without it there are no others. */
	assert_int_equal(find(WINDOW BAR "      c1000000-c13e7fff : BOOTFB\n"
					 "        c1000000-c13e7fff : simplefb\n" USB),
			 0);
	assert_string_equal(bars[0].holder, "BOOTFB");
	/* The first of several. */
	assert_int_equal(find(WINDOW BAR "      c1000000-c1000fff : one\n"
					 "      c1001000-c1001fff : two\n"),
			 0);
	assert_string_equal(bars[0].holder, "one");
}

/* What lies around a BAR is not in it, even where it is as large. */
static void test_windows(void **state)
{
	assert_int_equal(find("c1000000-c1ffffff : PCI Bus 0000:82\n"
			      "  c1000000-c1ffffff : PCI Bus 0000:83\n" BAR),
			 0);
	assert_true(bars[0].listed);
	assert_string_equal(bars[0].holder, "");
	/* Another function of the slot is no claim of this one's BAR. */
	assert_int_equal(find(WINDOW USB BAR), 0);
	assert_string_equal(bars[0].holder, "");
	/* A BAR that the kernel has not put into the tree has no claims in it. */
	assert_int_equal(find(WINDOW "      c1000000-c13e7fff : efifb\n"), 0);
	assert_false(bars[0].listed);
	assert_string_equal(bars[0].holder, "");
	/* Above 4 GiB, and around: nothing of it is in the BAR. */
	assert_int_equal(find("1c1000000-1c13e7fff : efifb\n" WINDOW BAR
			      "e020000000-e03fffffff : PCI Bus 0000:82\n"),
			 0);
	assert_string_equal(bars[0].holder, "");
}

static void test_hidden_and_unreadable(void **state)
{
	assert_int_equal(find("00000000-00000000 : PCI Bus 0000:82\n"
			      "    00000000-00000000 : 0000:83:00.0\n"
			      "      00000000-00000000 : efifb\n"),
			 -EACCES);
	assert_int_equal(find(""), -EACCES);
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
	assert_true(bars[0].listed);
	assert_string_equal(bars[0].holder, "");
	/* A name that is too long is cut, and the next line is a line again. */
	strcpy(text, BAR "      c1000000-c1000fff : ");
	memset(text + strlen(text), 'x', 2000);
	strcat(text, "\n" USB "      c2000000-c2003fff : xhci-hcd");
	assert_int_equal(find(text), 0);
	assert_int_equal(strlen(bars[0].holder), IOMEM_NAME_SIZE - 1);
	assert_string_equal(bars[1].holder, "xhci-hcd"); /* without a newline */
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
		assert_int_equal(find(text), 0);
		assert_string_equal(bars[0].holder, "efifb");
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
		CASE(test_nobody),    CASE(test_claims),
		CASE(test_windows),   CASE(test_hidden_and_unreadable),
		CASE(test_garbage),   CASE(test_long_file),
		CASE(test_each_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
