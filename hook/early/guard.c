/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's variable, and what is said about it.
 */
#include "hook/early/guard.h"

#include <errno.h>
#include <string.h>

#include "hook/core/efivar.h"
#include "hook/core/panic_settings.h"

#define BOOT_COUNT_PATH "LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define NANOSECONDS     1000000000U

static void unavailable(struct trace *trace, int error, const char *what)
{
	struct trace_about about = {.error = -error};

	trace_add(trace, TRACE_GUARD_UNAVAILABLE, &about, "%s", what);
}

/* systemd-boot counts tries in the name of the boot entry and keeps that name in a
 * variable, UTF-16: a second signal, read and never written. */
static void record_boot_counter(const struct sys_root *root, struct trace *trace)
{
	uint8_t wide[2 * TRACE_TEXT_SIZE];
	char path[TRACE_TEXT_SIZE];
	int length = efivar_read(root, BOOT_COUNT_PATH, wide, sizeof(wide));
	unsigned count = 0;

	for (int i = 0; i + 1 < length && count < sizeof(path) - 1; i += 2) {
		if (wide[i] == 0 && wide[i + 1] == 0)
			break;
		path[count++] = wide[i + 1] == 0 && wide[i] >= ' ' && wide[i] <= '~'
					? (char)wide[i]
					: '?';
	}
	path[count] = '\0';
	if (count)
		trace_add(trace, TRACE_BOOT_COUNTER, NULL, "%s", path);
}

static void record_last_words(const struct guard *guard, struct trace *trace)
{
	const struct guard_words *words = &guard->state.now;
	struct pci_function function = {.address = words->function};
	struct trace_about about = {.card = words->card[0] ? words->card : NULL,
				    .function = words->has_function ? &function : NULL};

	if (!guard_has_died(&guard->state, guard->boot_id))
		return;
	trace_add(trace, TRACE_LAST_WORDS, &about, "last words: %s%s",
		  phase_name(words->phase),
		  words->cause == GUARD_DEADLINE ? "; gpupass hung there" : "");
}

static int read_state(struct guard *guard, const struct sys_root *root,
		      struct trace *trace)
{
	uint8_t data[EFIVAR_MAX];
	int length = efivar_read(root, GUARD_VARIABLE, data, sizeof(data));

	trace_clock(trace);
	if (length == -ENOENT)
		return 0;
	if (length < 0 && length != -EINVAL && length != -EFBIG)
		return length;
	guard->found =
		length >= 0 && guard_read(data, (size_t)length, &guard->state) == 0;
	if (!guard->found)
		trace_add(trace, TRACE_GUARD, NULL, "its variable is none of ours");
	return 0;
}

void guard_open(struct guard *guard, const struct sys_root *root, struct trace *trace,
		bool has_firmware)
{
	int error = has_firmware ? efivar_mount(root) : -ENOENT;

	guard->wanted = true;
	guard->error = error == -ENOENT ? 0 : error;
	guard->why =
		error == -ENOENT
			? "not booted by EFI firmware, or efi=noruntime"
			: "no efivarfs: its module is not in the image, or efi=noruntime";
	if (error < 0)
		return;
	guard->why = "this boot has no id";
	if (!trace->has_boot_id)
		return;
	memcpy(guard->boot_id, trace->boot_id, sizeof(guard->boot_id));
	guard->why = "cannot read its variable";
	guard->error = read_state(guard, root, trace);
	if (guard->error < 0)
		return;
	guard->readable = true;
	if (guard->found)
		record_last_words(guard, trace);
	record_boot_counter(root, trace);
}

static void set_words(struct guard *guard, enum phase phase, enum guard_cause cause,
		      const struct trace_about *about)
{
	struct guard_words *words = &guard->state.now;
	bool first = !guard_is_of_boot(&guard->state, guard->boot_id);
	uint64_t time = first ? sys_realtime_ns() / NANOSECONDS : words->time;

	memset(words, 0, sizeof(*words));
	memcpy(words->boot_id, guard->boot_id, sizeof(words->boot_id));
	words->time = time;
	words->phase = (uint8_t)phase;
	words->cause = (uint8_t)cause;
	if (about && about->card)
		sys_format(words->card, sizeof(words->card), "%s", about->card);
	words->has_function = about && about->function;
	if (words->has_function)
		words->function = about->function->address;
}

/* Writes the state, and says so. The first failure is the last try. */
static int write_state(struct guard *guard, const struct sys_root *root,
		       struct trace *trace, const struct trace_about *about)
{
	struct trace_about written = about ? *about : (struct trace_about){0};
	uint8_t data[GUARD_SIZE];
	bool armed;
	int error;

	guard->state.writes++;
	guard_write(&guard->state, data);
	error = efivar_write(root, GUARD_VARIABLE, data, sizeof(data));
	written.duration = trace_clock(trace);
	if (error < 0) {
		guard->failed = true;
		guard->armed = false;
		unavailable(trace, error, "cannot write its variable");
		return error;
	}
	guard->writes++;
	armed = guard->state.kind == GUARD_ARMED;
	trace_add(trace, TRACE_GUARD_WRITTEN, &written,
		  "%s%s%s, write %u of this boot, %u in all",
		  guard_kind_name(guard->state.kind), armed ? ", next: " : "",
		  armed ? phase_name(guard->state.now.phase) : "", guard->writes,
		  guard->state.writes);
	return 0;
}

static const char *explain(const struct guard *guard, uint64_t combination)
{
	if (!guard->found)
		return "this has not been tried before";
	if (guard->state.combination != combination)
		return "something has changed since it was tried";
	if (guard_is_of_boot(&guard->state, guard->boot_id))
		return "gpupass has run in this boot before";
	switch (guard->state.kind) {
	case GUARD_PROVEN:
		return "proven, nothing is written";
	case GUARD_ARMED:
		return guard->state.failures ? "a second boot died with the cards"
					     : "the last boot died with the cards";
	case GUARD_LEFT:
		return "the boot without the cards was not good either";
	case GUARD_OFF:
		return "off since two boots died";
	default:
		return guard->state.failures
			       ? "tried once more after the boot that died"
			       : "the last boot ended in order before it was proven";
	}
}

static void make_panic_settings(const struct sys_root *root, struct trace *trace)
{
	char text[PANIC_SETTINGS_SIZE];
	struct trace_about about = {.error = -panic_settings_make(root, text)};

	if (text[0] || about.error)
		trace_add(trace, TRACE_PANIC_SETTINGS, &about, "%s",
			  about.error ? "cannot be set" : text);
}

static void arm(struct guard *guard, const struct sys_root *root, struct trace *trace)
{
	set_words(guard, PHASE_MODULES, GUARD_SILENT, NULL);
	guard->armed = write_state(guard, root, trace, NULL) == 0;
	if (guard->armed)
		make_panic_settings(root, trace);
}

static void format_reason(const struct guard *guard, char *reason)
{
	char words[TRACE_TEXT_SIZE];

	guard_format_words(&guard->state.last, words, sizeof(words));
	if (guard->failed)
		sys_format(reason, TRACE_TEXT_SIZE,
			   "a boot died (%s), and nothing can be written down of "
			   "this one: make room in the firmware, or set guard = off",
			   words);
	else if (guard->state.kind == GUARD_OFF)
		sys_format(reason, TRACE_TEXT_SIZE,
			   "two boots died with it (%s); gpupass retry, or "
			   "another configuration, tries again",
			   words);
	else
		sys_format(reason, TRACE_TEXT_SIZE,
			   "for this boot: the last one died (%s); the next one tries "
			   "again",
			   words);
}

/* Whether a boot died with the combination, and none has been good with it since. */
static bool knows_death(const struct guard *guard, uint64_t combination)
{
	return guard->found && guard->state.combination == combination &&
	       guard->state.failures > 0;
}

/* What the table says, carried out. Where a death is known the cards are taken only when
 * a second one can be remembered: else every boot might be tried, and die. */
static bool follow(struct guard *guard, const struct sys_root *root, struct trace *trace,
		   uint64_t combination)
{
	bool careful = knows_death(guard, combination);
	struct guard_state next;
	enum guard_decision decision = guard_decide(guard->found ? &guard->state : NULL,
						    combination, guard->boot_id, &next);

	trace_add(trace, TRACE_GUARD, NULL, "%s, combination %016llx",
		  explain(guard, combination), (unsigned long long)combination);
	guard->state = next;
	if (decision == GUARD_TAKE_ARMED)
		arm(guard, root, trace);
	if (decision == GUARD_LEAVE) {
		set_words(guard, PHASE_READING, GUARD_SILENT, NULL);
		write_state(guard, root, trace, NULL);
	}
	guard->known = decision == GUARD_TAKE || guard->armed;
	return decision == GUARD_TAKE ||
	       (decision == GUARD_TAKE_ARMED && (guard->armed || !careful));
}

enum guard_answer guard_ask(struct guard *guard, const struct sys_root *root,
			    struct trace *trace, const struct combination *combination,
			    const struct plan *plans, char *reason)
{
	bool take = true;

	if (!guard->wanted)
		return GUARD_YES;
	if (guard->readable)
		take = follow(guard, root, trace,
			      combination_hash(root, combination, plans));
	else
		unavailable(trace, guard->error, guard->why);
	if (!take) {
		format_reason(guard, reason);
		return GUARD_NOT_NOW;
	}
	if (combination->conf->guard != CONF_GUARD_REQUIRE ||
	    (guard->readable && !guard->failed))
		return GUARD_YES;
	sys_format(reason, TRACE_TEXT_SIZE, "guard = require in " CONF_PATH);
	return GUARD_REFUSED;
}

void guard_enter(struct guard *guard, const struct sys_root *root, struct trace *trace,
		 enum phase phase, const struct trace_about *about)
{
	if (!guard || !guard->armed)
		return;
	set_words(guard, phase, GUARD_SILENT, about);
	write_state(guard, root, trace, about);
}

int guard_give_up(struct guard *guard, const struct sys_root *root, struct trace *trace,
		  enum phase phase, const struct trace_about *about)
{
	if (!guard->known || guard->failed)
		return -ENODEV;
	guard->state.kind = GUARD_ARMED;
	set_words(guard, phase, GUARD_DEADLINE, about);
	return write_state(guard, root, trace, about);
}
