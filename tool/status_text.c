/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report for people: a block a card, then the boot, the guard and the image.
 */
#include <stdio.h>
#include <string.h>

#include "tool/names.h"
#include "tool/print.h"
#include "tool/status.h"

#define COLUMNS 4
#define WIDTH   80

struct row {
	char address[PCI_ADDRESS_SIZE];
	char id[16];
	char driver[PRINT_ESCAPED_SIZE(PCI_DRIVER_SIZE)];
	struct print_cell cells[COLUMNS];
};

static const char *name_driver(const struct status_function *function)
{
	if (function->stuck)
		return "not looked at";
	if (function->gone)
		return "not there";
	return function->now.driver[0] ? function->now.driver : "no driver";
}

/* As it is now; as it was at boot where it is not to be seen. */
static void make_row(const struct status_function *function, struct row *row)
{
	const struct pci_function *now = &function->now;
	const char *driver = name_driver(function);
	bool seen = !function->stuck && !function->gone;

	memset(row, 0, sizeof(*row));
	pci_format_address(&function->address, row->address);
	if (seen || function->has_ids) {
		snprintf(row->id, sizeof(row->id), "%04x:%04x",
			 seen ? now->vendor : function->vendor,
			 seen ? now->device : function->device);
		row->cells[2].text =
			names_pci_class(seen ? now->class_code : function->class_code);
	}
	print_escape(driver, strlen(driver), row->driver);
	row->cells[0].text = row->address;
	row->cells[1].text = row->id;
	row->cells[3].text = row->driver;
}

static void put_functions(const struct status_card *card)
{
	unsigned widths[COLUMNS] = {0};
	struct row row;

	for (unsigned i = 0; i < card->function_count; i++) {
		make_row(&card->functions[i], &row);
		print_measure_row(row.cells, COLUMNS, widths);
	}
	for (unsigned i = 0; i < card->function_count; i++) {
		make_row(&card->functions[i], &row);
		fputs("  ", stdout);
		print_row(stdout, row.cells, COLUMNS, widths, false);
	}
}

static void put_finding(const struct status_finding *finding)
{
	char text[STATUS_TEXT_SIZE + PCI_ADDRESS_SIZE + 2], address[PCI_ADDRESS_SIZE];

	pci_format_address(&finding->function, address);
	snprintf(text, sizeof(text), "%s%s%s", finding->has_function ? address : "",
		 finding->has_function ? ": " : "", finding->text);
	print_hanging(stdout, "  - ", text, WIDTH);
	if (finding->remedy)
		print_folded(stdout, finding->remedy, 4, WIDTH);
}

static void put_card(const struct status_card *card)
{
	char name[PRINT_ESCAPED_SIZE(TRACE_CARD_SIZE)];

	print_escape(card->name, strlen(card->name), name);
	printf("%s: %s\n", name, status_headline(card));
	put_functions(card);
	for (unsigned i = 0; i < card->finding_count; i++)
		put_finding(&card->findings[i]);
}

static void put_boot(const struct status_report *report)
{
	char text[STATUS_TEXT_SIZE];
	const char *remedy;

	if (!status_explain_boot(report, text, &remedy))
		return;
	print_hanging(stdout, "boot: ", text, WIDTH);
	print_folded(stdout, remedy, 6, WIDTH);
}

static void put_guard(const struct status_report *report)
{
	char text[STATUS_TEXT_SIZE], words[STATUS_TEXT_SIZE + 128];

	status_explain_guard(report, text);
	print_hanging(stdout, "guard: ", text, WIDTH);
	if (strcmp(status_guard_word(report), "proven") == 0 ||
	    !status_last_words(report, text))
		return;
	snprintf(words, sizeof(words),
		 "the last boot that died: %s; gpupass-log --last-crash says more", text);
	print_folded(stdout, words, 7, WIDTH);
}

static void put_errors(const struct status_report *report)
{
	const struct conf *conf = &report->config.conf;
	char raw[256], message[PRINT_ESCAPED_SIZE(sizeof(raw))];

	for (unsigned i = 0; i < conf->error_count && i < CONF_MAX_ERRORS; i++) {
		conf_format_error(&conf->errors[i], raw, sizeof(raw));
		print_escape(raw, strlen(raw), message);
		print_hanging(stdout, "error: ", message, WIDTH);
	}
	if (conf->error_count > CONF_MAX_ERRORS)
		printf("error: and %u more\n", conf->error_count - CONF_MAX_ERRORS);
}

void status_text(const struct status_report *report)
{
	if (report->card_count == 0 && report->weight == STATUS_REMARK) {
		puts("no card is named in /etc/gpupass.conf: gpupass list shows what "
		     "there is");
		return;
	}
	for (unsigned i = 0; i < report->card_count; i++)
		put_card(&report->cards[i]);
	put_boot(report);
	put_guard(report);
	print_hanging(stdout, "image: ", status_explain_image(report), WIDTH);
	put_errors(report);
}
