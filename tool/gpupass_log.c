/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass-log: shows what gpupass did in this boot. Reads the trace once, whole, and
 * writes nothing but its output.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tool/log.h"

static const char usage[] = "Usage: gpupass-log [OPTION]...\n"
			    "Shows what gpupass did in this boot.\n"
			    "\n"
			    "      --card NAME   only the card of this name\n"
			    "  -F, --file FILE   read FILE, - is standard input\n"
			    "      --json        one JSON object a line\n"
			    "      --root DIR    read the trace of the system below DIR\n"
			    "  -h, --help        show this text\n"
			    "      --version     show the version\n";

enum { OPTION_CARD = 256, OPTION_JSON, OPTION_ROOT, OPTION_VERSION };

static const struct option long_options[] = {
	{"card", required_argument, NULL, OPTION_CARD},
	{"file", required_argument, NULL, 'F'},
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, OPTION_JSON},
	{"root", required_argument, NULL, OPTION_ROOT},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

/* Whether there is something to do; else ret_status is how to end. */
static bool parse_options(int argc, char **argv, struct log_options *options,
			  enum log_status *ret_status)
{
	int option;

	while ((option = getopt_long(argc, argv, "F:h", long_options, NULL)) != -1) {
		switch (option) {
		case OPTION_CARD:
			options->card = optarg;
			break;
		case 'F':
			options->file = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			*ret_status = LOG_GOOD;
			return false;
		case OPTION_JSON:
			options->json = true;
			break;
		case OPTION_ROOT:
			options->root = optarg;
			break;
		case OPTION_VERSION:
			puts("gpupass-log " GPUPASS_VERSION);
			*ret_status = LOG_GOOD;
			return false;
		default:
			*ret_status = LOG_USAGE;
			return false;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "gpupass-log: %s: no argument is expected\n",
			argv[optind]);
		*ret_status = LOG_USAGE;
		return false;
	}
	return true;
}

static bool is_wanted(const struct trace_record *record,
		      const struct log_options *options)
{
	return options->card == NULL ||
	       (strlen(options->card) <= TRACE_CARD_SIZE &&
		strncmp(record->card, options->card, TRACE_CARD_SIZE) == 0);
}

/* Records that the options want, on the heap; NULL when there is no memory. */
static struct trace_record *select_records(const struct ring *ring,
					   const struct log_options *options,
					   unsigned *ret_count)
{
	/* One more, so that an empty trace is not taken for missing memory. */
	struct trace_record *records = calloc(ring->count + 1, sizeof(*records));

	*ret_count = 0;
	for (unsigned i = 0; records != NULL && i < ring->count; i++) {
		ring_read(ring, i, &records[*ret_count]);
		if (is_wanted(&records[*ret_count], options))
			(*ret_count)++;
	}
	return records;
}

static enum log_status print_view(const struct log_view *view,
				  const struct log_options *options)
{
	if (options->json)
		log_print_json(view, stdout);
	else
		log_print_text(view, options, stdout);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("gpupass-log: standard output");
		return LOG_UNREADABLE;
	}
	if (view->trace->ring.cut > 0)
		return LOG_UNREADABLE;
	if (view->count > 0)
		return LOG_GOOD;
	fprintf(stderr, "gpupass-log: %s\n",
		view->trace->ring.count > 0 ? "no record matches"
					    : "the trace holds no record");
	return LOG_NOTHING;
}

static enum log_status show_trace(const struct log_options *options)
{
	static struct log_trace trace; /* too big for a stack that may be small */
	struct log_view view = {.trace = &trace};
	struct trace_record *records;
	enum log_status status = log_open(options, &trace);

	if (status != LOG_GOOD)
		return status;
	records = select_records(&trace.ring, options, &view.count);
	if (records == NULL) {
		perror("gpupass-log");
		status = LOG_UNREADABLE;
	} else {
		view.records = records;
		status = print_view(&view, options);
	}
	free(records);
	log_close(&trace);
	return status;
}

int main(int argc, char **argv)
{
	struct log_options options = {.root = SYS_DEFAULT_ROOT};
	enum log_status status;

	if (!parse_options(argc, argv, &options, &status))
		return (int)status;
	return (int)show_trace(&options);
}
