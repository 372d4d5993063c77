/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration's text to rules. One pass, line by line; each line is either a head,
 * a key with its value, or nothing. Knows no file and prints nothing.
 */
#include "hook/core/conf.h"

#include <string.h>

#include "hook/core/conf_card.h"
#include "hook/core/hash.h"

#define FILE_NAME "gpupass.conf"

enum section { SECTION_NONE, SECTION_CARD, SECTION_OPTIONS, SECTION_UNKNOWN };

struct parser {
	struct conf *conf;
	struct conf_rule *rule; /* the card that is open, else NULL */
	enum section section;
	unsigned line;
	bool options_seen;
	unsigned seen_options;      /* bit n = options[n] */
	struct conf_card_seen seen; /* in this section */
};

/* The word as a person can find it: bytes that do not print become '?'. */
static void copy_word(struct span word, char *buffer)
{
	size_t length = word.length < CONF_WORD_SIZE ? word.length : CONF_WORD_SIZE - 1;

	for (size_t i = 0; i < length; i++)
		buffer[i] =
			word.text[i] >= ' ' && word.text[i] <= '~' ? word.text[i] : '?';
	buffer[length] = '\0';
}

void conf_add_error(struct conf *conf, unsigned line, struct span word,
		    const char *expected)
{
	if (conf->error_count < CONF_MAX_ERRORS) {
		struct conf_error *error = &conf->errors[conf->error_count];

		error->line = line;
		error->expected = expected;
		copy_word(word, error->word);
	}
	conf->error_count++;
}

/* An error breaks the card's section that it stands in; anywhere else nobody can tell
 * what was meant, so that no card may be touched. */
static void fail(struct parser *p, struct span word, const char *expected)
{
	conf_add_error(p->conf, p->line, word, expected);
	if (p->section == SECTION_CARD && p->rule)
		p->rule->broken = true;
	else if (p->section != SECTION_CARD)
		p->conf->refuse_all = true;
}

static void parse_card_key(struct parser *p, struct span key, struct span value)
{
	/* A section whose head is wrong has its keys looked at all the same. */
	struct conf_rule unnamed = {0};
	struct span wrong;
	const char *expected =
		conf_card_set(p->rule ? p->rule : &unnamed, key, value, &p->seen, &wrong);

	if (expected)
		fail(p, wrong, expected);
}

static bool is_parameter_value(struct span s)
{
	for (size_t i = 0; i < s.length; i++) {
		if (s.text[i] <= ' ' || s.text[i] > '~' || s.text[i] == '"')
			return false;
	}
	return s.length > 0;
}

/* Whether the parameter after the last one has been given before. */
static bool is_twice(const struct conf *conf)
{
	const struct conf_parameter *last = &conf->parameters[conf->parameter_count];

	for (unsigned i = 0; i < conf->parameter_count; i++) {
		if (strcmp(conf->parameters[i].module, last->module) == 0 &&
		    strcmp(conf->parameters[i].name, last->name) == 0)
			return true;
	}
	return false;
}

static void parse_parameter(struct parser *p, struct span key, struct span value)
{
	static const char *const modules[] = {"vfio", "vfio_pci", "vfio_iommu_type1"};
	struct conf_parameter *parameter = &p->conf->parameters[p->conf->parameter_count];
	struct span name, module = span_split(key, '.', &name);
	bool known = false;

	if (p->conf->parameter_count == CONF_MAX_PARAMETERS) {
		fail(p, key, "at most 16 module parameters");
		return;
	}
	if (span_copy(module, parameter->module, sizeof(parameter->module))) {
		for (char *c = parameter->module; *c; c++)
			*c = *c == '-' ? '_' : *c;
		for (unsigned i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
			known |= strcmp(parameter->module, modules[i]) == 0;
	}
	if (!known || !conf_card_is_name(name) || memchr(name.text, '.', name.length) ||
	    !span_copy(name, parameter->name, CONF_VALUE_SIZE))
		fail(p, key, "a parameter of vfio, vfio-pci or vfio_iommu_type1");
	else if (span_is(name, "ids"))
		fail(p, key,
		     "no ids: it would take every card of that kind; write a [card] "
		     "section");
	else if (!is_parameter_value(value) ||
		 !span_copy(value, parameter->value, CONF_VALUE_SIZE))
		fail(p, value, "a value without blanks, of at most 63 bytes");
	else if (is_twice(p->conf))
		fail(p, key, "each parameter only once");
	else
		p->conf->parameter_count++;
}

static void parse_deadline(struct parser *p, struct span value)
{
	uint64_t seconds;

	if (sys_parse_number(value.text, value.length, 10, CONF_DEADLINE_MAX, &seconds) <
		    0 ||
	    seconds == 0)
		fail(p, value, "seconds from 1 to 120");
	else
		p->conf->deadline = (unsigned)seconds;
}

static void parse_guard(struct parser *p, struct span value)
{
	static const char *const choices[] = {
		[CONF_GUARD_ON] = "on",
		[CONF_GUARD_OFF] = "off",
		[CONF_GUARD_REQUIRE] = "require",
	};

	for (unsigned i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (span_is(value, choices[i])) {
			p->conf->guard = (enum conf_guard)i;
			return;
		}
	}
	fail(p, value, "on, off or require");
}

static void parse_image(struct parser *p, struct span value)
{
	p->conf->generic = span_is(value, "generic");
	if (!p->conf->generic && !span_is(value, "host"))
		fail(p, value, "host or generic");
}

static void parse_option(struct parser *p, struct span key, struct span value)
{
	static const struct {
		const char *name;
		void (*parse)(struct parser *p, struct span value);
	} options[] = {{"deadline", parse_deadline},
		       {"guard", parse_guard},
		       {"image", parse_image}};
	const unsigned count = sizeof(options) / sizeof(options[0]);
	unsigned i = 0;

	while (i < count && !span_is(key, options[i].name))
		i++;
	if (memchr(key.text, '.', key.length))
		parse_parameter(p, key, value);
	else if (i == count)
		fail(p, key, "an option: deadline, guard, image, or MODULE.PARAMETER");
	else if (p->seen_options & 1U << i)
		fail(p, key, "this key only once in a section");
	else
		options[i].parse(p, value);
	if (i < count)
		p->seen_options |= 1U << i;
}

static bool has_selector(const struct conf_rule *rule)
{
	return rule->has_address || rule->has_path || rule->has_id || rule->has_subsystem;
}

/* A section is over: what it lacks is known now. */
static void close_section(struct parser *p)
{
	struct span none = {"", 0};

	if (p->section == SECTION_CARD && p->rule && !has_selector(p->rule) &&
	    !p->rule->broken) {
		none.text = p->rule->name;
		none.length = strlen(p->rule->name);
		conf_add_error(
			p->conf, p->rule->line, none,
			"a line with address, path, id or subsystem in this section");
		p->rule->broken = true;
	}
	p->rule = NULL;
	memset(&p->seen, 0, sizeof(p->seen));
}

static void open_card(struct parser *p, struct span name)
{
	struct conf *conf = p->conf;
	struct conf_rule *rule = &conf->rules[conf->rule_count];

	p->section = SECTION_CARD;
	if (!conf_card_is_name(name)) {
		fail(p, name, "a card's name of 1 to 32 letters, digits or . _ -");
		return;
	}
	if (span_starts(name, CONF_WORDS_NAME)) {
		fail(p, name, "a name that does not begin with cmdline.");
		return;
	}
	if (conf->rule_count == CONF_MAX_RULES) {
		fail(p, name, "at most 32 cards");
		return;
	}
	memset(rule, 0, sizeof(*rule));
	span_copy(name, rule->name, sizeof(rule->name));
	rule->line = p->line;
	p->rule = rule;
	for (unsigned i = 0; i < conf->rule_count; i++) {
		if (strcmp(conf->rules[i].name, rule->name) == 0) {
			conf->rules[i].broken = true;
			fail(p, name, "each card's name only once");
		}
	}
	conf->rule_count++;
}

static void parse_head(struct parser *p, struct span line)
{
	struct span inner = {line.text + 1, line.length - 1}, name, word;

	close_section(p);
	p->section = SECTION_UNKNOWN;
	if (line.text[line.length - 1] != ']') {
		fail(p, line, "a section's head such as [card NAME] or [options]");
		return;
	}
	inner.length--;
	word = span_word(inner, &name);
	if (span_is(word, "card")) {
		open_card(p, name);
	} else if (span_is(word, "options") && name.length == 0) {
		p->section = SECTION_OPTIONS;
		if (p->options_seen)
			fail(p, word, "[options] only once");
		p->options_seen = true;
	} else {
		fail(p, line, "a section's head such as [card NAME] or [options]");
	}
}

static void parse_line(struct parser *p, struct span line)
{
	struct span value, key;

	if (line.length > CONF_MAX_LINE) {
		fail(p, line, "lines of at most 255 bytes");
		return;
	}
	if (memchr(line.text, '\r', line.length) ||
	    memchr(line.text, '\0', line.length)) {
		fail(p, line, "text with Unix line ends and no NUL byte");
		return;
	}
	line = span_trim(span_split(line, '#', &value));
	if (line.length == 0)
		return;
	if (line.text[0] == '[') {
		parse_head(p, line);
		return;
	}
	key = span_trim(span_split(line, '=', &value));
	value = span_trim(value);
	if (!memchr(line.text, '=', line.length))
		fail(p, line, "KEY = VALUE");
	else if (value.length == 0)
		fail(p, key, "a value after this key");
	else if (p->section == SECTION_CARD)
		parse_card_key(p, key, value);
	else if (p->section == SECTION_OPTIONS)
		parse_option(p, key, value);
	else if (p->section == SECTION_NONE)
		fail(p, key, "a section's head such as [card NAME] first");
}

void conf_parse(const char *text, size_t length, struct conf *ret_conf)
{
	struct parser parser = {.conf = ret_conf};
	struct span rest = {text, length}, none = {"", 0};

	/* What these count is all that is read of the rest, most of which is never
	 * touched. */
	ret_conf->rule_count = ret_conf->parameter_count = ret_conf->error_count = 0;
	ret_conf->refuse_all = ret_conf->generic = false;
	ret_conf->guard = CONF_GUARD_ON;
	ret_conf->hash = hash_add(HASH_START, text, length);
	ret_conf->deadline = CONF_DEADLINE_DEFAULT;
	if (length > CONF_MAX_SIZE) {
		conf_add_error(ret_conf, 0, none, "a file of at most 16 KiB");
		ret_conf->refuse_all = true;
		return;
	}
	while (rest.length) {
		struct span line = span_split(rest, '\n', &rest);

		parser.line++;
		parse_line(&parser, line);
	}
	close_section(&parser);
}

void conf_format_error(const struct conf_error *error, char *buffer, size_t size)
{
	if (error->line == 0)
		sys_format(buffer, size, FILE_NAME ": expected %s", error->expected);
	else if (error->line == CONF_COMMAND_LINE)
		sys_format(buffer, size, "kernel command line: \"%s\": expected %s",
			   error->word, error->expected);
	else
		sys_format(buffer, size, FILE_NAME ":%u: \"%s\": expected %s",
			   error->line, error->word, error->expected);
}
