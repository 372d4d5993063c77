/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration against this machine: the early program's own plan, for a boot at
 * whose begin no module was loaded yet.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hook/core/conf_words.h"
#include "hook/core/mode.h"
#include "tool/check/check.h"
#include "tool/keep.h"
#include "tool/modules.h"
#include "tool/regular.h"
#include "tool/variants.h"

static void check_mode(struct check *check)
{
	const char *word;
	size_t length;
	enum mode mode = mode_of(check->loader.next, &word, &length);
	struct check_finding *finding;
	char text[128];

	/* A rescue word on the running kernel's command line is of that boot alone. */
	if (mode == MODE_TAKE || (mode == MODE_RESCUE && !check->loader.has_next))
		return;
	check->switched_off = true;
	snprintf(text, sizeof(text), "%.*s", (int)length, word);
	finding = check_add(check, CHECK_ERROR, "switched-off",
			    "the kernel command line has %s", text);
	check_set_reason(finding, "gpupass %s",
			 mode == MODE_DRY_RUN ? "only records then what it would do"
					      : "leaves every card to the host then");
	boot_loader_advise_remove(check->root, &check->loader, text, finding->remedy,
				  sizeof(finding->remedy));
}

/* What the image build would not take. */
static void check_trust(struct check *check)
{
	int fd = regular_open_trusted(check->root->fd, CONF_PATH);
	struct check_finding *finding;

	if (fd >= 0)
		close(fd);
	if (fd != -EPERM)
		return;
	finding = check_add(check, CHECK_ERROR, "configuration-untrusted",
			    "/" CONF_PATH " can be changed by others than root");
	check_set_reason(finding, "what goes into the boot image runs as root before "
				  "anything else, so building one refuses it");
	check_set_remedy(finding,
			 "run: chown root:root /" CONF_PATH " && chmod 644 /" CONF_PATH);
}

/* A line of the file; a word of the command line has no place. */
static void set_place(struct check_finding *finding, unsigned line)
{
	if (line == CONF_COMMAND_LINE)
		return;
	snprintf(finding->place.path, sizeof(finding->place.path), CONF_PATH);
	finding->place.line = line;
}

static void advise_correct(struct check *check, const struct conf_error *error,
			   struct check_finding *finding)
{
	if (error->line == CONF_COMMAND_LINE)
		check_set_remedy(finding, "correct it where the boot loader's words "
					  "come from, see gpupass.conf(5)");
	else
		check_set_remedy(finding, "correct it, see gpupass.conf(5), then %s",
				 check->rebuild);
}

static void check_errors(struct check *check)
{
	const struct conf *conf = &check->config.conf;

	for (unsigned i = 0; i < conf->error_count && i < CONF_MAX_ERRORS; i++) {
		const struct conf_error *error = &conf->errors[i];
		struct check_finding *finding;

		finding = check_add(
			check, CHECK_ERROR, "configuration-error", "%s%s%s%sexpected %s",
			error->line == CONF_COMMAND_LINE ? "kernel command line: " : "",
			error->word[0] ? "\"" : "", error->word,
			error->word[0] ? "\": " : "", error->expected);
		set_place(finding, error->line);
		check_set_reason(finding, "gpupass does not guess: %s",
				 conf->refuse_all ? "no card is taken with it"
						  : "this section's card is not taken");
		advise_correct(check, error, finding);
	}
	if (conf->error_count > CONF_MAX_ERRORS)
		check_add(check, CHECK_ERROR, "configuration-error", "and %u more errors",
			  conf->error_count - CONF_MAX_ERRORS);
}

static void check_card_is_named(struct check *check)
{
	struct check_finding *finding;

	if (check->config.conf.rule_count || check->config.conf.error_count)
		return;
	finding = check_add(check, CHECK_NOTE, "no-card", "no card is named in /%s",
			    CONF_PATH);
	check_set_reason(finding, "the host keeps every card");
	check_set_remedy(finding, "run: gpupass list, then: gpupass add ADDRESS");
}

struct check_finding *check_add_refusal(struct check *check, const struct plan *plan)
{
	struct check_finding *finding;

	finding = check_add(check, CHECK_ERROR, trace_event_find(plan->refusal)->name,
			    "the card would be refused: %s: %s%s%s",
			    trace_event_find(plan->refusal)->phrase, plan->reason,
			    plan->error ? ": " : "",
			    plan->error ? strerror(plan->error) : "");
	snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
	set_place(finding, plan->rule->line);
	if (plan->about >= 0)
		check_set_function(finding, &plan->card.functions[plan->about].address);
	check_explain(check, plan->refusal, finding);
	return finding;
}

static void make_plans(struct check *check)
{
	static struct image_keep keep;
	static struct modules modules;
	const struct plan_facts facts = {
		.keep = &keep, .modules = &modules.list, .next_boot = true};
	const struct conf *conf = &check->config.conf;

	/* As the image of this kernel has them. */
	if (variants_are_wanted(conf) &&
	    modules_resolve(check->root_path, check->root, check->release, conf,
			    &modules) < 0)
		modules.list.variant_count = 0;
	if (!conf->generic)
		keep_read(check->root, &keep);
	survey_plan(check->root, conf, &facts, check->plans);
	for (unsigned i = 0; i < conf->rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		/* What is wrong in the file was said line by line; the IOMMU has a side
		 * of its own. */
		if (plan->refusal && plan->refusal != TRACE_REFUSED_BROKEN &&
		    plan->refusal != TRACE_REFUSED_NO_GROUP)
			check_add_refusal(check, plan);
	}
}

void check_configuration(struct check *check)
{
	conf_words_add(check->loader.next, &check->config.conf);
	check_trust(check);
	check_errors(check);
	check_card_is_named(check);
	if (check->config.conf.rule_count)
		check_mode(check);
	make_plans(check);
}
