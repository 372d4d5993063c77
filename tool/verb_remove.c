// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass remove: a card's section out of the configuration, also one with an error in
 * it.
 */
#include "tool/gpupass.h"

#include <stdlib.h>
#include <string.h>

#include "tool/conf_edit.h"
#include "tool/conf_text.h"
#include "tool/list.h"
#include "tool/rebuild.h"

/* With the section out, the rest must be in order. */
static enum status refuse(const struct conf_edit *edit)
{
	conf_edit_complain(&edit->config.conf, "");
	complain("remove: %s has errors; it is as it was", edit->path);
	return STATUS_FINDING;
}

static enum status complain_absent(const struct conf_edit *edit, const char *name)
{
	const struct conf *conf = &edit->config.conf;
	char names[CONF_MAX_RULES * (CONF_MAX_NAME + 2) + 1] = "";

	for (unsigned i = 0; i < conf->rule_count; i++)
		sys_format(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			   i ? ", " : "", conf->rules[i].name);
	if (!edit->config.exists) {
		complain("remove: there is no %s", edit->path);
		return STATUS_FINDING;
	}
	conf_edit_complain(conf, "");
	complain("remove: there is no [card %s] in %s%s%s", name, edit->path,
		 conf->rule_count ? "; there are: " : "", names);
	return STATUS_FINDING;
}

/* The comment that `gpupass add` writes above this section, to a string that is the
 * caller's; NULL when there is no memory. */
static char *make_comment(const struct arguments *arguments, const struct conf_rule *rule)
{
	struct pci_names *names = pci_names_open(arguments);
	char *comment = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&comment, &length);

	if (out && rule->has_id)
		list_section_comment(names, rule->vendor, rule->device, out);
	pci_names_close(names);
	if (out && fclose(out) == 0)
		return comment;
	free(comment);
	return NULL;
}

/* Of two sections with one name nobody can tell which was meant. */
static enum status cut(struct conf_edit *edit, const struct conf_rule *rule)
{
	static char text[CONF_EDIT_SIZE];
	char *comment = make_comment(edit->arguments, rule);
	struct span old = {edit->config.text, edit->config.length}, new = {text, 0};

	if (!comment) {
		complain("out of memory");
		return STATUS_CANNOT_READ;
	}
	new.length = conf_text_remove(old, rule->line,
				      (struct span){comment, strlen(comment)}, text);
	free(comment);
	conf_parse(new.text, new.length, &edit->conf);
	if (edit->conf.error_count > 0 || conf_edit_find(&edit->conf, rule->name))
		return refuse(edit);
	return conf_edit_write(edit, new);
}

static enum status change(struct conf_edit *edit, const char *name)
{
	const struct conf_rule *rule = conf_edit_find(&edit->config.conf, name);
	enum status status;

	if (edit->config.too_long)
		return refuse(edit);
	if (!rule)
		return complain_absent(edit, name);
	status = cut(edit, rule);
	if (status == STATUS_GOOD)
		conf_edit_say(edit, name, "was removed from");
	return status;
}

enum status verb_remove(const struct arguments *arguments)
{
	static struct conf_edit edit;
	enum status status;

	if (arguments->operand_count == 0)
		complain("remove: the NAME of a card in the configuration is missing");
	else if (arguments->operand_count > 1)
		complain("remove: \"%s\" is too much", arguments->operands[1]);
	if (arguments->operand_count != 1)
		return STATUS_USAGE;
	status = conf_edit_open(arguments, "remove", &edit);
	if (status != STATUS_GOOD)
		return status;
	status = change(&edit, arguments->operands[0]);
	conf_edit_close(&edit);
	return status == STATUS_GOOD ? rebuild_offer(arguments) : status;
}
