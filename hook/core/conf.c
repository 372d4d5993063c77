/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration's text to rules. One pass, line by line; each line is either a head,
 * a key with its value, or nothing. Knows no file and prints nothing.
 */
#include "hook/core/conf.h"

#include <errno.h>
#include <string.h>

#define FILE_NAME "gpupass.conf"

/* A piece of the text; never NUL-terminated. */
struct span {
	const char *text;
	size_t length;
};

enum section { SECTION_NONE, SECTION_CARD, SECTION_OPTIONS, SECTION_UNKNOWN };

struct parser {
	struct conf *conf;
	struct conf_rule *rule; /* the card that is open, else NULL */
	enum section section;
	unsigned line;
	bool options_seen, deadline_seen;
	unsigned keys_seen; /* bits of enum card_key in this section */
};

enum card_key {
	KEY_ADDRESS,
	KEY_PATH,
	KEY_ID,
	KEY_SUBSYSTEM,
	KEY_FUNCTIONS,
	KEY_DRIVER,
	KEY_UNBIND,
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(struct span s)
{
	while (s.length && is_blank(s.text[0])) {
		s.text++;
		s.length--;
	}
	while (s.length && is_blank(s.text[s.length - 1]))
		s.length--;
	return s;
}

static bool same(struct span s, const char *word)
{
	return s.length == strlen(word) && memcmp(s.text, word, s.length) == 0;
}

static bool copy(struct span s, char *buffer, size_t size)
{
	if (s.length >= size)
		return false;
	memcpy(buffer, s.text, s.length);
	buffer[s.length] = '\0';
	return true;
}

/* Everything up to stop; *rest becomes what follows it. */
static struct span split(struct span s, char stop, struct span *rest)
{
	const char *at = memchr(s.text, stop, s.length);
	struct span head = s;

	head.length = at ? (size_t)(at - s.text) : s.length;
	rest->text = at ? at + 1 : s.text + s.length;
	rest->length = at ? s.length - head.length - 1 : 0;
	return head;
}

/* The word as a person can find it: bytes that do not print become '?'. */
static void copy_word(struct span word, char *buffer)
{
	size_t length = word.length < CONF_WORD_SIZE ? word.length : CONF_WORD_SIZE - 1;

	for (size_t i = 0; i < length; i++)
		buffer[i] =
			word.text[i] >= ' ' && word.text[i] <= '~' ? word.text[i] : '?';
	buffer[length] = '\0';
}

static void add_error(struct conf *conf, unsigned line, struct span word,
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
	add_error(p->conf, p->line, word, expected);
	if (p->section == SECTION_CARD && p->rule)
		p->rule->broken = true;
	else if (p->section != SECTION_CARD)
		p->conf->refuse_all = true;
}

static bool is_name(struct span s)
{
	if (s.length == 0 || s.length > CONF_MAX_NAME)
		return false;
	for (size_t i = 0; i < s.length; i++) {
		char c = s.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

/* "10de:1e07": two numbers of four digits. */
static bool parse_pair(struct span value, uint16_t *ret_first, uint16_t *ret_second)
{
	uint64_t first, second;
	struct span rest, head = split(value, ':', &rest);

	if (head.length != 4 || rest.length != 4)
		return false;
	if (sys_parse_number(head.text, 4, 16, 0xffff, &first) < 0 ||
	    sys_parse_number(rest.text, 4, 16, 0xffff, &second) < 0)
		return false;
	*ret_first = (uint16_t)first;
	*ret_second = (uint16_t)second;
	return true;
}

static bool parse_id(struct span value, struct conf_rule *rule)
{
	rule->has_id = parse_pair(value, &rule->vendor, &rule->device);
	return rule->has_id;
}

static bool parse_subsystem(struct span value, struct conf_rule *rule)
{
	rule->has_subsystem =
		parse_pair(value, &rule->subsystem_vendor, &rule->subsystem_device);
	return rule->has_subsystem;
}

/* "card", "slot", "switch", or numbers of functions: "0,1". */
static bool parse_functions(struct span value, struct conf_rule *rule)
{
	static const char *const words[] = {
		[CONF_FUNCTIONS_CARD] = "card",
		[CONF_FUNCTIONS_SLOT] = "slot",
		[CONF_FUNCTIONS_SWITCH] = "switch",
	};
	struct span rest = value;

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		rule->functions = (enum conf_functions)i;
		if (same(value, words[i]))
			return true;
	}
	rule->functions = CONF_FUNCTIONS_LIST;
	rule->function_mask = 0;
	do {
		bool more = memchr(rest.text, ',', rest.length) != NULL;
		struct span word = trim(split(rest, ',', &rest));
		unsigned bit;

		if (word.length != 1 || word.text[0] < '0' || word.text[0] > '7')
			return false;
		bit = 1U << (word.text[0] - '0');
		if (rule->function_mask & bit || (more && trim(rest).length == 0))
			return false;
		rule->function_mask = (uint8_t)(rule->function_mask | bit);
	} while (rest.length);
	return true;
}

static bool parse_driver(struct span value, struct conf_rule *rule)
{
	return (same(value, "vfio-pci") || same(value, "pci-stub")) &&
	       copy(value, rule->driver, sizeof(rule->driver));
}

/* Names of drivers, with blanks between them. */
static bool parse_unbind(struct span value, struct conf_rule *rule)
{
	struct span rest = value;

	while ((rest = trim(rest)).length) {
		struct span word = split(rest, ' ', &rest);

		if (!is_name(word) || rule->unbind_count == CONF_MAX_UNBIND)
			return false;
		if (!copy(word, rule->unbind[rule->unbind_count], PCI_DRIVER_SIZE))
			return false;
		rule->unbind_count++;
	}
	return rule->unbind_count > 0;
}

static bool parse_address(struct span value, struct conf_rule *rule)
{
	rule->has_address =
		pci_parse_address(value.text, value.length, &rule->address) == 0;
	return rule->has_address;
}

static bool parse_path(struct span value, struct conf_rule *rule)
{
	rule->has_path = topology_parse_path(value.text, value.length, &rule->path) == 0;
	return rule->has_path;
}

static const struct {
	const char *name;
	bool (*parse)(struct span value, struct conf_rule *rule);
	const char *expected;
} card_keys[] = {
	[KEY_ADDRESS] = {"address", parse_address, "an address such as 0000:83:00.0"},
	[KEY_PATH] = {"path", parse_path, "a path such as 0000:82:01.0/00.0"},
	[KEY_ID] = {"id", parse_id, "vendor and device such as 10de:1e07"},
	[KEY_SUBSYSTEM] = {"subsystem", parse_subsystem,
			   "vendor and device such as 1462:3712"},
	[KEY_FUNCTIONS] = {"functions", parse_functions,
			   "card, slot, switch, or numbers of functions such as 0,1"},
	[KEY_DRIVER] = {"driver", parse_driver, "vfio-pci or pci-stub"},
	[KEY_UNBIND] = {"unbind", parse_unbind, "one to four driver names"},
};

static void parse_card_key(struct parser *p, struct span key, struct span value)
{
	for (unsigned i = 0; i < sizeof(card_keys) / sizeof(card_keys[0]); i++) {
		if (!same(key, card_keys[i].name))
			continue;
		if (p->keys_seen & 1U << i)
			fail(p, key, "this key only once in a section");
		else if (p->rule && !card_keys[i].parse(value, p->rule))
			fail(p, value, card_keys[i].expected);
		p->keys_seen |= 1U << i;
		return;
	}
	fail(p, key, "a key: address, path, id, subsystem, functions, driver or unbind");
}

static bool is_parameter_value(struct span s)
{
	for (size_t i = 0; i < s.length; i++) {
		if (s.text[i] <= ' ' || s.text[i] > '~' || s.text[i] == '"')
			return false;
	}
	return s.length > 0;
}

static void parse_parameter(struct parser *p, struct span key, struct span value)
{
	static const char *const modules[] = {"vfio", "vfio_pci", "vfio_iommu_type1"};
	struct conf_parameter *parameter = &p->conf->parameters[p->conf->parameter_count];
	struct span name, module = split(key, '.', &name);
	bool known = false;

	if (p->conf->parameter_count == CONF_MAX_PARAMETERS) {
		fail(p, key, "at most 16 module parameters");
		return;
	}
	if (copy(module, parameter->module, sizeof(parameter->module))) {
		for (char *c = parameter->module; *c; c++)
			*c = *c == '-' ? '_' : *c;
		for (unsigned i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
			known |= strcmp(parameter->module, modules[i]) == 0;
	}
	if (!known || !is_name(name) || !copy(name, parameter->name, CONF_VALUE_SIZE))
		fail(p, key, "a parameter of vfio, vfio-pci or vfio_iommu_type1");
	else if (same(name, "ids"))
		fail(p, key,
		     "no ids: it would take every card of that kind; write a [card] "
		     "section");
	else if (!is_parameter_value(value) ||
		 !copy(value, parameter->value, CONF_VALUE_SIZE))
		fail(p, value, "a value without blanks, of at most 63 bytes");
	else
		p->conf->parameter_count++;
}

static void parse_option(struct parser *p, struct span key, struct span value)
{
	uint64_t seconds;

	if (memchr(key.text, '.', key.length)) {
		parse_parameter(p, key, value);
		return;
	}
	if (!same(key, "deadline")) {
		fail(p, key, "an option: deadline, or MODULE.PARAMETER");
		return;
	}
	if (p->deadline_seen)
		fail(p, key, "this key only once in a section");
	else if (sys_parse_number(value.text, value.length, 10, CONF_DEADLINE_MAX,
				  &seconds) < 0 ||
		 seconds == 0)
		fail(p, value, "seconds from 1 to 120");
	else
		p->conf->deadline = (unsigned)seconds;
	p->deadline_seen = true;
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
		add_error(p->conf, p->rule->line, none,
			  "a line with address, path, id or subsystem in this section");
		p->rule->broken = true;
	}
	p->rule = NULL;
	p->keys_seen = 0;
}

static void open_card(struct parser *p, struct span name)
{
	struct conf *conf = p->conf;
	struct conf_rule *rule = &conf->rules[conf->rule_count];

	p->section = SECTION_CARD;
	if (!is_name(name)) {
		fail(p, name, "a card's name of 1 to 32 letters, digits or . _ -");
		return;
	}
	if (conf->rule_count == CONF_MAX_RULES) {
		fail(p, name, "at most 32 cards");
		return;
	}
	memset(rule, 0, sizeof(*rule));
	copy(name, rule->name, sizeof(rule->name));
	memcpy(rule->driver, "vfio-pci", sizeof("vfio-pci"));
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
	word = split(trim(inner), ' ', &name);
	if (same(word, "card")) {
		open_card(p, trim(name));
	} else if (same(word, "options") && trim(name).length == 0) {
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
	line = trim(split(line, '#', &value));
	if (line.length == 0)
		return;
	if (line.text[0] == '[') {
		parse_head(p, line);
		return;
	}
	key = trim(split(line, '=', &value));
	value = trim(value);
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

	memset(ret_conf, 0, sizeof(*ret_conf));
	ret_conf->deadline = CONF_DEADLINE_DEFAULT;
	if (length > CONF_MAX_SIZE) {
		add_error(ret_conf, 0, none, "a file of at most 16 KiB");
		ret_conf->refuse_all = true;
		return;
	}
	while (rest.length) {
		struct span line = split(rest, '\n', &rest);

		parser.line++;
		parse_line(&parser, line);
	}
	close_section(&parser);
}

uint64_t conf_hash(const char *text, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < length; i++) {
		hash ^= (unsigned char)text[i];
		hash *= 0x100000001b3U;
	}
	return hash;
}

void conf_format_error(const struct conf_error *error, char *buffer, size_t size)
{
	if (error->line == 0)
		sys_format(buffer, size, FILE_NAME ": expected %s", error->expected);
	else
		sys_format(buffer, size, FILE_NAME ":%u: \"%s\": expected %s",
			   error->line, error->word, error->expected);
}
