/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes that are written, read back and recorded. Decides nothing: the rule says
 * what is wanted.
 */
#include "hook/early/settings.h"

#include <errno.h>
#include <string.h>

#define MEBIBYTE_BITS 20
#define MAX_BITS      63
#define SIZE_TEXT     8
#define SIZES_TEXT    96

struct target {
	const struct sys_root *root;
	struct trace *trace;
	struct trace_about about;
};

static int read_value(const struct target *t, const char *attribute, char *value)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(&t->about.function->address, attribute, path);
	return sys_read_attribute(t->root, path, value, SETTINGS_VALUE_SIZE);
}

static int write_value(const struct sys_root *root, const struct pci_address *address,
		       const char *attribute, const char *value)
{
	char path[PCI_PATH_SIZE];

	pci_format_path(address, attribute, path);
	return sys_write_attribute(root, path, value);
}

/* Says that a setting was not made. */
static void fail(const struct target *t, int error, const char *setting, const char *why)
{
	struct trace_about about = t->about;

	about.error = -error;
	trace_add(t->trace, TRACE_SETTING_FAILED, &about, "%s: %s", setting, why);
}

static void say_absent(const struct target *t, int error, const char *setting)
{
	if (error == -ENOENT)
		fail(t, 0, setting, "this kernel or this card does not have it");
	else
		fail(t, error, setting, "cannot be read");
}

/* One attribute whose text is what is written to it; "default" may become any text. */
static void set_text(const struct target *t, const char *attribute, const char *wanted,
		     char *before, size_t before_size)
{
	char old[SETTINGS_VALUE_SIZE], now[SETTINGS_VALUE_SIZE];
	struct trace_about about = t->about;
	int error = read_value(t, attribute, old);

	if (error < 0) {
		say_absent(t, error, attribute);
		return;
	}
	if (strcmp(old, wanted) == 0) {
		trace_add(t->trace, TRACE_SETTING_MADE, &about, "%s: %s, as before",
			  attribute, old);
		return;
	}
	sys_format(before, before_size, "%s", old);
	error = write_value(t->root, &about.function->address, attribute, wanted);
	about.duration = trace_clock(t->trace);
	about.error = -error;
	if (read_value(t, attribute, now) < 0)
		fail(t, error, attribute, "cannot be read back");
	else if (error == 0 &&
		 (strcmp(now, wanted) == 0 || strcmp(wanted, "default") == 0))
		trace_add(t->trace, TRACE_SETTING_MADE, &about, "%s: %s, before %s",
			  attribute, now, old[0] ? old : "none");
	else
		trace_add(t->trace, TRACE_SETTING_FAILED, &about,
			  "%s: wanted %s, it is %s", attribute, wanted,
			  now[0] ? now : "none");
}

/* "256M", "8G" from the power of two. */
static void format_size(unsigned bits, char *text)
{
	static const char units[] = "BKMGTPE";

	sys_format(text, SIZE_TEXT, "%u%c", 1U << bits % 10, units[bits / 10]);
}

static void format_was(unsigned bits, char *text)
{
	if (bits)
		format_size(bits, text);
	else
		sys_format(text, SIZE_TEXT, "none");
}

/* The power of two of a BAR's size; 0 = there is none. */
static unsigned read_bar_bits(const struct target *t, unsigned number)
{
	struct pci_range bars[PCI_BARS];
	uint64_t size;
	unsigned bits = 0;

	if (pci_read_bars(t->root, &t->about.function->address, bars) < 0 ||
	    bars[number].end == 0)
		return 0;
	size = bars[number].end - bars[number].start + 1;
	while (size >>= 1)
		bits++;
	return bits;
}

static void format_offer(uint64_t offer, char *text, size_t size)
{
	char one[SIZE_TEXT];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned bit = 0; bit + MEBIBYTE_BITS <= MAX_BITS; bit++) {
		if (!(offer & 1ULL << bit))
			continue;
		format_size(bit + MEBIBYTE_BITS, one);
		sys_format(text + used, size - used, " %s", one);
		used = strlen(text);
	}
}

/* The power of two to set: wanted, or the largest one; 0 when the card has no such. */
static unsigned choose_bits(uint64_t offer, unsigned wanted)
{
	for (unsigned bit = MAX_BITS - MEBIBYTE_BITS + 1; bit-- > 0;) {
		if (offer & 1ULL << bit &&
		    (wanted == CONF_BAR_MAX || wanted == bit + MEBIBYTE_BITS))
			return bit + MEBIBYTE_BITS;
	}
	return 0;
}

static void write_bar(const struct target *t, unsigned number, const char *attribute,
		      unsigned bits, uint8_t *before)
{
	char value[SIZE_TEXT], wanted[SIZE_TEXT], old[SIZE_TEXT], now[SIZE_TEXT];
	struct trace_about about = t->about;
	unsigned was = read_bar_bits(t, number), is;
	int error = 0;

	format_size(bits, wanted);
	format_was(was, old);
	if (was != bits) {
		*before = (uint8_t)was;
		sys_format(value, sizeof(value), "%u", bits - MEBIBYTE_BITS);
		error = write_value(t->root, &about.function->address, attribute, value);
		about.duration = trace_clock(t->trace);
	}
	is = read_bar_bits(t, number);
	format_was(is, now);
	about.error = -error;
	if (is == bits && was == bits)
		trace_add(t->trace, TRACE_SETTING_MADE, &about, "BAR %u: %s, as before",
			  number, now);
	else if (is == bits)
		trace_add(t->trace, TRACE_SETTING_MADE, &about, "BAR %u: %s, before %s",
			  number, now, old);
	else
		trace_add(t->trace, TRACE_SETTING_FAILED, &about,
			  "BAR %u: wanted %s, it is %s", number, wanted, now);
}

static void set_bar(const struct target *t, unsigned number, unsigned wanted,
		    uint8_t *before)
{
	char attribute[20], value[SETTINGS_VALUE_SIZE], text[SIZE_TEXT],
		offer[SIZES_TEXT];
	char why[SIZE_TEXT + SIZES_TEXT + 32];
	uint64_t bits;
	int length;
	unsigned chosen;

	sys_format(attribute, sizeof(attribute), "resource%u_resize", number);
	length = read_value(t, attribute, value);
	if (length < 0) {
		say_absent(t, length, attribute);
		return;
	}
	if (sys_parse_number(value, (size_t)length, 16, UINT64_MAX, &bits) < 0) {
		fail(t, -EINVAL, attribute, "cannot be understood");
		return;
	}
	chosen = choose_bits(bits, wanted);
	if (chosen) {
		write_bar(t, number, attribute, chosen, before);
		return;
	}
	format_offer(bits, offer, sizeof(offer));
	if (wanted == CONF_BAR_MAX)
		sys_format(text, sizeof(text), "max");
	else
		format_size(wanted, text);
	sys_format(why, sizeof(why), "wanted %s, the card offers%s", text,
		   offer[0] ? offer : " nothing");
	fail(t, 0, attribute, why);
}

static bool is_gpu(const struct pci_function *function)
{
	return function->class_code >> 16 == PCI_CLASS_DISPLAY;
}

bool settings_are_for(const struct conf_rule *rule, const struct pci_function *function)
{
	bool any = rule->reset[0];

	for (unsigned i = 0; i < PCI_BARS; i++)
		any |= rule->bar_bits[i] != 0;
	return rule->d3cold != CONF_AS_IS || (any && is_gpu(function));
}

void settings_apply(const struct sys_root *root, struct trace *trace,
		    const struct trace_about *about, const struct conf_rule *rule,
		    struct settings_journal *journal)
{
	const struct target t = {root, trace, *about};

	if (rule->d3cold != CONF_AS_IS)
		set_text(&t, "d3cold_allowed", rule->d3cold == CONF_YES ? "1" : "0",
			 journal->d3cold, sizeof(journal->d3cold));
	if (!is_gpu(about->function))
		return;
	if (rule->reset[0])
		set_text(&t, "reset_method", rule->reset, journal->reset,
			 sizeof(journal->reset));
	for (unsigned i = 0; i < PCI_BARS; i++) {
		if (rule->bar_bits[i])
			set_bar(&t, i, rule->bar_bits[i], &journal->bar_bits[i]);
	}
}

unsigned settings_restore(const struct sys_root *root, const struct pci_address *address,
			  const struct settings_journal *journal)
{
	char attribute[20], value[SIZE_TEXT];
	unsigned failed = 0;

	if (journal->d3cold[0])
		failed += write_value(root, address, "d3cold_allowed", journal->d3cold) !=
			  0;
	if (journal->reset[0])
		failed += write_value(root, address, "reset_method", journal->reset) != 0;
	for (unsigned i = 0; i < PCI_BARS; i++) {
		if (journal->bar_bits[i] < MEBIBYTE_BITS)
			continue;
		sys_format(attribute, sizeof(attribute), "resource%u_resize", i);
		sys_format(value, sizeof(value), "%u",
			   journal->bar_bits[i] - MEBIBYTE_BITS);
		failed += write_value(root, address, attribute, value) != 0;
	}
	return failed;
}
