/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of the kernel's log, and whether they belong to the story. The words were taken
 * from the messages of Linux 5.10 to 6.12 and of older reports; no line is taken apart
 * further than its prefix, so that a new wording is still shown.
 */
#include "hook/core/kernel_log.h"

#include <string.h>

#define DEFAULT_LEVEL 6

/* A line with one of these is about the framebuffer, the IOMMU or vfio as such. Those
 * with one first letter stand in one text, each with a NUL behind it: a letter of a line
 * costs one look, and most of them no more. */
static const char *const stage_words[] = {
	"AMD-Vi\0",
	"BOOTFB\0",
	"Console: switching\0",
	"DMAR\0",
	"Intel-IOMMU\0",
	"VFIO\0",
	"efifb\0",
	"framebuffer at 0x\0",
	"iommu: \0",
	"simplefb\0simpledrm\0simple-framebuffer\0sysfb\0",
	"updating efifb address\0",
	"vgaarb\0vesafb\0vga console\0vfio\0",
};

/* By a letter's distance from 'A': the number of its text above, from 1; 0 = no word. */
static const uint8_t stage_letters[64] = {
	['A' - 'A'] = 1, ['B' - 'A'] = 2,  ['C' - 'A'] = 3,  ['D' - 'A'] = 4,
	['I' - 'A'] = 5, ['V' - 'A'] = 6,  ['e' - 'A'] = 7,  ['f' - 'A'] = 8,
	['i' - 'A'] = 9, ['s' - 'A'] = 10, ['u' - 'A'] = 11, ['v' - 'A'] = 12,
};

/* A line that is said of every function of the machine: only the cards' own is worth a
 * record. */
static const char every_function[] = "Adding to iommu group";

static bool begins(const char *text, size_t length, const char *word)
{
	size_t word_length = strlen(word);

	return word_length <= length && memcmp(text, word, word_length) == 0;
}

/* Whether one of words, which begin with the same letter as text, stands at its start. */
static bool begins_with_any(const char *text, size_t length, const char *words)
{
	for (; *words; words += strlen(words) + 1) {
		if (length > 1 && text[1] == words[1] && begins(text, length, words))
			return true;
	}
	return false;
}

static bool is_of_stage(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned letter = (unsigned char)text[i] - 'A', number;

		if (letter >= sizeof(stage_letters))
			continue;
		number = stage_letters[letter];
		if (number &&
		    begins_with_any(text + i, length - i, stage_words[number - 1]))
			return true;
	}
	return false;
}

static bool is_of_every_function(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == every_function[0] &&
		    begins(text + i, length - i, every_function))
			return true;
	}
	return false;
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The number of the function whose address has its first colon there: "10000:02:00.0"
 * does not name 0000:02:00.0. -1 = none of them. */
static int match_function(const char *text, size_t length, size_t colon,
			  const struct pci_address *functions, unsigned count)
{
	size_t start = colon;
	struct pci_address address;

	while (start > 0 && is_hex_digit(text[start - 1]))
		start--;
	if (length - colon < sizeof(":00:00.0") - 1 ||
	    pci_parse_address(text + start, colon - start + sizeof(":00:00.0") - 1,
			      &address) < 0)
		return -1;
	for (unsigned i = 0; i < count; i++) {
		if (pci_same_address(&functions[i], &address))
			return (int)i;
	}
	return -1;
}

/* The first of the functions that text names, wherever. */
static int find_function(const char *text, size_t length,
			 const struct pci_address *functions, unsigned count)
{
	const char *colon = text;
	int found = -1;

	while ((colon = memchr(colon, ':', length - (size_t)(colon - text)))) {
		int match = match_function(text, length, (size_t)(colon - text),
					   functions, count);

		if (match >= 0 && (found < 0 || match < found))
			found = match;
		colon++;
	}
	return found;
}

/* The kernel's own "Kernel command line: ..." and "Unknown kernel command line ...". */
static bool is_command_line(const char *text, size_t length)
{
	return begins(text, length, "Kernel command line: ") ||
	       begins(text, length, "Command line: ") ||
	       begins(text, length, "Unknown kernel command line ");
}

enum kernel_log_interest kernel_log_judge(const char *text, size_t length,
					  const struct pci_address *functions,
					  unsigned count, int *ret_function)
{
	static const char own[] = "gpupass:";

	*ret_function = -1;
	if (length >= sizeof(own) - 1 && memcmp(text, own, sizeof(own) - 1) == 0)
		return KERNEL_LOG_OTHER;
	/* Its words name functions, and nothing was done with one. */
	if (is_command_line(text, length))
		return KERNEL_LOG_OTHER;
	*ret_function = find_function(text, length, functions, count);
	if (*ret_function >= 0)
		return KERNEL_LOG_FUNCTION;
	if (is_of_stage(text, length) && !is_of_every_function(text, length))
		return KERNEL_LOG_GENERAL;
	return KERNEL_LOG_OTHER;
}

/* "<6>" or "<14>" (with a facility): the level is its lowest three bits. */
static void take_level(struct kernel_log_line *line)
{
	const char *end = memchr(line->text, '>', line->length < 8 ? line->length : 8);
	uint64_t number;
	size_t used;

	line->level = DEFAULT_LEVEL;
	if (line->length < 3 || line->text[0] != '<' || !end)
		return;
	used = (size_t)(end - line->text);
	if (sys_parse_number(line->text + 1, used - 1, 10, 0xffff, &number) < 0)
		return;
	line->level = number & 7;
	line->text += used + 1;
	line->length -= used + 1;
}

/* "[    1.234567] ": seconds and microseconds since the kernel's clock started. */
static void take_time(struct kernel_log_line *line)
{
	const char *end = memchr(line->text, ']', line->length < 32 ? line->length : 32);
	const char *start = line->text + 1, *dot;
	uint64_t seconds, micros;
	size_t used;

	line->has_time = false;
	line->time = 0;
	if (line->length < 3 || line->text[0] != '[' || !end)
		return;
	while (start < end && *start == ' ')
		start++;
	dot = memchr(start, '.', (size_t)(end - start));
	if (!dot || end - dot != 7 ||
	    sys_parse_number(start, (size_t)(dot - start), 10, UINT32_MAX, &seconds) <
		    0 ||
	    sys_parse_number(dot + 1, 6, 10, 999999, &micros) < 0)
		return;
	line->has_time = true;
	line->time = seconds * 1000000000U + micros * 1000U;
	used = (size_t)(end + 1 - line->text);
	if (used < line->length && line->text[used] == ' ')
		used++;
	line->text += used;
	line->length -= used;
}

bool kernel_log_next(const char **rest, size_t *rest_length,
		     struct kernel_log_line *ret_line)
{
	const char *newline;

	if (*rest_length == 0)
		return false;
	newline = memchr(*rest, '\n', *rest_length);
	ret_line->text = *rest;
	ret_line->length = newline ? (size_t)(newline - *rest) : *rest_length;
	*rest += ret_line->length + (newline ? 1 : 0);
	*rest_length -= ret_line->length + (newline ? 1 : 0);
	take_level(ret_line);
	take_time(ret_line);
	return true;
}

/* The number up to the next comma or semicolon; *at ends behind that. */
static bool take_field(const char *record, size_t length, size_t *at, uint64_t *ret_value)
{
	size_t start = *at, end = start;

	while (end < length && record[end] != ',' && record[end] != ';')
		end++;
	if (end == length || sys_parse_number(record + start, end - start, 10,
					      UINT64_MAX / 1000, ret_value) < 0)
		return false;
	*at = end + 1;
	return true;
}

bool kernel_log_parse_record(const char *record, size_t length,
			     struct kernel_log_line *ret_line)
{
	const char *semicolon = memchr(record, ';', length);
	uint64_t level, sequence, micros;
	const char *newline;
	size_t at = 0;

	if (!semicolon || !take_field(record, length, &at, &level) ||
	    !take_field(record, length, &at, &sequence) ||
	    !take_field(record, length, &at, &micros))
		return false;
	ret_line->level = level & 7;
	ret_line->has_time = true;
	ret_line->time = micros * 1000U;
	ret_line->text = semicolon + 1;
	ret_line->length = length - (size_t)(semicolon + 1 - record);
	newline = memchr(ret_line->text, '\n', ret_line->length);
	if (newline)
		ret_line->length = (size_t)(newline - ret_line->text);
	return true;
}
