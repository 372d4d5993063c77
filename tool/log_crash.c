/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last boot that died, in words. Reads, and writes nothing but its output.
 */
#include "tool/log_crash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool/json.h"
#include "tool/log_pstore.h"
#include "tool/variable.h"

#define TIME_SIZE    64
#define JSON_VERSION 1

struct crash {
	const struct guard_words *words;
	const struct variable *variable;
	struct log_pstore pstore;
};

/* The clock of this place for people, UTC for programs. */
static void format_time(uint64_t seconds, bool for_people, char *text)
{
	time_t time = (time_t)seconds;
	struct tm broken;
	size_t length = 0;

	if (for_people && localtime_r(&time, &broken))
		length = strftime(text, TIME_SIZE, "%Y-%m-%d %H:%M:%S %Z", &broken);
	if (!for_people && gmtime_r(&time, &broken))
		length = strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &broken);
	if (length == 0)
		sys_format(text, TIME_SIZE, "an unknown time");
}

static const char *explain(const struct guard_words *words)
{
	if (words->cause == GUARD_DEADLINE)
		return "gpupass hung in that step; where it could, it reset the machine";
	if (words->phase == PHASE_WITHOUT)
		return "gpupass was through, the host had what was not taken, and was "
		       "booting on: it died between here and two minutes after it was up";
	if (words->phase == PHASE_BOOTING)
		return "the cards were taken and the host was booting on: it died "
		       "between here and two minutes after it was up";
	return "it was written down before that step began: the step may have begun, and "
	       "nothing after it had";
}

/* What became of it since. */
static const char *explain_since(const struct variable *variable)
{
	bool this_boot = guard_is_of_boot(&variable->state, variable->boot_id);

	switch (variable->state.kind) {
	case GUARD_LEFT:
		return this_boot ? "this boot leaves the cards to the host, the next one "
				   "takes them again"
				 : "a boot left the cards to the host";
	case GUARD_OFF:
		return "two boots died: the cards stay with the host until gpupass retry "
		       "or another configuration";
	case GUARD_PROVEN:
		return "a later boot with the cards was good";
	case GUARD_DISARMED:
		return "a later boot was good or ended in order, or gpupass retry was "
		       "run; the next one takes the cards";
	default:
		return this_boot ? "this boot has taken the cards again"
				 : "this boot did not touch the cards; the next one "
				   "leaves them to the host";
	}
}

static void print_escaped_lines(const char *text, FILE *out)
{
	char line[PRINT_ESCAPED_SIZE(LOG_PSTORE_WHY_SIZE)];

	while (*text) {
		size_t length = strcspn(text, "\n");

		print_escape(text, length, line);
		fprintf(out, "    %s\n", line);
		text += length + (text[length] == '\n');
	}
}

static void print_text(const struct crash *crash, const char *slash,
		       const struct log_options *options, FILE *out)
{
	char when[TIME_SIZE], words[TRACE_TEXT_SIZE];
	char path[PRINT_ESCAPED_SIZE(LOG_PSTORE_PATH_SIZE)];

	format_time(crash->words->time, true, when);
	guard_format_words(crash->words, words, sizeof(words));
	fprintf(out, "The boot of %s died. Its last words: %s\n", when, words);
	fprintf(out, "  %s\n", explain(crash->words));
	fprintf(out, "Since then: %s\n", explain_since(crash->variable));
	if (crash->pstore.why[0])
		fputs("A kernel said, in that boot or in one within 14 hours of it\n",
		      out);
	print_escaped_lines(crash->pstore.why, out);
	for (unsigned i = 0; i < crash->pstore.count; i++) {
		print_escape(crash->pstore.files[i].path,
			     strlen(crash->pstore.files[i].path), path);
		fprintf(out, "%s%s%s%s\n", i ? "  " : "What it left (pstore):\n  ",
			options->root, slash, path);
	}
}

static void print_json(const struct crash *crash, FILE *out)
{
	struct json_object *object = json_object_new_object();
	struct json_object *files = json_object_new_array();
	char text[TIME_SIZE];

	json_add_number(object, "version", JSON_VERSION);
	log_format_boot_id(crash->words->boot_id, text);
	json_add_string(object, "boot_id", text);
	format_time(crash->words->time, false, text);
	json_add_string(object, "time", text);
	json_add_string(object, "phase", phase_name(crash->words->phase));
	json_add_string(object, "cause",
			crash->words->cause == GUARD_DEADLINE ? "deadline" : "unknown");
	if (crash->words->card[0])
		json_add_string(object, "card", crash->words->card);
	if (crash->words->has_function) {
		pci_format_address(&crash->words->function, text);
		json_add_string(object, "function", text);
	}
	json_add_string(object, "guard", guard_kind_name(crash->variable->state.kind));
	json_add_number(object, "failures", crash->variable->state.failures);
	for (unsigned i = 0; i < crash->pstore.count; i++)
		json_object_array_add(files,
				      json_new_string(crash->pstore.files[i].path));
	json_object_object_add(object, "pstore", files);
	json_print(object, false, out);
}

static enum log_status show(const struct log_options *options,
			    const struct sys_root *root, const struct variable *variable)
{
	static struct crash crash;
	size_t length = strlen(options->root);
	time_t until = 0;

	crash.variable = variable;
	crash.words = variable->found
			      ? guard_last_words(&variable->state, variable->boot_id)
			      : NULL;
	if (!crash.words) {
		fputs("gpupass-log: no boot is known to have died with the cards\n",
		      stderr);
		return LOG_NOTHING;
	}
	/* Another boot has written since: what came later is another panic. */
	if (crash.words == &variable->state.last)
		until = (time_t)variable->state.now.time;
	log_pstore_find(root, (time_t)crash.words->time, until, &crash.pstore);
	if (options->form == LOG_JSON)
		print_json(&crash, stdout);
	else
		print_text(&crash, length && options->root[length - 1] == '/' ? "" : "/",
			   options, stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return LOG_GOOD;
	log_complain("standard output: %s", strerror(errno));
	return LOG_UNREADABLE;
}

enum log_status log_show_crash(const struct log_options *options)
{
	static struct variable variable;
	enum log_status status;
	struct sys_root root;
	int error = sys_open_root(options->root, &root);

	if (error < 0) {
		log_complain("%s: %s", options->root, strerror(-error));
		return LOG_UNREADABLE;
	}
	error = variable_read(&root, &variable);
	if (error == 0) {
		status = show(options, &root, &variable);
	} else {
		log_complain("nothing is remembered here: %s", variable_explain(error));
		status = error == -ENOENT || error == -EINVAL ? LOG_NOTHING
							      : LOG_UNREADABLE;
	}
	sys_close_root(&root);
	return status;
}
