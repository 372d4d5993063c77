/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values of a card's section. Each says whether it is right; the words for what was
 * expected stand in the table of keys.
 */
#include "hook/core/conf_card.h"

#include <string.h>

#define MEBIBYTE_BITS 20
#define MAX_BAR_BITS  43 /* resourceN_resize takes 2^0 to 2^43 MiB (PCIe 6.0, 7.8.6) */

/* What stands behind a key: "3" and "pci-stub" in "driver 3 = pci-stub". */
struct entry {
	unsigned number;
	struct span value;
};

bool conf_card_is_name(struct span s)
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

/* One digit below limit. */
static bool parse_digit(struct span s, unsigned limit, unsigned *ret_number)
{
	if (s.length != 1 || s.text[0] < '0' || s.text[0] >= (char)('0' + limit))
		return false;
	*ret_number = (unsigned)(s.text[0] - '0');
	return true;
}

/* "10de:1e07": two numbers of four digits. */
static bool parse_pair(struct span value, uint16_t *ret_first, uint16_t *ret_second)
{
	uint64_t first, second;
	struct span rest, head = span_split(value, ':', &rest);

	if (head.length != 4 || rest.length != 4)
		return false;
	if (sys_parse_number(head.text, 4, 16, 0xffff, &first) < 0 ||
	    sys_parse_number(rest.text, 4, 16, 0xffff, &second) < 0)
		return false;
	*ret_first = (uint16_t)first;
	*ret_second = (uint16_t)second;
	return true;
}

static bool set_id(struct conf_rule *rule, struct entry entry)
{
	rule->has_id = parse_pair(entry.value, &rule->vendor, &rule->device);
	return rule->has_id;
}

static bool set_subsystem(struct conf_rule *rule, struct entry entry)
{
	rule->has_subsystem =
		parse_pair(entry.value, &rule->subsystem_vendor, &rule->subsystem_device);
	return rule->has_subsystem;
}

static bool set_address(struct conf_rule *rule, struct entry entry)
{
	rule->has_address = pci_parse_address(entry.value.text, entry.value.length,
					      &rule->address) == 0;
	return rule->has_address;
}

static bool set_path(struct conf_rule *rule, struct entry entry)
{
	rule->has_path = topology_parse_path(entry.value.text, entry.value.length,
					     &rule->path) == 0;
	return rule->has_path;
}

/* "0,1" */
static bool parse_numbers(struct span value, uint8_t *ret_mask)
{
	struct span rest = value;

	*ret_mask = 0;
	do {
		bool more = memchr(rest.text, ',', rest.length) != NULL;
		struct span word = span_trim(span_split(rest, ',', &rest));
		unsigned number;

		if (!parse_digit(word, PCI_SLOT_FUNCTIONS, &number))
			return false;
		if (*ret_mask & 1U << number || (more && span_trim(rest).length == 0))
			return false;
		*ret_mask = (uint8_t)(*ret_mask | 1U << number);
	} while (rest.length);
	return true;
}

static bool set_functions(struct conf_rule *rule, struct entry entry)
{
	static const char *const words[] = {
		[CONF_FUNCTIONS_CARD] = "card",
		[CONF_FUNCTIONS_SLOT] = "slot",
		[CONF_FUNCTIONS_SWITCH] = "switch",
	};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		rule->functions = (enum conf_functions)i;
		if (span_is(entry.value, words[i]))
			return true;
	}
	rule->functions = CONF_FUNCTIONS_LIST;
	return parse_numbers(entry.value, &rule->function_mask);
}

static bool parse_driver(struct span value, enum conf_driver *ret_driver)
{
	for (unsigned i = 0; i < CONF_DRIVERS; i++) {
		if (!span_is(value, conf_driver_name((enum conf_driver)i)))
			continue;
		*ret_driver = (enum conf_driver)i;
		return true;
	}
	return false;
}

static bool set_driver(struct conf_rule *rule, struct entry entry)
{
	return parse_driver(entry.value, &rule->driver);
}

static bool set_driver_of(struct conf_rule *rule, struct entry entry)
{
	rule->own_driver = (uint8_t)(rule->own_driver | 1U << entry.number);
	return parse_driver(entry.value, &rule->driver_of[entry.number]);
}

/* Names of drivers, with blanks between them. */
static bool set_unbind(struct conf_rule *rule, struct entry entry)
{
	struct span rest = entry.value;

	while (rest.length) {
		struct span word = span_word(rest, &rest);

		if (!conf_card_is_name(word) || rule->unbind_count == CONF_MAX_UNBIND)
			return false;
		if (!span_copy(word, rule->unbind[rule->unbind_count], PCI_DRIVER_SIZE))
			return false;
		rule->unbind_count++;
	}
	return rule->unbind_count > 0;
}

static bool set_console(struct conf_rule *rule, struct entry entry)
{
	rule->keep_console = span_is(entry.value, "keep");
	return rule->keep_console || span_is(entry.value, "release");
}

/* pci_reset_fn_methods[] of drivers/pci/pci.c. */
static bool is_reset_method(struct span word)
{
	static const char *const methods[] = {
		"device_specific", "acpi", "flr", "af_flr", "pm", "bus", "cxl_bus"};

	for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (span_is(word, methods[i]))
			return true;
	}
	return false;
}

/* The methods with one blank between them, as the attribute is read; or the one word that
 * stands for what the kernel finds, which it takes only alone. */
static bool set_reset(struct conf_rule *rule, struct entry entry)
{
	struct span rest = entry.value;
	size_t used = 0;

	if (span_is(entry.value, "default"))
		return span_copy(entry.value, rule->reset, sizeof(rule->reset));
	while (rest.length) {
		struct span word = span_word(rest, &rest);

		if (!is_reset_method(word) ||
		    used + 1 + word.length + 1 > sizeof(rule->reset))
			return false;
		if (used)
			rule->reset[used++] = ' ';
		span_copy(word, rule->reset + used, sizeof(rule->reset) - used);
		used += word.length;
	}
	return used > 0;
}

static bool set_d3cold(struct conf_rule *rule, struct entry entry)
{
	rule->d3cold = span_is(entry.value, "yes") ? CONF_YES : CONF_NO;
	return rule->d3cold == CONF_YES || span_is(entry.value, "no");
}

/* "256M", "8G": a power of two. */
static bool parse_size(struct span value, uint8_t *ret_bits)
{
	static const char units[] = "MGT";
	const char *unit =
		value.length ? strchr(units, value.text[value.length - 1]) : NULL;
	uint64_t count;
	unsigned bits = 0;

	if (!unit || !*unit ||
	    sys_parse_number(value.text, value.length - 1, 10, 1 << 20, &count) < 0 ||
	    count == 0 || (count & (count - 1)))
		return false;
	while (count >>= 1)
		bits++;
	bits += 10 * (unsigned)(unit - units);
	*ret_bits = (uint8_t)(bits + MEBIBYTE_BITS);
	return bits <= MAX_BAR_BITS;
}

static bool set_bar(struct conf_rule *rule, struct entry entry)
{
	if (span_is(entry.value, "max")) {
		rule->bar_bits[entry.number] = CONF_BAR_MAX;
		return true;
	}
	return parse_size(entry.value, &rule->bar_bits[entry.number]);
}

/* limit: 0 = the key stands alone, else a number below it follows. */
static const struct {
	const char *name;
	unsigned limit;
	bool (*set)(struct conf_rule *rule, struct entry entry);
	const char *expected;
} keys[] = {
	{"address", 0, set_address, "an address such as 0000:83:00.0"},
	{"path", 0, set_path, "a path such as 0000:82:01.0/00.0"},
	{"id", 0, set_id, "vendor and device such as 10de:1e07"},
	{"subsystem", 0, set_subsystem, "vendor and device such as 1462:3712"},
	{"functions", 0, set_functions,
	 "card, slot, switch, or numbers of functions such as 0,1"},
	{"driver", 0, set_driver, "vfio-pci, pci-stub or auto"},
	{"unbind", 0, set_unbind, "one to four driver names"},
	{"console", 0, set_console, "release or keep"},
	{"reset", 0, set_reset,
	 "default, or reset methods: device_specific, acpi, flr, af_flr, pm, bus, cxl_bus"},
	{"d3cold", 0, set_d3cold, "yes or no"},
	{"driver", PCI_SLOT_FUNCTIONS, set_driver_of, "vfio-pci, pci-stub or auto"},
	{"bar", PCI_BARS, set_bar, "a size such as 256M or 8G, or max"},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

_Static_assert(KEY_COUNT <= CONF_CARD_MAX_KEYS, "room in conf_card_seen");

/* The key's number in the table, and the number behind it; KEY_COUNT = no such key. */
static unsigned find_key(struct span key, unsigned *ret_number)
{
	struct span rest, word = span_word(key, &rest);
	unsigned i;

	*ret_number = 0;
	for (i = 0; i < KEY_COUNT; i++) {
		if (!span_is(word, keys[i].name))
			continue;
		if (keys[i].limit == 0 ? rest.length == 0
				       : parse_digit(rest, keys[i].limit, ret_number))
			break;
	}
	return i;
}

const char *conf_card_set(struct conf_rule *rule, struct span key, struct span value,
			  struct conf_card_seen *seen, struct span *ret_wrong)
{
	unsigned number, i = find_key(key, &number);

	*ret_wrong = key;
	if (i == KEY_COUNT)
		return "a key such as address, id or driver, see gpupass.conf(5)";
	if (seen->numbers[i] & 1U << number)
		return "this key only once in a section";
	seen->numbers[i] = (uint8_t)(seen->numbers[i] | 1U << number);
	*ret_wrong = value;
	return keys[i].set(rule, (struct entry){number, value}) ? NULL : keys[i].expected;
}
