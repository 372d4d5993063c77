/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What builds a host's boot images, and which images there are.
 */
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

#include "tool/boot_images.h"
#include "tool/generator.h"

static char directory[64];
static struct sys_root root;

/* Files and directories (with a slash at the end) of a new root; mode 0755. */
static void make(const char *const *paths)
{
	char path[256];

	snprintf(directory, sizeof(directory), "/tmp/gpupass-unit.XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(sys_open_root(directory, &root), 0);
	for (; *paths; paths++) {
		snprintf(path, sizeof(path), "%s", *paths);
		for (char *slash = strchr(path, '/'); slash;
		     slash = strchr(slash + 1, '/')) {
			*slash = '\0';
			mkdirat(root.fd, path, 0755);
			*slash = '/';
		}
		if (path[strlen(path) - 1] != '/')
			close(openat(root.fd, path, O_WRONLY | O_CREAT, 0755));
	}
}

static void write_text(const char *path, const char *text)
{
	int fd = openat(root.fd, path, O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void drop(void)
{
	char command[128];

	sys_close_root(&root);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
}

static void finds_what_builds_the_images(void **state)
{
	static const struct {
		enum generator expected;
		const char *paths[5];
	} cases[] = {
		{GENERATOR_NONE, {"usr/bin/"}},
		{GENERATOR_INITRAMFS_TOOLS, {"usr/sbin/update-initramfs"}},
		{GENERATOR_INITRAMFS_TOOLS,
		 {"usr/sbin/update-initramfs", "usr/bin/mkinitcpio"}},
		{GENERATOR_DRACUT, {"usr/bin/dracut"}},
		{GENERATOR_DRACUT, {"sbin/dracut"}},
		{GENERATOR_DRACUT, {"usr/sbin/update-initramfs", "usr/bin/dracut"}},
		{GENERATOR_INITRAMFS_TOOLS,
		 {"usr/sbin/update-initramfs", "usr/bin/dracut",
		  "etc/kernel/postinst.d/initramfs-tools"}},
		{GENERATOR_MKINITCPIO, {"usr/bin/mkinitcpio"}},
		{GENERATOR_MKINITCPIO,
		 {"usr/bin/mkinitcpio", "usr/bin/dracut", "boot/initramfs-linux.img",
		  "lib/modules/6.1.0/pkgbase"}},
		{GENERATOR_DRACUT,
		 {"usr/bin/mkinitcpio", "usr/bin/dracut", "boot/initramfs-6.1.0.img",
		  "lib/modules/6.1.0/"}},
		{GENERATOR_NONE, {"usr/bin/dracut/"}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(cases[i].paths);
		assert_int_equal(generator_find(&root), cases[i].expected);
		drop();
	}
}

/* Ubuntu's dracut comes with an update-initramfs, and initramfs-tools may have left the
 * script of the kernel's packages. */
static void tells_whose_update_initramfs_it_is(void **state)
{
	static const char *const paths[] = {"usr/sbin/update-initramfs", "usr/bin/dracut",
					    "etc/kernel/postinst.d/initramfs-tools",
					    NULL};

	make(paths);
	write_text("usr/sbin/update-initramfs", "mkinitramfs -o \"$image\"\n");
	assert_int_equal(generator_find(&root), GENERATOR_INITRAMFS_TOOLS);
	write_text("usr/sbin/update-initramfs", "dracut --force \"$image\"\n");
	assert_int_equal(generator_find(&root), GENERATOR_DRACUT_DEBIAN);
	drop();
}

static void what_may_not_be_run_is_no_generator(void **state)
{
	static const char *const paths[] = {"usr/bin/dracut", NULL};
	char path[GENERATOR_PATH_SIZE];

	make(paths);
	assert_true(generator_find_program(&root, "dracut", path));
	assert_string_equal(path, "usr/bin/dracut");
	assert_int_equal(fchmodat(root.fd, "usr/bin/dracut", 0644, 0), 0);
	assert_false(generator_find_program(&root, "dracut", path));
	assert_int_equal(generator_find(&root), GENERATOR_NONE);
	drop();
}

static void has_the_commands(void **state)
{
	char command[GENERATOR_COMMAND_SIZE];

	assert_string_equal(generator_command(GENERATOR_INITRAMFS_TOOLS),
			    "update-initramfs -u -k all");
	assert_string_equal(generator_command(GENERATOR_DRACUT),
			    "dracut -f --regenerate-all");
	assert_string_equal(generator_command(GENERATOR_DRACUT_DEBIAN),
			    "update-initramfs -u -k all");
	assert_string_equal(generator_name(GENERATOR_DRACUT_DEBIAN), "dracut");
	assert_string_equal(generator_command(GENERATOR_MKINITCPIO), "mkinitcpio -P");
	assert_null(generator_command(GENERATOR_NONE));
	assert_true(generator_command_for(GENERATOR_INITRAMFS_TOOLS,
					  "/boot/initrd.img-6.1.0", "6.1.0", command));
	assert_string_equal(command, "update-initramfs -u -k 6.1.0");
	assert_true(
		generator_command_for(GENERATOR_DRACUT, "/boot/it", "6.1.0", command));
	assert_string_equal(command, "dracut --force /boot/it 6.1.0");
	assert_true(generator_command_for(GENERATOR_DRACUT, "/boot/it", NULL, command));
	assert_string_equal(command, "dracut --force /boot/it KERNEL");
	assert_false(generator_command_for(GENERATOR_NONE, "/boot/it", NULL, command));
	assert_true(
		generator_command_for(GENERATOR_MKINITCPIO, "/boot/it", NULL, command));
	assert_string_equal(command, "mkinitcpio -P");
}

static void names_the_kernel_of_an_image(void **state)
{
	static const struct {
		const char *path, *kernel; /* NULL = no image */
	} cases[] = {
		{"initrd.img-6.1.0-13-amd64", "6.1.0-13-amd64"},
		{"/boot/initramfs-6.8.0.img", "6.8.0"},
		{"/boot/initrd.img-", NULL},
		{"initramfs-.img", NULL},
		{"initramfs-6.8.0.img.bak", NULL},
		{"vmlinuz-6.8.0", NULL},
		{".initrd.img-6.1.0.gpupass-new", NULL},
	};
	char kernel[IMAGE_RELEASE_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			boot_images_kernel(cases[i].path, kernel, sizeof(kernel)),
			cases[i].kernel != NULL);
		if (cases[i].kernel)
			assert_string_equal(kernel, cases[i].kernel);
	}
}

static void lists_the_images_of_installed_kernels(void **state)
{
	static const char *const paths[] = {
		"boot/initrd.img-6.1.0",
		"boot/initrd.img-5.10.0",
		"boot/initrd.img-4.19.0",
		"boot/vmlinuz-6.1.0",
		"boot/initramfs-6.1.0.img",
		"lib/modules/6.1.0/",
		"lib/modules/5.10.0/",
		"lib/modules/6.9.0/",
		"boot/vmlinuz-6.9.0",
		"lib/modules/6.8.0/",
		NULL,
	};
	static const char *const nothing[] = {"boot", NULL};
	struct boot_image *images;

	make(paths);
	assert_int_equal(boot_images_find(&root, &images), 4);
	assert_string_equal(images[0].path, "boot/initrd.img-5.10.0");
	assert_string_equal(images[1].path, "boot/initrd.img-6.1.0");
	assert_string_equal(images[2].path, "boot/initramfs-6.1.0.img");
	assert_string_equal(images[3].kernel, "6.9.0");
	assert_string_equal(images[3].path, "");
	free(images);
	drop();
	make(nothing);
	assert_int_equal(boot_images_find(&root, &images), 0);
	drop();
}

/* Names of a package, and the Boot Loader Specification's directories. */
static void lists_images_that_have_other_names(void **state)
{
	static const char *const paths[] = {
		"lib/modules/6.9.1-arch1-1/pkgbase",
		"boot/initramfs-linux.img",
		"boot/initramfs-linux-fallback.img",
		"boot/initramfs-linux-lts.img",
		"etc/machine-id",
		"efi/0123/6.9.1-arch1-1/initrd",
		"efi/4567/6.9.1-arch1-1/initrd",
		"boot/efi/0123/6.9.1-arch1-1/initrd.img-6.9.1-arch1-1",
		NULL,
	};
	struct boot_image *images;

	make(paths);
	write_text("lib/modules/6.9.1-arch1-1/pkgbase", "linux\n");
	write_text("etc/machine-id", "0123\n");
	assert_int_equal(boot_images_find(&root, &images), 4);
	assert_string_equal(images[0].path, "boot/initramfs-linux.img");
	assert_string_equal(images[1].path, "boot/initramfs-linux-fallback.img");
	assert_string_equal(images[2].path, "efi/0123/6.9.1-arch1-1/initrd");
	assert_string_equal(images[3].path,
			    "boot/efi/0123/6.9.1-arch1-1/initrd.img-6.9.1-arch1-1");
	for (int i = 0; i < 4; i++) {
		assert_string_equal(images[i].kernel, "6.9.1-arch1-1");
		assert_false(images[i].by_version);
	}
	free(images);
	write_text("lib/modules/6.9.1-arch1-1/pkgbase", "../boot/linux\n");
	write_text("etc/machine-id", "../efi/0123\n");
	assert_int_equal(boot_images_find(&root, &images), 0);
	free(images);
	drop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_builds_the_images),
		cmocka_unit_test(tells_whose_update_initramfs_it_is),
		cmocka_unit_test(what_may_not_be_run_is_no_generator),
		cmocka_unit_test(has_the_commands),
		cmocka_unit_test(names_the_kernel_of_an_image),
		cmocka_unit_test(lists_the_images_of_installed_kernels),
		cmocka_unit_test(lists_images_that_have_other_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
