/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sentences of gpupass status that are about a card, the boot, the image or the guard
 * as a whole. Pure.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tool/log.h"
#include "tool/log_explain.h"
#include "tool/names.h"
#include "tool/status.h"

#define REBUILD_AND_REBOOT                                                               \
	"rebuild it (update-initramfs -u -k all, or dracut -f --regenerate-all) and "    \
	"reboot"
#define WORDS_SIZE 128

static const char *taken_headline(const struct status_card *card)
{
	if (card->stops_vm)
		return "taken, but a VM cannot start";
	if (card->weight == STATUS_BROKEN)
		return "taken, but not as /etc/gpupass.conf says";
	if (card->weight == STATUS_UNKNOWN)
		return "taken, but it cannot be told whether a VM can start";
	return card->in_use ? "taken, a VM has it" : "taken, a VM can start";
}

const char *status_headline(const struct status_card *card)
{
	if (!card->has_outcome)
		return card->weight == STATUS_UNKNOWN ? "what became of it is not known"
						      : "not taken";
	switch (card->outcome.event) {
	case TRACE_TAKEN:
		return taken_headline(card);
	case TRACE_WOULD_TAKE:
		return "not taken; without the dry run it would be, if the guard lets it";
	case TRACE_REFUSED:
		return "refused, the host has it";
	case TRACE_FAILED:
		return "failed, not taken";
	default:
		return "left to the host";
	}
}

const char *status_vm(const struct status_card *card)
{
	if (!card->has_outcome)
		return card->weight == STATUS_UNKNOWN ? "unknown" : "cannot start";
	if (card->outcome.event != TRACE_TAKEN || card->stops_vm)
		return "cannot start";
	for (unsigned i = 0; i < card->finding_count; i++) {
		if (card->findings[i].weight == STATUS_UNKNOWN)
			return "unknown";
	}
	return card->in_use ? "running" : "can start";
}

static const char *switch_remedy(const struct trace_record *record)
{
	const struct log_explanation *explanation = log_explain(record->event);

	if (record->event == TRACE_OFF)
		return "Remove gpupass=off from the kernel command line and reboot.";
	if (record->event == TRACE_DRY_RUN)
		return "Remove gpupass=dry-run from the kernel command line and reboot.";
	return explanation ? explanation->advice : "Reboot.";
}

bool status_explain_boot(const struct status_report *report, char *text,
			 const char **ret_remedy)
{
	const char *what = "gpupass did not run in this boot";

	if (report->card_count == 0)
		return false;
	*ret_remedy = "The image is without it: " REBUILD_AND_REBOOT ".";
	switch (report->boot) {
	case STATUS_RAN:
		return false;
	case STATUS_SWITCHED_OFF:
	case STATUS_DRY_RUN:
		log_format_message(&report->boot_record, text);
		*ret_remedy = switch_remedy(&report->boot_record);
		return true;
	case STATUS_LOST_TRACE:
		what = "gpupass ran, and could not write its trace";
		*ret_remedy = "What it said is in journalctl -k -g gpupass.";
		break;
	case STATUS_OTHER_BOOT:
		what = "the trace is of another boot: gpupass did not run in this one";
		break;
	default:
		break;
	}
	snprintf(text, STATUS_TEXT_SIZE, "%s", what);
	return true;
}

const char *status_explain_image(const struct status_report *report)
{
	switch (report->image) {
	case STATUS_IMAGE_CURRENT:
		return "has /etc/gpupass.conf as it is now";
	case STATUS_IMAGE_DIFFERS:
		return "has another configuration than /etc/gpupass.conf "
		       "now: " REBUILD_AND_REBOOT;
	case STATUS_IMAGE_WITHOUT:
		return "has no configuration that could be read: " REBUILD_AND_REBOOT;
	default:
		return "not known, this boot did not record its configuration";
	}
}

/* Of the last boot that died. */
static const struct guard_words *find_words(const struct status_report *report)
{
	if (report->variable_error || !report->variable.found)
		return NULL;
	return guard_last_words(&report->variable.state, report->variable.boot_id);
}

bool status_last_words(const struct status_report *report, char *text)
{
	const struct guard_words *words = find_words(report);
	char when[32] = "at an unknown time", where[WORDS_SIZE];
	time_t seconds;
	struct tm broken;

	if (!words)
		return false;
	seconds = (time_t)words->time;
	if (words->time <= UINT32_MAX && gmtime_r(&seconds, &broken))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &broken);
	guard_format_words(words, where, sizeof(where));
	snprintf(text, STATUS_TEXT_SIZE, "%s, while %s%s", when, where,
		 words->cause == GUARD_DEADLINE ? ", where gpupass hung" : "");
	return true;
}

static const char *explain_armed(const struct variable *variable)
{
	if (!guard_has_died(&variable->state, variable->boot_id))
		return "this boot is being tried; it counts as good two minutes after it "
		       "is up";
	return variable->state.failures
		       ? "an earlier boot died again; the next one would leave the cards "
			 "to the host for good: gpupass retry"
		       : "an earlier boot died; the next one would leave the cards to "
			 "the host: gpupass retry";
}

static const char *explain_state(const struct variable *variable)
{
	switch (variable->state.kind) {
	case GUARD_ARMED:
		return explain_armed(variable);
	case GUARD_PROVEN:
		return "a boot with the cards was good";
	case GUARD_LEFT:
		return guard_is_of_boot(&variable->state, variable->boot_id)
			       ? "a boot died, so this one leaves the cards to the host; "
				 "the next one takes them again"
			       : "a boot died; the next one takes the cards again";
	case GUARD_OFF:
		return "two boots died; the host keeps the cards until something "
		       "changes, or gpupass retry";
	default:
		return "the next boot is tried";
	}
}

const char *status_guard_word(const struct status_report *report)
{
	if (report->config.conf.guard == CONF_GUARD_OFF)
		return "disabled";
	if (report->variable_error || report->has_no_guard)
		return "unavailable";
	if (!report->variable.found)
		return "empty";
	return guard_kind_name(report->variable.state.kind);
}

/* What the boot said of it. */
static void format_no_guard(const struct trace_record *record, char *text)
{
	char why[PRINT_ESCAPED_SIZE(TRACE_TEXT_SIZE)];
	const char *error = names_errno(record->error);

	log_format_field(record->text, sizeof(record->text), why);
	snprintf(text, STATUS_TEXT_SIZE, "not available: %s%s%s%s", why,
		 error ? " (" : "", error ? error : "", error ? ")" : "");
}

void status_explain_guard(const struct status_report *report, char *text)
{
	const struct variable *variable = &report->variable;

	if (report->config.conf.guard == CONF_GUARD_OFF)
		snprintf(text, STATUS_TEXT_SIZE, "switched off in /etc/gpupass.conf");
	else if (report->variable_error)
		snprintf(text, STATUS_TEXT_SIZE, "not available: %s",
			 variable_explain(report->variable_error));
	else if (report->has_no_guard)
		format_no_guard(&report->no_guard, text);
	else if (!variable->found)
		snprintf(text, STATUS_TEXT_SIZE, "nothing is remembered yet");
	else
		snprintf(text, STATUS_TEXT_SIZE, "%s: %s",
			 guard_kind_name(variable->state.kind), explain_state(variable));
}
