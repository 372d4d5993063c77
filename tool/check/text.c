/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report for people: what the next boot does, then the findings, worst first, each
 * with why and what to do.
 */
#include <stdio.h>
#include <string.h>

#include "tool/check/check.h"

#define WIDTH     80
#define LABEL     9 /* columns of "error: ", "why: ", "do: " */
#define HEAD_SIZE (CHECK_TEXT_SIZE + PATH_MAX + 128)
#define ESCAPED   PRINT_ESCAPED_SIZE(HEAD_SIZE)

/* A card that the IOMMU, which is off now, may or may not have a group for. */
static bool is_uncertain(const struct check *check, const struct plan *plan)
{
	return check->iommu_is_next && !check->switched_off &&
	       plan->refusal == TRACE_REFUSED_NO_GROUP;
}

static void put_plan(const struct check *check, const struct plan *plan)
{
	char address[PCI_ADDRESS_SIZE], label[CONF_MAX_NAME + 8], text[256];
	char drivers[192];

	snprintf(label, sizeof(label), "  %s: ", plan->rule->name);
	pci_format_address(&plan->address, address);
	plan_format_drivers(plan, drivers, sizeof(drivers));
	if (is_uncertain(check, plan))
		snprintf(text, sizeof(text),
			 "not known while the IOMMU is off, see below");
	else if (plan->refusal || check->switched_off)
		snprintf(text, sizeof(text), "stays with the host, see below");
	else
		snprintf(text, sizeof(text), "takes %s, %s", address, drivers);
	print_hanging(stdout, label, text, WIDTH);
}

static void put_plans(const struct check *check)
{
	unsigned count = check->config.conf.rule_count;

	puts(count ? "The next boot:" : "The next boot takes no card.");
	for (unsigned i = 0; i < count; i++)
		put_plan(check, &check->plans[i]);
}

static const enum print_style styles[] = {
	[CHECK_NOTE] = PRINT_DIM,
	[CHECK_WARNING] = PRINT_YELLOW,
	[CHECK_ERROR] = PRINT_RED,
};

/* "card win11, 0000:83:00.0, /etc/modprobe.d/x.conf:3: " */
static void format_about(const struct check_finding *finding, char *text, size_t size)
{
	char address[PCI_ADDRESS_SIZE];
	size_t used = 0;

	text[0] = '\0';
	if (finding->card[0])
		used += (size_t)snprintf(text + used, size - used, "card %s, ",
					 finding->card);
	if (finding->has_function) {
		pci_format_address(&finding->function, address);
		used += (size_t)snprintf(text + used, size - used, "%s, ", address);
	}
	if (finding->place.path[0] && finding->place.line)
		used += (size_t)snprintf(text + used, size - used, "/%s:%u, ",
					 finding->place.path, finding->place.line);
	else if (finding->place.path[0])
		used += (size_t)snprintf(text + used, size - used, "/%s, ",
					 finding->place.path);
	if (used)
		snprintf(text + used - 2, size - used + 2, ": ");
}

static void put_labelled(const char *name, const char *raw)
{
	char text[ESCAPED], label[LABEL + 1];

	if (!raw[0])
		return;
	print_escape(raw, strlen(raw), text);
	snprintf(label, sizeof(label), "%*s ", LABEL - 1, name);
	print_hanging(stdout, label, text, WIDTH);
}

/* A command that would be folded has a line of its own, to be copied as it is. */
static void put_remedy(const char *remedy)
{
	static const char run[] = "run: ";
	char before[CHECK_TEXT_SIZE], command[ESCAPED];
	const char *last = NULL;

	for (const char *at = strstr(remedy, run); at; at = strstr(at + 1, run))
		last = at;
	if (!last || strlen(remedy) <= WIDTH - LABEL || strchr(last, ';')) {
		put_labelled("do:", remedy);
		return;
	}
	snprintf(before, sizeof(before), "%.*s", (int)(last + strlen(run) - 1 - remedy),
		 remedy);
	put_labelled("do:", before);
	last += strlen(run);
	print_escape(last, strlen(last), command);
	printf("%*s%s\n", LABEL, "", command);
}

static void put_finding(const struct check_finding *finding, bool colour)
{
	char head[HEAD_SIZE], name[16];
	size_t used;

	format_about(finding, head, sizeof(head));
	used = strlen(head);
	snprintf(head + used, sizeof(head) - used, "%s [%s]", finding->text,
		 finding->kind);
	snprintf(name, sizeof(name), "%s:", check_weight_name(finding->weight));
	putchar('\n');
	print_begin_style(stdout, styles[finding->weight], colour);
	put_labelled(name, head);
	print_end_style(stdout, styles[finding->weight], colour);
	put_labelled("why:", finding->reason);
	put_remedy(finding->remedy);
}

static void put_count(unsigned count, const char *name, bool last)
{
	printf("%u %s%s%s", count, name, count == 1 ? "" : "s", last ? "\n" : ", ");
}

void check_text(const struct check *check, enum print_colour mode)
{
	bool colour = print_wants_colour(mode, stdout);

	put_plans(check);
	for (unsigned i = 0; i < check->finding_count; i++)
		put_finding(&check->findings[i], colour);
	if (check->dropped)
		printf("\nand %u more findings\n", check->dropped);
	putchar('\n');
	put_count(check_count(check, CHECK_ERROR), "error", false);
	put_count(check_count(check, CHECK_WARNING), "warning", false);
	put_count(check_count(check, CHECK_NOTE), "note", true);
}
