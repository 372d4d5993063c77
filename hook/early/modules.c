/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inserting the prepared modules. finit_module(2) knows neither modprobe.d nor the
 * parameters on the kernel command line: the first went into the list when the image was
 * built, the second are added here.
 */
#include "hook/early/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "hook/core/hash.h"

#define PATH_SIZE (sizeof(IMAGE_MODULES) + IMAGE_MODULE_SIZE)

/* Too large for a stack that a kernel gives sparingly; one list at a time. */
static struct image_modules list;
static uint64_t list_hash;
static int files[IMAGE_MAX_MODULES];

static struct {
	int error; /* 0 = the list is good */
	const char *what, *name;
} trouble;

static void set_trouble(int error, const char *what, const char *name)
{
	trouble.error = error;
	trouble.what = what;
	trouble.name = name;
	list.count = 0;
}

void modules_read(const struct sys_root *root)
{
	static char text[IMAGE_LIST_SIZE];
	struct utsname kernel;
	unsigned line;
	int length = sys_read_file(root, IMAGE_MODULES_LIST, text, sizeof(text));

	if (length < 0) {
		set_trouble(length, IMAGE_MODULES_LIST ", rebuild the image", "");
		return;
	}
	list_hash = hash_add(HASH_START, text, (size_t)length);
	if (image_parse_modules(text, (size_t)length, &list, &line) < 0)
		set_trouble(-EINVAL, IMAGE_MODULES_LIST " is broken, rebuild the image",
			    "");
	else if (root->real && uname(&kernel) == 0 &&
		 strcmp(kernel.release, list.release) != 0)
		set_trouble(-ENOEXEC, "they are for kernel ", list.release);
}

const struct image_modules *modules_list(void)
{
	return &list;
}

uint64_t modules_hash(void)
{
	return list_hash;
}

static int refuse(struct trace *trace, int error, const char *what, const char *name)
{
	struct trace_about about = {.error = -error};

	trace_add(trace, TRACE_REFUSED_MODULES, &about, "%s%s", what, name);
	return error;
}

static void close_files(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (files[i] >= 0)
			close(files[i]);
	}
}

/* -1 without an error for one that is part of the kernel. */
static int open_file(const struct sys_root *root, const struct image_module *module,
		     int *ret_fd)
{
	char path[PATH_SIZE];

	*ret_fd = -1;
	if (module->kind == IMAGE_BUILTIN)
		return 0;
	if (module->kind == IMAGE_MISSING)
		return -ENOENT;
	sys_format(path, sizeof(path), IMAGE_MODULES "/%s", module->file);
	*ret_fd = openat(root->fd, path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? -errno : 0;
}

static int open_files(const struct sys_root *root, struct trace *trace)
{
	for (unsigned i = 0; i < list.count; i++) {
		const struct image_module *module = &list.modules[i];
		int error = 0;

		files[i] = -1;
		if (module->stage == IMAGE_FOR_CARDS)
			error = open_file(root, module, &files[i]);
		if (error == 0)
			continue;
		close_files(i);
		return refuse(trace, error,
			      module->kind == IMAGE_MISSING ? "this kernel has no "
							    : "no file of ",
			      module->name);
	}
	return 0;
}

/* Appends " NAME=VALUE" when word is a parameter of module. */
static void merge_word(struct trace *trace, struct image_module *module, const char *word,
		       size_t length)
{
	const char *dot = memchr(word, '.', length);
	size_t used = strlen(module->parameters), rest;

	if (!dot || !image_same_module(word, (size_t)(dot - word), module->name,
				       strlen(module->name)))
		return;
	rest = length - (size_t)(dot + 1 - word);
	if (image_is_ids(dot + 1, rest)) {
		trace_add(trace, TRACE_MODULE_OPTION_DROPPED, NULL,
			  "%s.ids, it would take cards that no section names",
			  module->name);
		return;
	}
	if (used + rest + 2 > sizeof(module->parameters)) {
		trace_add(trace, TRACE_MODULE_OPTION_DROPPED, NULL,
			  "%.*s, %s has too many", (int)length, word, module->name);
		return;
	}
	if (used)
		module->parameters[used++] = ' ';
	memcpy(module->parameters + used, dot + 1, rest);
	module->parameters[used + rest] = '\0';
}

static void merge_command_line(struct trace *trace, struct image_module *module,
			       const char *words)
{
	while (*words) {
		size_t length = strcspn(words, " \t\n");

		if (length)
			merge_word(trace, module, words, length);
		words += length;
		words += strspn(words, " \t\n");
	}
}

/* Whether the kernel command line gives a parameter: a built-in module has it then. */
static bool has_word(const char *words, const struct conf_parameter *parameter)
{
	char start[CONF_VALUE_SIZE + 2];

	sys_format(start, sizeof(start), ".%s=", parameter->name);
	while (*words) {
		size_t length = strcspn(words, " \t\n");
		const char *dot = memchr(words, '.', length);

		if (dot &&
		    image_same_module(words, (size_t)(dot - words), parameter->module,
				      strlen(parameter->module)) &&
		    strncmp(dot, start, strlen(start)) == 0)
			return true;
		words += length;
		words += strspn(words, " \t\n");
	}
	return false;
}

/* Parameters of gpupass.conf cannot reach a module that is built in. */
static void report_builtin(struct trace *trace, const struct image_module *module,
			   const struct conf *conf, const char *command_line)
{
	trace_add(trace, TRACE_MODULE_BUILTIN, NULL, "%s", module->name);
	for (unsigned i = 0; i < conf->parameter_count; i++) {
		const struct conf_parameter *p = &conf->parameters[i];

		if (strcmp(p->module, module->name) != 0 || has_word(command_line, p))
			continue;
		trace_add(trace, TRACE_MODULE_OPTION_DROPPED, NULL,
			  "%s is built into this kernel; write %s.%s=%s on the kernel "
			  "command line",
			  module->name, module->name, p->name, p->value);
	}
}

static int insert(const struct sys_root *root, struct trace *trace,
		  struct image_module *module, int fd, const struct conf *conf,
		  const char *command_line)
{
	struct trace_about about = {0};
	int error;

	if (module->kind == IMAGE_BUILTIN) {
		report_builtin(trace, module, conf, command_line);
		return 0;
	}
	merge_command_line(trace, module, command_line);
	error = sys_insert_module(root, fd, module->parameters);
	about.duration = trace_clock(trace);
	about.error = error == -EEXIST ? 0 : -error;
	if (error == -EEXIST)
		trace_add(trace, TRACE_MODULE_PRESENT, &about, "%s", module->name);
	else if (error && module->stage != IMAGE_FOR_CARDS)
		trace_add(trace, TRACE_GUARD, &about, "module %s not inserted",
			  module->name);
	else
		trace_add(trace, error ? TRACE_MODULE_FAILED : TRACE_MODULE_INSERTED,
			  &about, "%s%s%s", module->name,
			  module->parameters[0] ? " " : "", module->parameters);
	return error == -EEXIST ? 0 : error;
}

void modules_insert_for_guard(const struct sys_root *root, struct trace *trace,
			      const struct conf *conf, const char *command_line,
			      enum image_stage stage)
{
	for (unsigned i = 0; i < list.count; i++) {
		struct image_module *module = &list.modules[i];
		int fd;

		if (module->stage != stage || open_file(root, module, &fd) < 0)
			continue;
		insert(root, trace, module, fd, conf, command_line);
		if (fd >= 0)
			close(fd);
	}
}

/* A driver may differ from its module in - and _. */
static int name_variant(const char *name, void *data)
{
	struct image_modules *modules = data;

	for (unsigned i = 0; i < modules->variant_count; i++) {
		char *driver = modules->variants[i].driver;

		if (image_same_module(name, strlen(name), driver, strlen(driver)))
			strcpy(driver, name);
	}
	return 0;
}

int modules_insert(const struct sys_root *root, struct trace *trace,
		   const struct conf *conf, const char *command_line, bool dry_run)
{
	int error = 0;

	if (trouble.error)
		return refuse(trace, trouble.error, trouble.what, trouble.name);
	error = open_files(root, trace);
	if (error < 0)
		return error;
	for (unsigned i = 0; i < list.count && error == 0 && !dry_run; i++) {
		if (list.modules[i].stage == IMAGE_FOR_CARDS)
			error = insert(root, trace, &list.modules[i], files[i], conf,
				       command_line);
	}
	close_files(list.count);
	if (error == 0 && list.variant_count)
		sys_each_entry(root, PCI_DRIVERS, name_variant, &list);
	return error;
}
