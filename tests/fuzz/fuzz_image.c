/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as modules.list and as keep.list. What is taken for a list has
 * names that cannot leave their directory, and reads as it was written.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

/* One component of a path, and none that goes up. */
static void check_name(const char *name, size_t size)
{
	require(memchr(name, '\0', size) != NULL);
	require(name[0] != '\0' && name[0] != '.');
	for (; *name; name++)
		require(*name > ' ' && *name <= '~' && *name != '/');
}

static void check_module(const struct image_module *module)
{
	check_name(module->name, sizeof(module->name));
	require(module->kind <= IMAGE_MISSING);
	require(memchr(module->parameters, '\0', sizeof(module->parameters)) != NULL);
	if (module->kind == IMAGE_INSERT)
		check_name(module->file, sizeof(module->file));
}

static void check_modules(const char *text, size_t size)
{
	static struct image_modules list, again;
	char written[IMAGE_PARAMETERS_SIZE + 3 * IMAGE_MODULE_SIZE];
	char whole[sizeof(written) + IMAGE_RELEASE_SIZE + 16];
	unsigned line;

	if (image_parse_modules(text, size, &list, &line) < 0)
		return;
	require(list.count <= IMAGE_MAX_MODULES);
	check_name(list.release, sizeof(list.release));
	for (unsigned i = 0; i < list.count; i++) {
		check_module(&list.modules[i]);
		image_format_module(&list.modules[i], written, sizeof(written));
		sys_format(whole, sizeof(whole), "kernel x\n%s", written);
		require(image_parse_modules(whole, strlen(whole), &again, &line) == 0);
		require(again.count == 1);
		require(memcmp(&again.modules[0], &list.modules[i],
			       sizeof(again.modules[0])) == 0);
	}
}

static void check_variants(const char *text, size_t size)
{
	static struct image_modules list, again;
	char written[IMAGE_PARAMETERS_SIZE], whole[sizeof(written) + 16];
	unsigned line;

	if (image_parse_modules(text, size, &list, &line) < 0)
		return;
	require(list.variant_count <= IMAGE_MAX_VARIANTS);
	for (unsigned i = 0; i < list.variant_count; i++) {
		check_name(list.variants[i].driver, sizeof(list.variants[i].driver));
		image_format_variant(&list.variants[i], written, sizeof(written));
		sys_format(whole, sizeof(whole), "kernel x\n%s", written);
		require(image_parse_modules(whole, strlen(whole), &again, &line) == 0);
		require(again.variant_count == 1);
	}
}

static void check_keep(const char *text, size_t size)
{
	static struct image_keep keep;
	unsigned line;

	if (image_parse_keep(text, size, &keep, &line) < 0)
		return;
	require(keep.count <= IMAGE_MAX_KEEP);
	for (unsigned i = 0; i < keep.count; i++)
		require(keep.addresses[i].device < 32 && keep.addresses[i].function < 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_modules((const char *)data, size);
	check_variants((const char *)data, size);
	check_keep((const char *)data, size);
	return 0;
}
