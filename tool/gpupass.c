// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass(8): reads the command line and starts one verb. Each verb is a file verb_*.c.
 */
#include "tool/gpupass.h"

#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAKES_KERNEL   1
#define TAKES_INTO     2
#define TAKES_OPERANDS 4
#define TAKES_JSON     8
#define TAKES_COLOUR   16
#define TAKES_CONF     32
#define TAKES_AFTER    64
#define TAKES_QUIET    128
#define AFTER_MAX      3600 /* seconds */
#define MESSAGE_SIZE   (2 * PATH_MAX)

static const struct verb {
	const char *name;
	enum status (*run)(const struct arguments *arguments);
	unsigned takes;
} verbs[] = {
	{"list", verb_list, TAKES_JSON | TAKES_COLOUR | TAKES_CONF},
	{"status", verb_status, TAKES_JSON | TAKES_QUIET},
	{"retry", verb_retry, 0},
	{"capture", verb_capture, 0},
	{"verify-image", verb_verify_image, TAKES_OPERANDS},
	{"modules", verb_modules, TAKES_KERNEL},
	{"keep", verb_keep, 0},
	{"image", verb_image, TAKES_KERNEL | TAKES_INTO},
	{"guard", verb_guard, TAKES_OPERANDS | TAKES_AFTER},
};

static const char help[] =
	"gpupass gives whole GPUs to virtual machines from the first moment of boot.\n"
	"\n"
	"  gpupass list                      the cards of this machine\n"
	"          [--json] [--color=auto|always|never]\n"
	"          [--conf ADDRESS]          the section of gpupass.conf for the card "
	"there\n"
	"  gpupass status [--json|--quiet]   does each rule hold, can a VM start? Exit "
	"status 0\n"
	"                                    only then\n"
	"  gpupass retry                     take the cards again after boots that died\n"
	"  gpupass capture                   this machine as text for a report\n"
	"  gpupass verify-image [IMAGE...]   look into boot images: is gpupass in there, "
	"the same\n"
	"                                    configuration, in the right order? Without "
	"IMAGE:\n"
	"                                    all of /boot/initrd.img-*, initramfs-*.img\n"
	"  gpupass modules --kernel VERSION  the modules that a kernel needs, in order\n"
	"  gpupass keep                      the PCI functions that the host runs from\n"
	"  gpupass image --kernel VERSION --into DIR\n"
	"                                    put gpupass into an image's tree (for its "
	"generator)\n"
	"  gpupass guard good|ended|forget   how this boot went (for the units)\n"
	"\n"
	"  --root DIR    work on the system below DIR instead of the running one\n"
	"  --help        this text\n"
	"  --version     the version\n"
	"\n"
	"Exit status: 0 good, 1 a finding or nothing to do, 2 usage, 3 something cannot "
	"be read\n"
	"or written. Cards are named in /etc/gpupass.conf, see gpupass.conf(5); after a "
	"change run\n"
	"update-initramfs -u -k all, or dracut -f --regenerate-all. What happened at boot:\n"
	"gpupass-log(8).\n";

static void print_message(const char *prefix, const char *format, va_list arguments)
{
	char message[MESSAGE_SIZE];

	vsnprintf(message, sizeof(message), format, arguments);
	fputs(prefix, stderr);
	print_line(stderr, message);
}

void warn_user(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message("W: gpupass: ", format, arguments);
	va_end(arguments);
}

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message("gpupass: ", format, arguments);
	va_end(arguments);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

/* A kernel's version becomes part of paths. */
static bool is_kernel_version(const char *text)
{
	return text[0] != '\0' && text[0] != '.' && strchr(text, '/') == NULL;
}

/* An option that the verb does not know is not passed over. */
static bool takes(const struct verb *verb, unsigned flag, const char *name, bool given)
{
	if (given && !(verb->takes & flag))
		complain("%s: takes no %s", verb->name, name);
	return !given || verb->takes & flag;
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

static bool complete(const struct verb *verb, struct arguments *arguments)
{
	if (!takes(verb, TAKES_KERNEL, "--kernel", arguments->kernel) ||
	    !takes(verb, TAKES_INTO, "--into", arguments->into) ||
	    !takes(verb, TAKES_JSON, "--json", arguments->json) ||
	    !takes(verb, TAKES_COLOUR, "--color", arguments->color) ||
	    !takes(verb, TAKES_CONF, "--conf", arguments->conf) ||
	    !takes(verb, TAKES_QUIET, "--quiet", arguments->quiet) ||
	    !takes(verb, TAKES_AFTER, "--after", arguments->after))
		return false;
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
	else if (!(verb->takes & TAKES_OPERANDS) && arguments->operand_count)
		complain("%s: \"%s\" is too much", verb->name, arguments->operands[0]);
	else
		return true;
	return false;
}

static bool put_option(int option, struct arguments *arguments)
{
	switch (option) {
	case 'k':
		arguments->kernel = optarg;
		return true;
	case 'i':
		arguments->into = optarg;
		return true;
	case 'r':
		arguments->root_path = optarg;
		return true;
	case 'j':
		arguments->json = true;
		return true;
	case 'o':
		arguments->color = optarg;
		return true;
	case 'c':
		arguments->conf = optarg;
		return true;
	case 'q':
		arguments->quiet = true;
		return true;
	case 'a':
		arguments->after = optarg;
		return true;
	default:
		return false;
	}
}

/* The verb's options and operands; false after a complaint. argv[0] is the verb. */
static bool parse_arguments(const struct verb *verb, int argc, char **argv,
			    struct arguments *ret_arguments)
{
	static const struct option options[] = {
		{"kernel", required_argument, NULL, 'k'},
		{"into", required_argument, NULL, 'i'},
		{"root", required_argument, NULL, 'r'},
		{"json", no_argument, NULL, 'j'},
		{"color", required_argument, NULL, 'o'},
		{"conf", required_argument, NULL, 'c'},
		{"quiet", no_argument, NULL, 'q'},
		{"after", required_argument, NULL, 'a'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*ret_arguments = (struct arguments){.root_path = SYS_DEFAULT_ROOT};
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (!put_option(option, ret_arguments)) {
			complain("%s: \"%s\" is no option of it, or lacks its value",
				 verb->name, argv[optind - 1]);
			return false;
		}
	}
	ret_arguments->operands = argv + optind;
	ret_arguments->operand_count = (unsigned)(argc - optind);
	return complete(verb, ret_arguments);
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
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("cannot write the output");
		return STATUS_CANNOT_READ;
	}
	return status;
}

static enum status usage(void)
{
	fputs("gpupass --help lists the verbs and their options\n", stderr);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	const struct verb *verb;
	struct arguments arguments;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(help, stdout) < 0;
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts("gpupass " GPUPASS_VERSION) < 0;
	if (argc < 2)
		return usage();
	verb = find_verb(argv[1]);
	if (!verb) {
		complain("there is no verb \"%s\"", argv[1]);
		return usage();
	}
	if (!parse_arguments(verb, argc - 1, argv + 1, &arguments))
		return usage();
	return run_verb(verb, &arguments);
}
