// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass(8): starts one verb. Each verb is a file verb_*.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/arguments.h"

/* What could not be written is not lost in silence. */
static enum status finish(enum status status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	complain("cannot write the output");
	return STATUS_CANNOT_READ;
}

static enum status run_verb(const struct verb *verb, struct arguments *arguments)
{
	char *root = strdup(arguments->root_path);
	enum status status;
	size_t length;
	int error;

	if (!root) {
		complain("out of memory");
		return STATUS_CANNOT_READ;
	}
	error = sys_open_root(root, &arguments->root);
	if (error < 0) {
		complain("%s: %s", root, strerror(-error));
		free(root);
		return STATUS_CANNOT_READ;
	}
	for (length = strlen(root); length && root[length - 1] == '/'; length--)
		root[length - 1] = '\0';
	arguments->root_path = root;
	status = verb->run(arguments);
	sys_close_root(&arguments->root);
	free(root);
	return finish(status);
}

static enum status usage(void)
{
	fputs("gpupass --help lists the verbs\n", stderr);
	return STATUS_USAGE;
}

/* gpupass --help and --version; -1 when it is neither. */
static int show_itself(const char *option)
{
	if (strcmp(option, "--help") == 0)
		verbs_help();
	else if (strcmp(option, "--version") == 0)
		puts("gpupass " GPUPASS_VERSION);
	else
		return -1;
	return finish(STATUS_GOOD);
}

int main(int argc, char **argv)
{
	const struct verb *verb;
	struct arguments arguments;
	int status = argc == 2 ? show_itself(argv[1]) : -1;

	if (status >= 0)
		return status;
	if (argc < 2)
		return usage();
	verb = verbs_find(argv[1]);
	if (!verb) {
		complain("there is no verb \"%s\"", argv[1]);
		return usage();
	}
	if (!arguments_parse(verb, argc - 1, argv + 1, &arguments)) {
		fprintf(stderr, "gpupass %s --help shows its options\n", verb->name);
		return STATUS_USAGE;
	}
	if (arguments.help) {
		verbs_help_of(verb);
		return finish(STATUS_GOOD);
	}
	return run_verb(verb, &arguments);
}
