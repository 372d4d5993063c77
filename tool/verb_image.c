// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass image: puts into an image's tree what gpupass needs at boot. Whether an image
 * is built, and from what else, is its generator's business; nothing outside the tree
 * changes.
 */
#include "tool/gpupass.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tool/config.h"
#include "tool/keep.h"
#include "tool/modules.h"
#include "tool/regular.h"
#include "tool/tree.h"

#define DIRECTORY "usr/lib/gpupass"

static struct config config;
static struct modules modules;

/* A file of the root to the same path in the tree. */
static int copy_file(const struct arguments *arguments, int into, const char *path,
		     mode_t mode)
{
	char source[PATH_MAX];
	int error;

	sys_format(source, sizeof(source), "%s/%s", arguments->root_path, path);
	error = tree_copy(into, path, mode, source);
	if (error < 0)
		complain("cannot copy %s: %s", source, regular_explain(error));
	return error;
}

/* A kernel whose modules nobody can list gets a list that says so: the boot then refuses
 * the cards and the trace has the reason. */
static int resolve(const struct arguments *arguments)
{
	int error = modules_resolve(arguments->root_path, &arguments->root,
				    arguments->kernel, &config.conf, &modules);

	if (error == -ENOENT) {
		warn_user("kernel %s has no modules.dep.bin in %s/lib/modules/%s: with "
			  "it no card "
			  "can be taken",
			  arguments->kernel, arguments->root_path, arguments->kernel);
		modules.list.modules[0] =
			(struct image_module){.kind = IMAGE_MISSING, .name = "vfio_pci"};
		modules.list.count = 1;
		return 0;
	}
	return error;
}

static int copy_modules(int into)
{
	char path[sizeof(IMAGE_MODULES) + IMAGE_MODULE_SIZE];

	for (unsigned i = 0; i < modules.list.count; i++) {
		int error;

		if (modules.list.modules[i].kind != IMAGE_INSERT)
			continue;
		sys_format(path, sizeof(path), IMAGE_MODULES "/%s",
			   modules.list.modules[i].file);
		error = tree_copy_module(into, path, modules.paths[i]);
		if (error < 0) {
			complain("cannot copy %s: %s", modules.paths[i],
				 error == -ENOEXEC
					 ? "no module, or not one that libarchive unpacks"
					 : regular_explain(error));
			return error;
		}
	}
	return 0;
}

static int write_modules(int into)
{
	char text[IMAGE_LIST_SIZE];
	int result = modules_format(&modules, text, sizeof(text));

	if (result >= 0)
		result = tree_write(into, IMAGE_MODULES_LIST, text, (size_t)result);
	if (result < 0)
		complain("cannot write " IMAGE_MODULES_LIST ": %s", strerror(-result));
	return result;
}

/* No list, rather than one that says that the host runs from nothing, or that is of a
 * host which is not the one that boots: the boot then says that it is missing. */
static int write_keep(const struct arguments *arguments, int into)
{
	char text[IMAGE_LIST_SIZE];
	int result;

	if (config.conf.generic)
		return 0;
	if (!keep_is_known(&arguments->root)) {
		warn_user("kernel %s: " KEEP_UNKNOWN, arguments->kernel);
		return 0;
	}
	result = keep_format(&arguments->root, text, sizeof(text));
	if (result < 0) {
		complain("cannot list what the host runs from: %s", keep_explain(result));
		return result;
	}
	result = tree_write(into, IMAGE_KEEP_LIST, text, (size_t)result);
	if (result < 0)
		complain("cannot write " IMAGE_KEEP_LIST ": %s", strerror(-result));
	return result;
}

static int fill(const struct arguments *arguments, int into)
{
	int error = resolve(arguments);

	if (error < 0) {
		complain("cannot list the modules of kernel %s: %s", arguments->kernel,
			 strerror(-error));
		return error;
	}
	error = copy_modules(into);
	if (error == 0)
		error = write_modules(into);
	if (error == 0)
		error = write_keep(arguments, into);
	if (error == 0)
		error = copy_file(arguments, into, CONF_PATH, 0644);
	if (error == 0)
		error = copy_file(arguments, into, IMAGE_PROGRAM, 0755);
	return error;
}

/* A part of gpupass is not better than nothing: an image with it looks as if it were
 * whole. */
static void take_back(int into)
{
	static const char *const files[] = {IMAGE_PROGRAM, IMAGE_MODULES_LIST,
					    IMAGE_KEEP_LIST, CONF_PATH};
	char path[sizeof(IMAGE_MODULES) + IMAGE_MODULE_SIZE];

	for (unsigned i = 0; i < modules.list.count; i++) {
		sys_format(path, sizeof(path), IMAGE_MODULES "/%s",
			   modules.list.modules[i].file);
		if (modules.list.modules[i].kind == IMAGE_INSERT)
			unlinkat(into, path, 0);
	}
	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlinkat(into, files[i], 0);
	unlinkat(into, IMAGE_MODULES, AT_REMOVEDIR);
	unlinkat(into, DIRECTORY, AT_REMOVEDIR);
}

/* Whether gpupass belongs into an image of this host; says why not. */
static bool is_wanted(const struct arguments *arguments)
{
	if (config_wants_image(&config))
		return true;
	if (config.exists)
		complain("no card in %s/" CONF_PATH
			 ", so the image of kernel %s is without gpupass",
			 arguments->root_path, arguments->kernel);
	return false;
}

enum status verb_image(const struct arguments *arguments)
{
	int error = config_read(&arguments->root, CONFIG_FOR_IMAGE, &config);
	int into;

	if (error < 0) {
		complain("%s/" CONF_PATH ": %s", arguments->root_path,
			 regular_explain(error));
		return STATUS_CANNOT_READ;
	}
	config_warn_errors(&config);
	if (!is_wanted(arguments))
		return STATUS_FINDING;
	into = open(arguments->into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (into < 0) {
		complain("%s: %s", arguments->into, strerror(errno));
		return STATUS_CANNOT_READ;
	}
	error = fill(arguments, into);
	if (error < 0)
		take_back(into);
	close(into);
	return error < 0 ? STATUS_CANNOT_READ : STATUS_GOOD;
}
