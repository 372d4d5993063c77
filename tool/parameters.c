// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Module parameters of an image. Words are handed on as they are written: what they mean
 * is between the user and the kernel, but for ids=.
 */
#include "tool/parameters.h"

#include <errno.h>
#include <string.h>

#include "hook/core/words.h"
#include "tool/gpupass.h"

static unsigned count_options(const struct kmod_ctx *context)
{
	struct kmod_config_iter *at = kmod_config_get_options(context);
	unsigned count = 0;

	while (at && kmod_config_iter_next(at))
		count++;
	kmod_config_iter_free_iter(at);
	return count;
}

/*
 * libkmod always reads /proc/cmdline too, and appends its words to the options. Those are
 * of the kernel that runs while the image is built; the early program merges in those of
 * the kernel that it boots with. A context without files shows how many there are.
 */
static int count_file_options(const struct kmod_ctx *context)
{
	static const char *const nothing[] = {NULL};
	struct kmod_ctx *empty = kmod_new(kmod_get_dirname(context), nothing);
	int count;

	if (!empty)
		return -ENOMEM;
	count = (int)(count_options(context) - count_options(empty));
	kmod_unref(empty);
	return count;
}

static void add_word(struct image_module *module, const char *word, size_t length,
		     const char *source)
{
	size_t used = strlen(module->parameters);

	if (image_is_ids(word, length))
		warn_user("%s: %s.%.*s is dropped: it would take every card of that kind "
			  "before anything is checked",
			  source, module->name, (int)length, word);
	else if (used + length + 2 > sizeof(module->parameters))
		warn_user("%s: %s.%.*s is dropped: more than %d bytes of parameters",
			  source, module->name, (int)length, word,
			  IMAGE_PARAMETERS_SIZE - 1);
	else
		sys_format(module->parameters + used, sizeof(module->parameters) - used,
			   "%s%.*s", used ? " " : "", (int)length, word);
}

static void add_words(struct image_module *module, const char *text, const char *source)
{
	const char *word;
	size_t length;

	while ((word = words_next(&text, &length)))
		add_word(module, word, length, source);
}

static struct image_module *find_module(struct image_modules *list, const char *name)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct image_module *module = &list->modules[i];

		if (image_same_module(module->name, strlen(module->name), name,
				      strlen(name)))
			return module;
	}
	return NULL;
}

static int add_from_modprobe(struct kmod_ctx *context, struct image_modules *list)
{
	struct kmod_config_iter *at;
	int left = count_file_options(context);

	if (left < 0)
		return left;
	at = kmod_config_get_options(context);
	if (!at)
		return -ENOMEM;
	for (; left > 0 && kmod_config_iter_next(at); left--) {
		struct image_module *module =
			find_module(list, kmod_config_iter_get_key(at));

		if (module)
			add_words(module, kmod_config_iter_get_value(at), "modprobe.d");
	}
	kmod_config_iter_free_iter(at);
	return 0;
}

static void add_from_conf(const struct conf *conf, struct image_modules *list)
{
	char text[2 * CONF_VALUE_SIZE + 1];

	for (unsigned i = 0; i < conf->parameter_count; i++) {
		const struct conf_parameter *parameter = &conf->parameters[i];
		struct image_module *module = find_module(list, parameter->module);

		sys_format(text, sizeof(text), "%s=%s", parameter->name,
			   parameter->value);
		if (module)
			add_words(module, text, "gpupass.conf");
		else
			warn_user("gpupass.conf: %s.%s is dropped: kernel %s has no such "
				  "module",
				  parameter->module, text, list->release);
	}
}

/* A built-in module has its parameters from the kernel command line, long before us. */
static void drop_unreachable(struct image_modules *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct image_module *module = &list->modules[i];

		if (module->kind == IMAGE_INSERT || module->parameters[0] == '\0')
			continue;
		if (module->kind == IMAGE_BUILTIN)
			warn_user("%s is built into kernel %s: write its parameters on "
				  "the kernel "
				  "command line, as %s.%s",
				  module->name, list->release, module->name,
				  module->parameters);
		module->parameters[0] = '\0';
	}
}

int parameters_add(struct kmod_ctx *context, const struct conf *conf,
		   struct image_modules *list)
{
	int error = add_from_modprobe(context, list);

	if (error < 0)
		return error;
	add_from_conf(conf, list);
	drop_unreachable(list);
	return 0;
}
