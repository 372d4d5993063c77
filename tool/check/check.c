/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The findings, and what several sides ask.
 */
#include "tool/check/check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/log_explain.h"

/* When there is no room left, the last one that weighs less gives way. */
static struct check_finding *make_room(struct check *check, enum check_weight weight)
{
	static struct check_finding nowhere;

	if (check->finding_count < CHECK_MAX_FINDINGS)
		return &check->findings[check->finding_count++];
	check->dropped++;
	for (unsigned i = CHECK_MAX_FINDINGS; i > 0; i--) {
		if (check->findings[i - 1].weight < weight)
			return &check->findings[i - 1];
	}
	return &nowhere;
}

struct check_finding *check_add(struct check *check, enum check_weight weight,
				const char *kind, const char *format, ...)
{
	struct check_finding *finding = make_room(check, weight);
	va_list arguments;

	memset(finding, 0, sizeof(*finding));
	finding->weight = weight;
	snprintf(finding->kind, sizeof(finding->kind), "%s", kind);
	va_start(arguments, format);
	vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
	return finding;
}

void check_set_function(struct check_finding *finding, const struct pci_address *address)
{
	finding->has_function = true;
	finding->function = *address;
}

void check_set_reason(struct check_finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->reason, sizeof(finding->reason), format, arguments);
	va_end(arguments);
}

void check_set_remedy(struct check_finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->remedy, sizeof(finding->remedy), format, arguments);
	va_end(arguments);
}

/* A sentence as a part of a line: without its capital and its full stop. */
static void put_sentence(char *text, const char *sentence)
{
	size_t length;

	snprintf(text, CHECK_TEXT_SIZE, "%s", sentence);
	length = strlen(text);
	if (length > 0 && text[length - 1] == '.')
		text[length - 1] = '\0';
	if (length > 1 && !isupper((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
}

void check_explain(const struct check *check, uint16_t event,
		   struct check_finding *finding)
{
	const struct log_explanation *explanation = log_explain(event);
	const char *rebuild;
	char advice[CHECK_TEXT_SIZE];

	if (!explanation)
		return;
	put_sentence(finding->reason, explanation->meaning);
	put_sentence(advice, explanation->advice);
	rebuild = strstr(advice, LOG_EXPLAIN_REBUILD);
	if (rebuild)
		check_set_remedy(finding, "%.*s%s%s", (int)(rebuild - advice), advice,
				 check->rebuild, rebuild + strlen(LOG_EXPLAIN_REBUILD));
	else
		check_set_remedy(finding, "%s", advice);
}

/* A stable order without another array: each goes before the first that weighs less. */
void check_sort(struct check *check)
{
	for (unsigned i = 1; i < check->finding_count; i++) {
		struct check_finding finding = check->findings[i];
		unsigned at = i;

		for (; at > 0 && check->findings[at - 1].weight < finding.weight; at--)
			check->findings[at] = check->findings[at - 1];
		check->findings[at] = finding;
	}
}

unsigned check_count(const struct check *check, enum check_weight weight)
{
	unsigned count = 0;

	for (unsigned i = 0; i < check->finding_count; i++)
		count += check->findings[i].weight == weight;
	return count;
}

const char *check_weight_name(enum check_weight weight)
{
	static const char *const names[] = {
		[CHECK_NOTE] = "note",
		[CHECK_WARNING] = "warning",
		[CHECK_ERROR] = "error",
	};

	return names[weight];
}

bool check_is_taken(const struct check *check, const struct pci_address *address)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		if (!check->plans[i].refusal &&
		    card_index(&check->plans[i].card, address) >= 0)
			return true;
	}
	return false;
}

void check_without_item(const char *word, const char *item, char *text, size_t size)
{
	size_t name = strcspn(word, "="), used = 0;

	text[0] = '\0';
	for (const char *at = word + name; *at;) {
		size_t length = strcspn(++at, ",");

		if (length != strlen(item) || memcmp(at, item, length) != 0) {
			sys_format(text + used, size - used, "%.*s%s%.*s",
				   used ? 0 : (int)name, word, used ? "," : "=",
				   (int)length, at);
			used = strlen(text);
		}
		at += length;
	}
}

bool check_has_groups(const struct check *check)
{
	for (unsigned i = 0; i < check->cards.function_count; i++) {
		if (check->cards.functions[i].iommu_group >= 0)
			return true;
	}
	return false;
}

bool check_log_has(const struct check *check, const char *text)
{
	return check->has_log && strstr(check->log, text);
}
