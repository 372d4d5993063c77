// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of insertion: for the guard's modules, vfio, vfio_pci, and pci_stub where a
 * rule wants it, first
 * what its softdeps want before it, then its dependencies, then itself; at the very end
 * what the softdeps want after it, vfio_iommu_type1 last. Inserts nothing.
 */
#include "tool/modules.h"

#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool/gpupass.h"
#include "tool/parameters.h"
#include "tool/variants.h"

#define MAX_SEEN 64
#define IOMMU    "vfio_iommu_type1"

struct resolver {
	struct kmod_ctx *context;
	struct modules *modules;
	unsigned seen_count, after_count;
	enum image_stage stage; /* of what is added now */
	char seen[MAX_SEEN][IMAGE_MODULE_SIZE];
	struct kmod_module
		*after[MAX_SEEN]; /* wanted after all others; a reference each */
};

static bool is_name(const char *a, const char *b)
{
	return image_same_module(a, strlen(a), b, strlen(b));
}

/* Notes a name: 1 when it is new, 0 when it has been here before (softdeps may form a
 * ring), or -E2BIG. */
static int see(struct resolver *r, const char *name)
{
	for (unsigned i = 0; i < r->seen_count; i++) {
		if (is_name(r->seen[i], name))
			return 0;
	}
	if (r->seen_count == MAX_SEEN || strlen(name) >= IMAGE_MODULE_SIZE)
		return -E2BIG;
	strcpy(r->seen[r->seen_count++], name);
	return 1;
}

/* The name in the image: the copy there is not compressed. */
static int set_file(struct image_module *module, const char *path)
{
	const char *name = strrchr(path, '/');
	const char *end;

	name = name ? name + 1 : path;
	end = strstr(name, ".ko");
	if (!end || (size_t)(end - name) + sizeof(".ko") > sizeof(module->file))
		return -EINVAL;
	sys_format(module->file, sizeof(module->file), "%.*s.ko", (int)(end - name),
		   name);
	return 0;
}

static int append(struct resolver *r, struct kmod_module *found, bool required)
{
	struct image_modules *list = &r->modules->list;
	struct image_module *module = &list->modules[list->count];
	const char *path = kmod_module_get_path(found);

	if (list->count == IMAGE_MAX_MODULES)
		return -E2BIG;
	memset(module, 0, sizeof(*module));
	module->stage = r->stage;
	sys_format(module->name, sizeof(module->name), "%s", kmod_module_get_name(found));
	if (kmod_module_get_initstate(found) == KMOD_MODULE_BUILTIN)
		module->kind = IMAGE_BUILTIN;
	else if (path && set_file(module, path) == 0)
		module->kind = IMAGE_INSERT;
	else if (required)
		module->kind = IMAGE_MISSING;
	else
		return 0;
	if (module->kind == IMAGE_MISSING)
		warn_user("kernel %s has no module %s: with it no card can be taken",
			  list->release, module->name);
	if (module->kind == IMAGE_INSERT)
		sys_format(r->modules->paths[list->count], PATH_MAX, "%s", path);
	list->count++;
	return 0;
}

static int add(struct resolver *r, struct kmod_module *module, bool required);

static int add_each(struct resolver *r, struct kmod_list *list)
{
	struct kmod_list *at;
	int error = 0;

	kmod_list_foreach(at, list)
	{
		struct kmod_module *module = kmod_module_get_module(at);

		if (error == 0)
			error = add(r, module, false);
		kmod_module_unref(module);
	}
	return error;
}

static int put_off(struct resolver *r, struct kmod_list *list)
{
	struct kmod_list *at;

	kmod_list_foreach(at, list)
	{
		if (r->after_count == MAX_SEEN)
			return -E2BIG;
		r->after[r->after_count++] = kmod_module_get_module(at);
	}
	return 0;
}

/* A module after what it needs. required: to be listed even when this kernel lacks it. */
static int add(struct resolver *r, struct kmod_module *module, bool required)
{
	struct kmod_list *before = NULL, *after = NULL, *dependencies;
	int error = see(r, kmod_module_get_name(module));

	if (error <= 0)
		return error;
	error = kmod_module_get_softdeps(module, &before, &after);
	if (error == 0)
		error = add_each(r, before);
	dependencies = kmod_module_get_dependencies(module);
	if (error == 0)
		error = add_each(r, dependencies);
	if (error == 0)
		error = append(r, module, required);
	if (error == 0)
		error = put_off(r, after);
	kmod_module_unref_list(before);
	kmod_module_unref_list(dependencies);
	kmod_module_unref_list(after);
	return error;
}

static int add_name(struct resolver *r, const char *name, bool required)
{
	struct kmod_module *module;
	int error = kmod_module_new_from_name(r->context, name, &module);

	if (error < 0)
		return error;
	error = add(r, module, required);
	kmod_module_unref(module);
	return error;
}

static int add_put_off(struct resolver *r)
{
	int error = 0;

	for (unsigned i = 0; i < r->after_count; i++) {
		bool last = is_name(kmod_module_get_name(r->after[i]), IOMMU);

		if (error == 0 && !last)
			error = add(r, r->after[i], false);
	}
	return error;
}

static bool wants_stub(const struct conf_rule *rule)
{
	for (unsigned i = 0; i < PCI_SLOT_FUNCTIONS; i++) {
		if (conf_driver_of(rule, i) == CONF_PCI_STUB)
			return true;
	}
	return false;
}

/* The guard's variable, and what the kernel says when it panics. */
static int add_guard(struct resolver *r, const struct conf *conf)
{
	int error = 0;

	if (conf->guard == CONF_GUARD_OFF)
		return 0;
	r->stage = IMAGE_FOR_GUARD;
	error = add_name(r, "efivarfs", false);
	r->stage = IMAGE_FOR_UNPROVEN;
	if (error == 0)
		error = add_name(r, "efi_pstore", false);
	r->stage = IMAGE_FOR_CARDS;
	if (error == 0 && conf->guard == CONF_GUARD_REQUIRE &&
	    r->modules->list.count == 0)
		warn_user("kernel %s has no module efivarfs, and guard = require: no "
			  "card will be taken",
			  r->modules->list.release);
	return error;
}

static int add_variants(struct resolver *r)
{
	const struct image_modules *list = &r->modules->list;
	int error = 0;

	for (unsigned i = 0; i < list->variant_count && error == 0; i++)
		error = add_name(r, list->variants[i].driver, true);
	return error;
}

static int add_all(struct resolver *r, const struct conf *conf)
{
	bool stub = false;
	int error = add_guard(r, conf);

	/* vfio on its own: a built-in one is nobody's dependency, but may be given
	 * parameters. */
	if (error == 0)
		error = add_name(r, "vfio", false);
	if (error == 0)
		error = add_name(r, "vfio_pci", true);
	if (error == 0)
		error = add_variants(r);
	for (unsigned i = 0; i < conf->rule_count; i++)
		stub |= wants_stub(&conf->rules[i]);
	if (error == 0 && stub)
		error = add_name(r, "pci_stub", true);
	if (error == 0)
		error = add_put_off(r);
	if (error == 0)
		error = add_name(r, IOMMU, false);
	return error;
}

/* libkmod with the indexes and modprobe.d of one root; NULL when out of memory. */
static struct kmod_ctx *open_context(const char *root_path, const char *kernel)
{
	static const char *const places[] = {"etc", "usr/local/lib", "usr/lib", "lib"};
	char paths[4][PATH_MAX], directory[PATH_MAX];
	const char *const configuration[] = {paths[0], paths[1], paths[2], paths[3],
					     NULL};

	for (unsigned i = 0; i < 4; i++)
		sys_format(paths[i], sizeof(paths[i]), "%s/%s/modprobe.d", root_path,
			   places[i]);
	sys_format(directory, sizeof(directory), "%s/lib/modules/%s", root_path, kernel);
	return kmod_new(directory, configuration);
}

static bool has_index(const char *root_path, const char *kernel)
{
	char path[PATH_MAX];

	sys_format(path, sizeof(path), "%s/lib/modules/%s/modules.dep.bin", root_path,
		   kernel);
	return access(path, R_OK) == 0;
}

int modules_resolve(const char *root_path, const struct sys_root *root,
		    const char *kernel, const struct conf *conf,
		    struct modules *ret_modules)
{
	struct resolver resolver = {.modules = ret_modules};
	int error;

	memset(ret_modules, 0, sizeof(*ret_modules));
	sys_format(ret_modules->list.release, IMAGE_RELEASE_SIZE, "%s", kernel);
	if (!has_index(root_path, kernel))
		return -ENOENT;
	resolver.context = open_context(root_path, kernel);
	if (!resolver.context)
		return -ENOMEM;
	error = variants_find(resolver.context, root, conf, &ret_modules->list);
	if (error == 0)
		error = add_all(&resolver, conf);
	if (error == 0)
		error = parameters_add(resolver.context, conf, &ret_modules->list);
	for (unsigned i = 0; i < resolver.after_count; i++)
		kmod_module_unref(resolver.after[i]);
	kmod_unref(resolver.context);
	return error;
}

bool modules_missing(const struct modules *modules)
{
	for (unsigned i = 0; i < modules->list.count; i++) {
		if (modules->list.modules[i].kind == IMAGE_MISSING)
			return true;
	}
	return false;
}

int modules_format(const struct modules *modules, char *buffer, size_t size)
{
	static struct image_modules check;
	const struct image_modules *list = &modules->list;
	char line[IMAGE_PARAMETERS_SIZE + 3 * IMAGE_MODULE_SIZE];
	size_t length = 0;
	unsigned bad;

	sys_format(line, sizeof(line), "kernel %s\n", list->release);
	for (unsigned i = 0;; i++) {
		if (length + strlen(line) >= size)
			return -E2BIG;
		strcpy(buffer + length, line);
		length += strlen(line);
		if (i == list->count + list->variant_count)
			break;
		if (i < list->count)
			image_format_module(&list->modules[i], line, sizeof(line));
		else
			image_format_variant(&list->variants[i - list->count], line,
					     sizeof(line));
	}
	/* What the early program could not read must not go into an image. */
	if (image_parse_modules(buffer, length, &check, &bad) < 0)
		return -EINVAL;
	return (int)length;
}
