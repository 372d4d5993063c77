/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of the kernel command line. No I/O, no state.
 */
#include "hook/core/mode.h"

#include <stdbool.h>
#include <string.h>

#include "hook/core/conf_words.h"
#include "hook/core/words.h"

#define WORD "gpupass="
#define KEY  "gpupass."

static const char *const rescue_words[] = {
	"single",
	"rescue",
	"emergency",
	"recovery",
	"-b",
	"s",
	"-s",
	"S",
	"1",
	"break",
	"rd.break",
	"rd.rescue",
	"rd.emergency",
	"systemd.break",
	"rd.systemd.break",
	"systemd.unit=rescue.target",
	"systemd.unit=emergency.target",
	"rd.systemd.unit=rescue.target",
	"rd.systemd.unit=emergency.target",
};
static const char *const rescue_starts[] = {
	"break=", "rd.break=", "systemd.break=", "rd.systemd.break="};

#define INIT "init="

/* How many bytes of word text takes, whatever is in quotes; 0 = word does not begin so.
 */
static size_t starts(const char *word, size_t length, const char *text)
{
	size_t i = 0;

	for (; *text; i++) {
		if (i == length || (word[i] != *text && word[i] != '"'))
			return 0;
		text += word[i] == *text;
	}
	return i;
}

static bool is(const char *word, size_t length, const char *text)
{
	size_t i = starts(word, length, text);

	while (i < length && word[i] == '"')
		i++;
	return i > 0 && i == length;
}

/* Whether the program of init= is one that starts the system: some distributions name
 * theirs always. */
static bool is_system(const char *program, size_t length)
{
	static const char *const names[] = {"init", "systemd", "runit"};
	static const char end[] = "-init";

	for (size_t i = length; i > 0; i--) {
		if (program[i - 1] == '/') {
			program += i;
			length -= i;
			break;
		}
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (is(program, length, names[i]))
			return true;
	}
	return length >= strlen(end) &&
	       is(program + length - strlen(end), strlen(end), end);
}

static bool wants_rescue(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(rescue_words) / sizeof(rescue_words[0]); i++) {
		if (is(word, length, rescue_words[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(rescue_starts) / sizeof(rescue_starts[0]); i++) {
		if (starts(word, length, rescue_starts[i]))
			return true;
	}
	return starts(word, length, INIT) &&
	       !is_system(word + strlen(INIT), length - strlen(INIT));
}

static enum mode mode_of_word(const char *word, size_t length)
{
	if (is(word, length, WORD "off"))
		return MODE_OFF;
	if (is(word, length, WORD "dry-run"))
		return MODE_DRY_RUN;
	if (starts(word, length, WORD) ||
	    (starts(word, length, KEY) && !conf_words_is_card(word, length)))
		return MODE_UNKNOWN;
	return wants_rescue(word, length) ? MODE_RESCUE : MODE_TAKE;
}

enum mode mode_of(const char *words, const char **ret_word, size_t *ret_length)
{
	enum mode mode = MODE_TAKE;
	const char *word;
	size_t length;

	*ret_word = NULL;
	*ret_length = 0;
	while ((word = words_next(&words, &length))) {
		enum mode asked = mode_of_word(word, length);

		if (asked > mode) {
			mode = asked;
			*ret_word = word;
			*ret_length = length;
		}
	}
	return mode;
}
