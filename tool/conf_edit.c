// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading, the lock and writing around a change of the configuration. What is changed is
 * the verb's business.
 */
#include "tool/conf_edit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tool/regular.h"

/* Whoever may not write is told who may. */
static const char *hint(int error)
{
	bool denied = error == -EACCES || error == -EPERM || error == -EROFS;

	return denied && geteuid() != 0 ? "; run it as root" : "";
}

static enum status read_it(struct conf_edit *edit)
{
	int error = config_read_at(edit->file.directory, edit->file.name,
				   CONFIG_FOR_IMAGE, &edit->config);

	if (error == 0)
		return STATUS_GOOD;
	complain("%s: %s%s", edit->path, regular_explain(error), hint(error));
	return STATUS_CANNOT_READ;
}

enum status conf_edit_open(const struct arguments *arguments, const char *verb,
			   struct conf_edit *ret_edit)
{
	enum status status;
	int error;

	if (arguments->root.real && geteuid() != 0) {
		complain("%s: run it as root: it changes /" CONF_PATH, verb);
		return STATUS_CANNOT_READ;
	}
	error = replace_open(&arguments->root, CONF_PATH, &ret_edit->file);
	ret_edit->arguments = arguments;
	sys_format(ret_edit->path, sizeof(ret_edit->path), "%s/%s", arguments->root_path,
		   ret_edit->file.path);
	if (error < 0) {
		complain("%s: %s%s", ret_edit->path, replace_explain(error), hint(error));
		return STATUS_CANNOT_READ;
	}
	status = read_it(ret_edit);
	if (status != STATUS_GOOD)
		conf_edit_close(ret_edit);
	return status;
}

void conf_edit_close(struct conf_edit *edit)
{
	replace_close(&edit->file);
}

const struct conf_rule *conf_edit_find(const struct conf *conf, const char *name)
{
	for (unsigned i = 0; i < conf->rule_count; i++) {
		if (strcmp(conf->rules[i].name, name) == 0)
			return &conf->rules[i];
	}
	return NULL;
}

void conf_edit_complain(const struct conf *conf, const char *prefix)
{
	char message[256];

	for (unsigned i = 0; i < conf->error_count && i < CONF_MAX_ERRORS; i++) {
		conf_format_error(&conf->errors[i], message, sizeof(message));
		complain("%s%s", prefix, message);
	}
	if (conf->error_count > CONF_MAX_ERRORS)
		complain("%sand %u more errors", prefix,
			 conf->error_count - CONF_MAX_ERRORS);
}

/* The path of a file in the configuration's directory. */
static void format_beside(const struct conf_edit *edit, const char *name, char *path,
			  size_t size)
{
	size_t directory = strlen(edit->path) - strlen(edit->file.name);

	sys_format(path, size, "%.*s%s", (int)directory, edit->path, name);
}

enum status conf_edit_write(struct conf_edit *edit, struct span text)
{
	struct span old = {edit->config.exists ? edit->config.text : NULL,
			   edit->config.length};
	char about[2 * PATH_MAX];
	int error = replace_write(&edit->file, old, text);

	if (error == 0)
		return STATUS_GOOD;
	format_beside(edit, edit->file.about, about, sizeof(about));
	complain("%s: cannot be written: %s%s", about, replace_explain(error),
		 hint(error));
	complain("%s is as it was", edit->path);
	return STATUS_CANNOT_READ;
}

void conf_edit_say(const struct conf_edit *edit, const char *name, const char *words)
{
	char backup[2 * PATH_MAX];

	format_beside(edit, edit->file.backup, backup, sizeof(backup));
	print_formatted(stdout, "[card %s] %s %s.%s%s%s", name, words, edit->path,
			edit->config.exists ? " The old file is " : "",
			edit->config.exists ? backup : "",
			edit->config.exists ? "." : "");
}
