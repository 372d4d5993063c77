/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of the kernel command line to rules: the keys of a section, through the same
 * parser.
 */
#include "hook/core/conf_words.h"

#include <string.h>

#include "hook/core/conf_card.h"
#include "hook/core/words.h"

static void fail(struct conf *conf, struct conf_rule *rule, struct span word,
		 const char *expected)
{
	rule->broken = true;
	conf_add_error(conf, CONF_COMMAND_LINE, word, expected);
}

/* Of an empty value the whole word is shown. */
static void set(struct conf *conf, struct conf_rule *rule, const char *key,
		struct span value, struct span word, struct conf_card_seen *seen)
{
	struct span wrong;
	const char *expected =
		conf_card_set(rule, (struct span){key, strlen(key)}, value, seen, &wrong);

	if (expected)
		fail(conf, rule, wrong.length ? wrong : word, expected);
}

/* One word, number of its kind; value is what follows "gpupass.card". */
static void add_card(struct conf *conf, unsigned number, struct span word,
		     struct span value)
{
	struct conf_rule *rule = &conf->rules[conf->rule_count];
	struct conf_card_seen seen = {0};
	struct span id, address;

	if (conf->rule_count == CONF_MAX_RULES) {
		conf_add_error(conf, CONF_COMMAND_LINE, word, "at most 32 cards");
		return;
	}
	memset(rule, 0, sizeof(*rule));
	sys_format(rule->name, sizeof(rule->name), CONF_WORDS_NAME "%u", number);
	rule->line = CONF_COMMAND_LINE;
	conf->rule_count++;
	if (value.length < 2) {
		fail(conf, rule, word, CONF_WORDS_CARD "=ADDRESS or =ADDRESS,ID");
		return;
	}
	value.text++;
	value.length--;
	address = span_split(value, ',', &id);
	set(conf, rule, "address", address, word, &seen);
	if (memchr(value.text, ',', value.length))
		set(conf, rule, "id", id, word, &seen);
}

bool conf_words_is_card(const char *word, size_t length)
{
	const size_t name = strlen(CONF_WORDS_CARD);

	return length >= name && memcmp(word, CONF_WORDS_CARD, name) == 0 &&
	       (length == name || word[name] == '=');
}

unsigned conf_words_add(const char *words, struct conf *conf)
{
	const size_t name = strlen(CONF_WORDS_CARD);
	unsigned number = 0;
	struct span word;

	while ((word.text = words_next(&words, &word.length))) {
		struct span value = {word.text + name, word.length - name};

		if (conf_words_is_card(word.text, word.length))
			add_card(conf, ++number, word, value);
	}
	return number;
}
