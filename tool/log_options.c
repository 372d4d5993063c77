/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of gpupass-log. Of two options that contradict each other the later
 * one counts.
 */
#include "tool/log.h"

#include <getopt.h>
#include <string.h>

#include "tool/names.h"

static const char usage[] =
	"Usage: gpupass-log [OPTION]...\n"
	"Shows what gpupass did in this boot.\n"
	"\n"
	"Which records:\n"
	"      --card NAME       only those of the card of this name\n"
	"  -p, --priority LEVEL  only this level and worse, or a range FROM..TO:\n"
	"                        emerg alert crit error warning notice info debug, or 0 "
	"to 7\n"
	"  -k, --kernel          only lines of the kernel's log\n"
	"      --no-kernel       no lines of the kernel's log\n"
	"  -F, --file FILE       those in FILE; - is standard input\n"
	"      --root DIR        those of the system below DIR\n"
	"\n"
	"In which form:\n"
	"      --explain         what each refusal and failure means, and what to do\n"
	"      --last-crash      what is known of the last boot that died, instead\n"
	"  -t, --monotonic       seconds since the start of the kernel, not the clock\n"
	"      --json            one JSON object a line\n"
	"      --plot            a drawing on a time axis, as SVG\n"
	"      --color WHEN      auto, always or never\n"
	"      --no-pager        straight to the terminal\n"
	"\n"
	"  -h, --help            this text\n"
	"      --version         the version\n";

enum {
	OPTION_CARD = 256,
	OPTION_COLOR,
	OPTION_EXPLAIN,
	OPTION_JSON,
	OPTION_LAST_CRASH,
	OPTION_NO_KERNEL,
	OPTION_NO_PAGER,
	OPTION_PLOT,
	OPTION_ROOT,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{"card", required_argument, NULL, OPTION_CARD},
	{"color", required_argument, NULL, OPTION_COLOR},
	{"explain", no_argument, NULL, OPTION_EXPLAIN},
	{"file", required_argument, NULL, 'F'},
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, OPTION_JSON},
	{"kernel", no_argument, NULL, 'k'},
	{"last-crash", no_argument, NULL, OPTION_LAST_CRASH},
	{"monotonic", no_argument, NULL, 't'},
	{"no-kernel", no_argument, NULL, OPTION_NO_KERNEL},
	{"no-pager", no_argument, NULL, OPTION_NO_PAGER},
	{"plot", no_argument, NULL, OPTION_PLOT},
	{"priority", required_argument, NULL, 'p'},
	{"root", required_argument, NULL, OPTION_ROOT},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

/* "warning" is that and everything worse, "error..notice" a range, in either order. */
static int parse_priority(const char *text, struct log_options *options)
{
	const char *dots = strstr(text, "..");
	size_t length = dots == NULL ? strlen(text) : (size_t)(dots - text);
	int from = names_parse_level(text, length), to = from;

	if (dots == NULL)
		from = from < 0 ? from : 0;
	else
		to = names_parse_level(dots + 2, strlen(dots + 2));
	if (from < 0 || to < 0)
		return -1;
	options->level_from = (unsigned)(from < to ? from : to);
	options->level_to = (unsigned)(from < to ? to : from);
	return 0;
}

static bool complain(const char *option, const char *expected)
{
	log_complain("%s \"%s\": expected %s", option, optarg, expected);
	return false;
}

/* Options that say which records. False when the argument is wrong. */
static bool set_choice(int option, struct log_options *options)
{
	switch (option) {
	case OPTION_CARD:
		options->card = optarg;
		break;
	case 'p':
		if (parse_priority(optarg, options) < 0)
			return complain("--priority", "a level or FROM..TO, see --help");
		break;
	case 'k':
		options->kernel = LOG_KERNEL_ONLY;
		break;
	case OPTION_NO_KERNEL:
		options->kernel = LOG_KERNEL_NONE;
		break;
	case 'F':
		options->file = optarg;
		break;
	case OPTION_ROOT:
		options->root = optarg;
		break;
	default:
		return false;
	}
	return true;
}

/* Options that say in which form. */
static bool set_option(int option, struct log_options *options)
{
	switch (option) {
	case OPTION_EXPLAIN:
		options->explain = true;
		break;
	case 't':
		options->monotonic = true;
		break;
	case OPTION_JSON:
		options->form = LOG_JSON;
		break;
	case OPTION_PLOT:
		options->form = LOG_PLOT;
		break;
	case OPTION_COLOR:
		if (print_parse_colour(optarg, &options->colour) < 0)
			return complain("--color", "auto, always or never");
		break;
	case OPTION_NO_PAGER:
		options->no_pager = true;
		break;
	case OPTION_LAST_CRASH:
		options->last_crash = true;
		break;
	default:
		return set_choice(option, options);
	}
	return true;
}

/* What getopt_long() does not take; its own messages have the words as they are. */
static void complain_of_option(char **argv)
{
	static const char reason[] =
		"no such option, or its argument is missing, or it takes none; see --help";

	/* Of several in one word it names the letter, and the word is not the last one.
	 */
	if (optopt > 0 && optopt < OPTION_CARD)
		log_complain("-%c: %s", optopt, reason);
	else
		log_complain("%s: %s", argv[optind - 1], reason);
}

bool log_parse_options(int argc, char **argv, struct log_options *ret_options,
		       enum log_status *ret_status)
{
	int option;

	*ret_options =
		(struct log_options){.root = SYS_DEFAULT_ROOT, .level_to = UINT8_MAX};
	*ret_status = LOG_GOOD;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "F:hkp:t", long_options, NULL)) != -1) {
		if (option == '?')
			complain_of_option(argv);
		if (option == 'h') {
			fputs(usage, stdout);
			return false;
		}
		if (option == OPTION_VERSION) {
			puts("gpupass-log " GPUPASS_VERSION);
			return false;
		}
		if (!set_option(option, ret_options)) {
			*ret_status = LOG_USAGE;
			return false;
		}
	}
	if (optind == argc)
		return true;
	log_complain("%s: no argument is expected", argv[optind]);
	*ret_status = LOG_USAGE;
	return false;
}
