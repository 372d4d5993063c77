/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of a kernel command line, and lines of the host's text files with their places.
 */
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

#include "hook/core/words.h"
#include "tool/lines.h"

/* The words of text, each in brackets. */
static const char *cut(const char *text)
{
	static char all[256];
	const char *word;
	size_t length, used = 0;

	all[0] = '\0';
	while ((word = words_next(&text, &length)))
		used += (size_t)snprintf(all + used, sizeof(all) - used, "[%.*s]",
					 (int)length, word);
	return all;
}

static void test_words_are_cut_at_blanks(void **state)
{
	assert_string_equal(cut(""), "");
	assert_string_equal(cut(" \t\n"), "");
	assert_string_equal(cut("ro"), "[ro]");
	assert_string_equal(cut("  ro\tquiet \n"), "[ro][quiet]");
}

static void test_quotes_keep_a_word_together(void **state)
{
	assert_string_equal(cut("a dyndbg=\"file a.c +p\" b"),
			    "[a][dyndbg=\"file a.c +p\"][b]");
	assert_string_equal(cut("\"x=a b\" c"), "[\"x=a b\"][c]");
	assert_string_equal(cut("x=\"a b"), "[x=\"a b]");
	assert_string_equal(cut("x='a b'"), "[x='a][b']");
}

static void test_a_word_is_found_as_a_whole(void **state)
{
	assert_true(words_have("ro intel_iommu=on quiet", "intel_iommu=on"));
	assert_false(words_have("ro intel_iommu=on quiet", "iommu=on"));
	assert_false(words_have("ro intel_iommu=on,sm_on", "intel_iommu=on"));
	assert_false(words_have("xintel_iommu=on", "intel_iommu=on"));
	assert_false(words_have("", "ro"));
	assert_false(words_have("x=\"a ro b\"", "ro"));
}

static void test_dash_and_underscore_are_the_same_in_a_name_only(void **state)
{
	assert_true(words_have("vfio_pci.disable-vga=1", "vfio-pci.disable_vga=1"));
	assert_true(words_have("pcie-aspm", "pcie_aspm"));
	assert_false(words_have("blacklist=snd-hda", "blacklist=snd_hda"));
	assert_true(words_have("a=b=c-d", "a=b=c-d"));
	assert_false(words_have("a=b=c-d", "a=b=c_d"));
}

static void test_a_found_word_is_told_as_it_stands_there(void **state)
{
	const char *text = "ro vfio_pci.ids=1 quiet";
	size_t length;

	assert_ptr_equal(words_find(text, "vfio-pci.ids=1", &length), text + 3);
	assert_int_equal(length, strlen("vfio_pci.ids=1"));
	assert_null(words_find(text, "vfio-pci.ids=2", &length));
}

static void assert_value(const char *text, const char *name, const char *expected)
{
	size_t length;
	const char *value = words_value(text, name, &length);

	if (!expected) {
		assert_null(value);
		return;
	}
	assert_non_null(value);
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(value, expected, length);
}

static void test_the_last_value_counts(void **state)
{
	assert_value("pci=a ro pci=b,c quiet", "pci", "b,c");
	assert_value("vfio_pci.ids=1:2", "vfio-pci.ids", "1:2");
	assert_value("pci=", "pci", "");
	assert_value("pci", "pci", NULL);
	assert_value("pcix=1 xpci=2", "pci", NULL);
	assert_value("", "pci", NULL);
	assert_value("x=\"a b\" y=1", "x", "\"a b\"");
}

static void test_each_value_is_reached(void **state)
{
	const char *text = "video=a ro video=b:off video", *rest = text, *word, *value;
	size_t length;

	value = words_next_value(&rest, "video", &length, &word);
	assert_ptr_equal(value, text + 6);
	assert_ptr_equal(word, text);
	assert_int_equal(length, 1);
	value = words_next_value(&rest, "video", &length, &word);
	assert_memory_equal(value, "b:off", length);
	assert_ptr_equal(word, text + 11);
	assert_int_equal(rest - word, strlen("video=b:off"));
	assert_null(words_next_value(&rest, "video", &length, &word));
}

static void test_items_of_a_list(void **state)
{
	assert_true(words_list_has("a,b,c", 5, "a"));
	assert_true(words_list_has("a,b,c", 5, "c"));
	assert_false(words_list_has("a,b,c", 3, "c"));
	assert_false(words_list_has("ab,bc", 5, "b"));
	assert_false(words_list_has("", 0, "a"));
	assert_true(words_list_has(",,a", 3, "a"));
	assert_true(words_list_has("a,", 2, "a"));
}

static void test_an_item_is_found_in_any_of_several_lists(void **state)
{
	const char *text = "pci=noaer ro pci=realloc,nomsi pci=nomsi";
	size_t length;

	assert_ptr_equal(words_with_item(text, "pci", "nomsi", &length), text + 13);
	assert_int_equal(length, strlen("pci=realloc,nomsi"));
	assert_null(words_with_item(text, "pci", "noms", &length));
	assert_null(words_with_item(text, "pc", "nomsi", &length));
}

static char directory[64];
static struct sys_root root;

static int make_root(void **state)
{
	snprintf(directory, sizeof(directory), "/tmp/gpupass-unit.XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(sys_open_root(directory, &root), 0);
	assert_int_equal(mkdirat(root.fd, "d", 0755), 0);
	return 0;
}

static int remove_root(void **state)
{
	char command[96];

	close(root.fd);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

static void put(const char *path, const char *bytes, size_t length)
{
	int fd = openat(root.fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

struct seen {
	char all[512];
	unsigned count, stop; /* at this line */
	size_t longest;
};

static int see(const struct lines_place *place, char *line, void *data)
{
	struct seen *seen = data;
	size_t used = strlen(seen->all);

	if (strlen(line) > seen->longest)
		seen->longest = strlen(line);
	snprintf(seen->all + used, sizeof(seen->all) - used, "%s:%u:%.20s;", place->path,
		 place->line, line);
	return ++seen->count == seen->stop ? 7 : 0;
}

static void test_lines_have_their_places(void **state)
{
	struct seen seen = {.count = 0};

	put("a", "one\n\nthree", 10);
	assert_int_equal(lines_of_file(&root, "a", see, &seen), 0);
	assert_string_equal(seen.all, "a:1:one;a:2:;a:3:three;");
	put("a", "", 0);
	seen = (struct seen){.count = 0};
	assert_int_equal(lines_of_file(&root, "a", see, &seen), 0);
	assert_int_equal(seen.count, 0);
}

static void test_a_visit_ends_the_reading(void **state)
{
	struct seen seen = {.stop = 2};

	put("a", "1\n2\n3\n", 6);
	assert_int_equal(lines_of_file(&root, "a", see, &seen), 7);
	assert_int_equal(seen.count, 2);
	put("d/1", "1\n", 2);
	put("d/2", "2\n", 2);
	put("d/3", "3\n", 2);
	seen = (struct seen){.stop = 2};
	assert_int_equal(lines_of_directory(&root, "d", "", see, &seen), 7);
	assert_string_equal(seen.all, "d/1:1:1;d/2:1:2;");
}

static void test_lines_are_as_long_as_they_are(void **state)
{
	static char text[300000];
	struct seen seen = {.count = 0};

	memset(text, 'x', sizeof(text));
	put("a", text, sizeof(text));
	assert_int_equal(lines_of_file(&root, "a", see, &seen), 0);
	assert_int_equal(seen.longest, sizeof(text));
	/* A NUL ends what is seen of its line, not the file. */
	seen = (struct seen){.count = 0};
	put("a", "a\0b\nc\n", 6);
	assert_int_equal(lines_of_file(&root, "a", see, &seen), 0);
	assert_string_equal(seen.all, "a:1:a;a:2:c;");
}

static void test_what_is_no_file_is_not_waited_for(void **state)
{
	struct seen seen = {.count = 0};

	assert_int_equal(lines_of_file(&root, "nothing", see, &seen), -ENOENT);
	assert_int_equal(lines_of_file(&root, "d", see, &seen), -EISDIR);
	assert_int_equal(mkfifoat(root.fd, "fifo", 0644), 0);
	assert_int_equal(lines_of_file(&root, "fifo", see, &seen), -EINVAL);
	assert_int_equal(seen.count, 0);
}

static void test_a_directory_is_read_in_the_order_of_names(void **state)
{
	struct seen seen = {.count = 0};
	char **names;

	put("d/b.conf", "b\n", 2);
	put("d/a.conf", "a\n", 2);
	put("d/B.conf", "B\n", 2);
	put("d/a.conf.bak", "bad\n", 4);
	put("d/.a.conf", "bad\n", 4);
	put("d/.conf", "bad\n", 4);
	assert_int_equal(mkfifoat(root.fd, "d/aa.conf", 0644), 0);
	assert_int_equal(mkdirat(root.fd, "d/c.conf", 0755), 0);
	assert_int_equal(lines_of_directory(&root, "d", ".conf", see, &seen), 0);
	assert_string_equal(seen.all, "d/B.conf:1:B;d/a.conf:1:a;d/b.conf:1:b;");
	assert_int_equal(lines_names(&root, "d", ".conf", &names), 5);
	assert_string_equal(names[0], "B.conf");
	assert_string_equal(names[4], "c.conf");
	lines_free_names(names, 5);
}

static void test_a_directory_that_is_not_there_has_no_lines(void **state)
{
	struct seen seen = {.count = 0};
	char **names;

	assert_int_equal(lines_of_directory(&root, "nothing", "", see, &seen), 0);
	put("a", "x\n", 2);
	assert_int_equal(lines_of_directory(&root, "a", "", see, &seen), 0);
	assert_int_equal(lines_names(&root, "d", "", &names), 0);
	lines_free_names(names, 0);
	assert_int_equal(seen.count, 0);
}

#define with_root(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_cut_at_blanks),
		cmocka_unit_test(test_quotes_keep_a_word_together),
		cmocka_unit_test(test_a_word_is_found_as_a_whole),
		cmocka_unit_test(test_dash_and_underscore_are_the_same_in_a_name_only),
		cmocka_unit_test(test_a_found_word_is_told_as_it_stands_there),
		cmocka_unit_test(test_the_last_value_counts),
		cmocka_unit_test(test_each_value_is_reached),
		cmocka_unit_test(test_items_of_a_list),
		cmocka_unit_test(test_an_item_is_found_in_any_of_several_lists),
		with_root(test_lines_have_their_places),
		with_root(test_a_visit_ends_the_reading),
		with_root(test_lines_are_as_long_as_they_are),
		with_root(test_what_is_no_file_is_not_waited_for),
		with_root(test_a_directory_is_read_in_the_order_of_names),
		with_root(test_a_directory_that_is_not_there_has_no_lines),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
