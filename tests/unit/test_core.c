/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers, addresses, the image's lists, and small files below a root. */
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

#include "hook/core/image.h"

static int number(const char *text, unsigned base, uint64_t max, uint64_t *value)
{
	return sys_parse_number(text, strlen(text), base, max, value);
}

static void test_numbers(void **state)
{
	uint64_t value = 1;

	(void)state;
	assert_int_equal(number("0", 10, 9, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(number("fF", 16, 0xff, &value), 0);
	assert_int_equal(value, 0xff);
	assert_int_equal(number("100", 16, 0xff, &value), -ERANGE);
	assert_int_equal(number("f", 16, 7, &value), -ERANGE);
	assert_int_equal(number("18446744073709551615", 10, UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(number("18446744073709551616", 10, UINT64_MAX, &value), -ERANGE);
	assert_int_equal(number("", 10, 9, &value), -EINVAL);
	assert_int_equal(number("-1", 10, 9, &value), -EINVAL);
	assert_int_equal(number("+1", 10, 9, &value), -EINVAL);
	assert_int_equal(number(" 1", 10, 9, &value), -EINVAL);
	assert_int_equal(number("a", 10, 99, &value), -EINVAL);
	assert_int_equal(number("0x1", 16, 99, &value), -EINVAL);
	assert_true(value == UINT64_MAX); /* written only on success */
}

static void test_addresses(void **state)
{
	static const char *const good[] = {"0000:83:00.0", "10000:e1:1f.7",
					   "ffffffff:ff:1f.7"};
	static const char *const bad[] = {"",
					  "0000:83:00",
					  "0000:83:00.",
					  "0000:83:00.8",
					  "0000:83:20.0",
					  "0000:83:00.0\n",
					  "000:83:00.0",
					  "0000:8:00.0",
					  "0000:83:0.0",
					  "0000-83:00.0",
					  "0000:83.00.0",
					  "123456789:00:00.0"};
	char text[PCI_ADDRESS_SIZE];
	struct pci_address address;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(pci_parse_address(good[i], strlen(good[i]), &address),
				 0);
		pci_format_address(&address, text);
		assert_string_equal(text, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(pci_parse_address(bad[i], strlen(bad[i]), &address),
				 -EINVAL);
	assert_int_equal(pci_parse_address("0000:83:00.0\0", 13, &address), -EINVAL);
}

static int parse_modules(const char *text, struct image_modules *modules, unsigned *line)
{
	return image_parse_modules(text, strlen(text), modules, line);
}

static void test_module_list(void **state)
{
	static const char text[] =
		"# made for a test\nkernel 6.1.0-56-amd64\n"
		"insert irqbypass irqbypass.ko\nbuiltin vfio_virqfd\n"
		"insert vfio_pci vfio-pci.ko disable_idle_d3=1 nointxmask=1\n"
		"missing pci_stub\n";
	static struct image_modules modules;
	char line_text[128];
	unsigned line;

	(void)state;
	assert_int_equal(parse_modules(text, &modules, &line), 0);
	assert_string_equal(modules.release, "6.1.0-56-amd64");
	assert_int_equal(modules.count, 4);
	assert_int_equal(modules.modules[0].kind, IMAGE_INSERT);
	assert_string_equal(modules.modules[0].parameters, "");
	assert_int_equal(modules.modules[1].kind, IMAGE_BUILTIN);
	assert_string_equal(modules.modules[2].file, "vfio-pci.ko");
	assert_string_equal(modules.modules[2].parameters,
			    "disable_idle_d3=1 nointxmask=1");
	assert_int_equal(modules.modules[3].kind, IMAGE_MISSING);
	image_format_module(&modules.modules[2], line_text, sizeof(line_text));
	assert_string_equal(
		line_text,
		"insert vfio_pci vfio-pci.ko disable_idle_d3=1 nointxmask=1\n");
	image_format_module(&modules.modules[1], line_text, sizeof(line_text));
	assert_string_equal(line_text, "builtin vfio_virqfd\n");
}

static void test_variants(void **state)
{
	static const char text[] =
		"kernel 6.12.1\ninsert mlx5_vfio_pci mlx5-vfio-pci.ko\n"
		"variant pci:v000015B3d0000101Esv000015B3sd00000058bc02sc00i00 "
		"mlx5_vfio_pci\n";
	static struct image_modules modules;
	struct pci_function function = {.vendor = 0x15b3,
					.device = 0x101e,
					.subsystem_vendor = 0x15b3,
					.subsystem_device = 0x58,
					.class_code = 0x020000};
	char line_text[128];
	unsigned line;

	(void)state;
	assert_int_equal(parse_modules(text, &modules, &line), 0);
	assert_int_equal(modules.count, 1);
	assert_int_equal(modules.variant_count, 1);
	assert_string_equal(image_find_variant(&modules, &function), "mlx5_vfio_pci");
	image_format_variant(&modules.variants[0], line_text, sizeof(line_text));
	assert_non_null(strstr(text, line_text));
	/* Its virtual function is another device; so is a board of another maker. */
	function.subsystem_device++;
	assert_null(image_find_variant(&modules, &function));
}

static void test_vfio_drivers_by_name(void **state)
{
	(void)state;
	assert_true(pci_is_vfio_driver("vfio-pci"));
	assert_true(pci_is_vfio_driver("nvgrace_gpu_vfio_pci"));
	assert_false(pci_is_vfio_driver(""));
	assert_false(pci_is_vfio_driver("fio-pci"));
	assert_false(pci_is_vfio_driver("vfio.pci"));
	assert_false(pci_is_vfio_driver("vfio-pci-core"));
	assert_false(pci_is_vfio_driver("pci-stub"));
}

static void test_bad_module_lists(void **state)
{
	static const char *const bad[] = {
		"",
		"insert a a.ko\n",
		"kernel\n",
		"kernel ../x\n",
		"kernel 6.1\ninsert a\n",
		"kernel 6.1\ninsert a ../a.ko\n",
		"kernel 6.1\ninsert a b/a.ko\n",
		"kernel 6.1\ninsert a .hidden\n",
		"kernel 6.1\nremove a\n",
		"kernel 6.1\nbuiltin a b\n",
		"kernel 6.1\nbuiltin\n",
		"kernel 6.1\nvariant\n",
		"kernel 6.1\nvariant pci:v1 a\n",
		"kernel 6.1\nvariant "
		"pci:v000015B3d0000101Esv000015B3sd00000058bc02sc00i00\n",
		"kernel 6.1\nvariant "
		"pci:v000015B3d0000101Esv000015B3sd00000058bc02sc00i00 ../a\n",
		"kernel 6.1\nvariant "
		"pci:v000015B3d0000101Esv000015B3sd00000058bc02sc00i00 a b\n",
		"kernel 6.1\nguard variant "
		"pci:v000015B3d0000101Esv000015B3sd00000058bc02sc00i00 a\n",
	};
	static struct image_modules modules;
	static char many[16 * (IMAGE_MAX_MODULES + 2)];
	size_t at = (size_t)sprintf(many, "kernel 6.1\n");
	unsigned line;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_modules(bad[i], &modules, &line), -EINVAL);
	assert_int_equal(parse_modules("kernel 6.1\nbuiltin a\nx y\n", &modules, &line),
			 -EINVAL);
	assert_int_equal(line, 3);
	for (int i = 0; i <= IMAGE_MAX_MODULES; i++)
		at += (size_t)sprintf(many + at, "builtin m%d\n", i);
	assert_int_equal(parse_modules(many, &modules, &line), -E2BIG);
	assert_int_equal(line, IMAGE_MAX_MODULES + 2);
}

static void test_keep_list(void **state)
{
	static const char good[] = "# root\n0000:01:00.0\n\n10000:02:00.0";
	struct image_keep keep;
	unsigned line;

	(void)state;
	assert_int_equal(image_parse_keep(good, strlen(good), &keep, &line), 0);
	assert_int_equal(keep.count, 2);
	assert_int_equal(keep.addresses[1].domain, 0x10000);
	assert_int_equal(image_parse_keep("0000:01:00.0\nsda\n", 17, &keep, &line),
			 -EINVAL);
	assert_int_equal(line, 2);
}

static void test_same_module(void **state)
{
	(void)state;
	assert_true(image_same_module("vfio-pci", 8, "vfio_pci", 8));
	assert_false(image_same_module("vfio-pci", 8, "vfio_pc", 7));
	assert_false(image_same_module("vfio.pci", 8, "vfio_pci", 8));
}

static void test_files_below_a_root(void **state)
{
	char directory[] = "/tmp/gpupass-core-XXXXXX", text[16], path[64];
	struct sys_root root;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(sys_open_root(directory, &root), 0);
	assert_false(root.real);
	snprintf(path, sizeof(path), "%s/a", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("first\nsecond\n", file);
	fclose(file);
	assert_int_equal(sys_read_file(&root, "a", text, sizeof(text)), 13);
	assert_string_equal(text, "first\nsecond\n");
	assert_int_equal(sys_read_file(&root, "a", text, 13), -EFBIG);
	assert_int_equal(sys_read_attribute(&root, "a", text, sizeof(text)), 5);
	assert_string_equal(text, "first");
	assert_int_equal(sys_write_attribute(&root, "a", "x"), 0);
	assert_int_equal(sys_read_file(&root, "a", text, sizeof(text)), 1);
	assert_int_equal(sys_write_attribute(&root, "b", "x"), -ENOENT);
	assert_int_equal(sys_exists(&root, "b"), 0);
	assert_int_equal(sys_exists(&root, "a/b"), 0);
	assert_int_equal(sys_exists(&root, "a"), 1);
	assert_int_equal(symlinkat("../x/0000:83:00.0", root.fd, "link"), 0);
	assert_int_equal(sys_read_link_name(&root, "link", text, sizeof(text)), 12);
	assert_string_equal(text, "0000:83:00.0");
	assert_int_equal(sys_read_link_name(&root, "link", text, 12), -ENAMETOOLONG);
	assert_int_equal(sys_read_link_name(&root, "a", text, sizeof(text)), -EINVAL);
	assert_int_equal(sys_insert_module(&root, root.fd, ""), -EPERM);
	unlinkat(root.fd, "a", 0);
	unlinkat(root.fd, "link", 0);
	sys_close_root(&root);
	rmdir(directory);
}

static void test_clocks(void **state)
{
	uint64_t first = sys_monotonic_ns();

	(void)state;
	assert_true(first > 0);
	assert_true(sys_monotonic_ns() >= first);
	assert_true(sys_realtime_ns() > 1500000000U * (uint64_t)1000000000U);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_module_list),
		cmocka_unit_test(test_variants),
		cmocka_unit_test(test_vfio_drivers_by_name),
		cmocka_unit_test(test_bad_module_lists),
		cmocka_unit_test(test_keep_list),
		cmocka_unit_test(test_same_module),
		cmocka_unit_test(test_files_below_a_root),
		cmocka_unit_test(test_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
