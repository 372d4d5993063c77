/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a verb's options from one table. An option that the verb does not know is never
 * passed over.
 */
#include "tool/arguments.h"

#include <getopt.h>
#include <stddef.h>
#include <string.h>

#define AFTER_MAX 3600 /* seconds */

static const struct row {
	const char *name;
	unsigned takes; /* what a verb has that knows it; 0 = every verb */
	int has_value;
	size_t field; /* of struct arguments: const char *, or bool when it has no value
		       */
} rows[] = {
	{"root", 0, required_argument, offsetof(struct arguments, root_path)},
	{"help", 0, no_argument, offsetof(struct arguments, help)},
	{"kernel", TAKES_KERNEL, required_argument, offsetof(struct arguments, kernel)},
	{"into", TAKES_INTO, required_argument, offsetof(struct arguments, into)},
	{"json", TAKES_JSON, no_argument, offsetof(struct arguments, json)},
	{"color", TAKES_COLOR, required_argument, offsetof(struct arguments, color)},
	{"conf", TAKES_CONF, required_argument, offsetof(struct arguments, conf)},
	{"quiet", TAKES_QUIET, no_argument, offsetof(struct arguments, quiet)},
	{"libvirt", TAKES_VM, no_argument, offsetof(struct arguments, libvirt)},
	{"qemu", TAKES_VM, no_argument, offsetof(struct arguments, qemu)},
	{"proxmox", TAKES_VM, no_argument, offsetof(struct arguments, proxmox)},
	{"kubevirt", TAKES_VM, no_argument, offsetof(struct arguments, kubevirt)},
	{"bus", TAKES_VM, required_argument, offsetof(struct arguments, bus)},
	{"after", TAKES_AFTER, required_argument, offsetof(struct arguments, after)},
	{"name", TAKES_NAME, required_argument, offsetof(struct arguments, name)},
	{"rebuild", TAKES_REBUILD, no_argument, offsetof(struct arguments, rebuild)},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* A kernel's version becomes part of paths. */
static bool is_kernel_version(const char *text)
{
	return text[0] != '\0' && text[0] != '.' && strchr(text, '/') == NULL;
}

static bool parse_seconds(struct arguments *arguments)
{
	uint64_t seconds;

	if (sys_parse_number(arguments->after, strlen(arguments->after), 10, AFTER_MAX,
			     &seconds) < 0)
		return false;
	arguments->seconds = (unsigned)seconds;
	return true;
}

/* What is needed is there, and the values are good. */
static bool complete(const struct verb *verb, struct arguments *arguments)
{
	if (verb->takes & TAKES_KERNEL && !arguments->kernel)
		complain("%s: --kernel VERSION is missing", verb->name);
	else if (arguments->kernel && !is_kernel_version(arguments->kernel))
		complain("%s: \"%s\" is not a kernel version", verb->name,
			 arguments->kernel);
	else if (verb->takes & TAKES_INTO && !arguments->into)
		complain("%s: --into DIR is missing", verb->name);
	else if (arguments->color &&
		 print_parse_colour(arguments->color, &arguments->colour) < 0)
		complain("%s: --color \"%s\": expected auto, always or never", verb->name,
			 arguments->color);
	else if (arguments->after && !parse_seconds(arguments))
		complain("%s: --after \"%s\": expected seconds, at most %d", verb->name,
			 arguments->after, AFTER_MAX);
	else if (arguments->json && arguments->quiet)
		complain("%s: --json and --quiet exclude each other", verb->name);
	else if (!(verb->takes & TAKES_OPERANDS) && arguments->operand_count)
		complain("%s: \"%s\" is too much", verb->name, arguments->operands[0]);
	else
		return true;
	return false;
}

static bool put(const struct verb *verb, const struct row *row,
		struct arguments *arguments)
{
	char *field = (char *)arguments + row->field;

	if (row->takes && !(verb->takes & row->takes)) {
		complain("%s: takes no --%s", verb->name, row->name);
		return false;
	}
	if (row->has_value == required_argument)
		memcpy(field, &optarg, sizeof(optarg));
	else
		*(bool *)field = true;
	return true;
}

static void fill_options(struct option *options)
{
	for (size_t i = 0; i < ROWS; i++) {
		options[i].name = rows[i].name;
		options[i].has_arg = rows[i].has_value;
		options[i].val = (int)i + 1;
	}
}

bool arguments_parse(const struct verb *verb, int argc, char **argv,
		     struct arguments *ret_arguments)
{
	struct option options[ROWS + 1] = {{NULL, 0, NULL, 0}};
	int option;

	fill_options(options);
	*ret_arguments = (struct arguments){.root_path = SYS_DEFAULT_ROOT};
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?') {
			complain("%s: \"%s\" is no option of it, or lacks its value",
				 verb->name, argv[optind - 1]);
			return false;
		}
		if (!put(verb, &rows[option - 1], ret_arguments))
			return false;
	}
	ret_arguments->operands = argv + optind;
	ret_arguments->operand_count = (unsigned)(argc - optind);
	return ret_arguments->help || complete(verb, ret_arguments);
}
