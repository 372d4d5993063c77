/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine: text to a fixture tree. Reads machine files, whose format is in
 * tests/machines/README, and makes below DIR what a kernel would show of them. Knows
 * nothing of gpupass.
 *
 *	machine LIBRARY DIR FILE...
 */
#include "tests/cli/machine/function.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/machine/tree.h"

#define MAX_DEPTH       4     /* of machines that begin with another one */
#define MAX_DIRECTORIES 65536 /* that patterns name, once more for each line */
#define MAX_PADDING     (1024 * 1024)

static int library; /* directory of NAME.machine */

/* Where the reading is. */
static struct position {
	const char *name;
	unsigned line, depth;
	char directories[PATH_MAX]; /* what the last P: named */
	char here[PATH_MAX];        /* the one of them that is at work */
	char file[PATH_MAX];        /* what a | line goes on with; empty = nothing */
	unsigned named;             /* directories so far */
} at = {.name = "command line"};

static void read_machine(const char *name, FILE *input);

void tree_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "machine: %s:%u: ", at.name, at.line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(1);
}

static int hex_value(const char *two)
{
	char text[3] = {two[0], two[0] ? two[1] : '\0', '\0'};
	char *end;
	long value = strtol(text, &end, 16);

	return isxdigit((unsigned char)text[0]) && end == text + 2 ? (int)value : -1;
}

/* \n \r \t \0 \\ and \xHH to bytes, in place. A newline follows, unless \c ends the text.
 * Returns the length; there is no NUL. */
static size_t unescape(char *text)
{
	static const char from[] = "nrt0\\", to[] = "\n\r\t\0\\";
	char *out = text;

	for (char *in = text; *in; in++) {
		const char *known;

		if (*in != '\\') {
			*out++ = *in;
			continue;
		}
		in++;
		known = *in ? strchr(from, *in) : NULL;
		if (*in == 'c' && in[1] == '\0')
			return (size_t)(out - text);
		if (*in == 'x' && hex_value(in + 1) >= 0) {
			*out++ = (char)hex_value(in + 1);
			in += 2;
		} else if (known) {
			*out++ = to[known - from];
		} else {
			tree_fail("\\%c: expected \\n \\r \\t \\0 \\\\ \\xHH, or \\c at "
				  "the end",
				  *in);
		}
	}
	*out++ = '\n';
	return (size_t)(out - text);
}

/* Cuts "NAME=VALUE" in two; NULL when there is no value. */
static char *split_value(char *text)
{
	char *equals = strchr(text, '=');

	if (equals)
		*equals++ = '\0';
	return equals;
}

/* Without a value the file begins empty, and | lines fill it. */
static void put_file(const char *directory, char *text)
{
	char *value = split_value(text);
	size_t length = value ? unescape(value) : 0;

	if (text[0] == '\0')
		tree_fail("expected a name before =");
	tree_join(at.file, "%s%s", directory, text);
	if (text[strlen(text) - 1] == '/')
		tree_make_directories(at.file, false);
	else
		tree_write(at.file, O_TRUNC, value ? value : "", length);
}

static void put_attribute(char *text)
{
	char directory[PATH_MAX];

	tree_join(directory, "%s/", at.here);
	put_file(directory, text);
}

static void put_other_file(char *text)
{
	put_file("", text);
}

static void put_directory(char *text)
{
	(void)text;
	tree_make_directories(at.here, true);
	tree_complete_directory(at.here);
}

static void put_link(char *text)
{
	char *target = split_value(text);
	char path[PATH_MAX];

	if (!target)
		tree_fail("expected L: NAME=TARGET");
	tree_join(path, "%s/%s", at.here, text);
	tree_link(path, target);
	tree_complete_link(at.here, text, target);
}

static void put_other_link(char *text)
{
	char *target = split_value(text);

	if (!target)
		tree_fail("expected S: PATH=TARGET");
	tree_link(text, target);
}

static void remove_path(char *text)
{
	tree_remove(text);
}

/* "PATH=SIZE BYTE": makes a file longer than anybody wants to read. */
static void pad_file(char *text)
{
	char *value = split_value(text), *byte = value ? strchr(value, ' ') : NULL,
	     *padding;
	struct stat status;
	long size;

	if (!byte || byte[1] == '\0' || stat(text, &status) < 0)
		tree_fail("expected Z: PATH=SIZE BYTE, and PATH to be there");
	size = strtol(value, NULL, 10);
	if (size <= 0 || size > MAX_PADDING)
		tree_fail("%ld: expected a size of at most %d", size, MAX_PADDING);
	size -= (long)status.st_size;
	if (size <= 0)
		tree_fail("%s is that long already", text);
	unescape(byte + 1);
	padding = malloc((size_t)size);
	if (!padding)
		tree_fail("out of memory");
	memset(padding, byte[1], (size_t)size);
	tree_write(text, O_APPEND, padding, (size_t)size);
	free(padding);
}

static void read_other_machine(char *text)
{
	char path[PATH_MAX];
	int fd;

	if (at.depth == MAX_DEPTH)
		tree_fail("machines begin with each other");
	tree_join(path, "%s.machine", text);
	fd = openat(library, path, O_RDONLY);
	if (fd < 0)
		tree_fail("%s: %s", path, strerror(errno));
	read_machine(path, fdopen(fd, "r"));
}

static void continue_file(char *text)
{
	size_t length = unescape(text);

	if (!at.file[0])
		tree_fail("there is no A: or F: that this line could go on with");
	tree_write(at.file, O_APPEND, text, length);
}

static const struct key {
	char key;
	void (*put)(char *text);
	/* Instead, in each of the directories that the last P: named. */
	void (*put_each)(char *text);
	void (*describe)(const char *here, const char *text);
} keys[] = {
	{'M', .put = read_other_machine},
	{'P', .put_each = put_directory},
	{'A', .put_each = put_attribute},
	{'L', .put_each = put_link},
	{'F', .put = put_other_file},
	{'S', .put = put_other_link},
	{'X', .put = remove_path},
	{'Z', .put = pad_file},
	{'I', .describe = function_identify},
	{'T', .describe = function_set_type},
	{'B', .describe = function_set_bar},
	{'D', .describe = function_set_driver},
	{'G', .describe = function_set_group},
	{'K', .describe = function_depend},
};

/* Puts text into every directory that the pattern names: [00-1f] is each number of as
 * many hexadecimal digits from 00 to 1f. */
static void put_everywhere(const char *pattern, const struct key *key, const char *text)
{
	char path[PATH_MAX], copy[PATH_MAX];
	const char *open = strchr(pattern, '[');
	unsigned first, last;
	int digits = 0, end = 0;

	if (at.named++ == MAX_DIRECTORIES)
		tree_fail("more than %u directories", MAX_DIRECTORIES);
	if (!open) {
		tree_join(at.here, "%s", pattern);
		tree_join(copy, "%s", text);
		key->put_each ? key->put_each(copy) : key->describe(at.here, text);
		return;
	}
	if (sscanf(open, "[%x%n-%x]%n", &first, &digits, &last, &end) != 2 || end == 0 ||
	    last - first > 255)
		tree_fail("\"%s\": expected a range such as [00-1f]", open);
	for (unsigned i = first; i <= last; i++) {
		tree_join(path, "%.*s%0*x%s", (int)(open - pattern), pattern, digits - 1,
			  i, open + end);
		put_everywhere(path, key, text);
	}
}

static void put_text(const struct key *key, char *text)
{
	at.file[0] = '\0';
	if (key->key == 'P')
		tree_join(at.directories, "sys/%s", text);
	if (!key->put && !at.directories[0])
		tree_fail("expected P: first");
	if (key->put)
		key->put(text);
	else
		put_everywhere(at.directories, key, text);
	/* A | line has one file to go on with. */
	if (!key->put && strchr(at.directories, '['))
		at.file[0] = '\0';
}

static void read_line(char *line)
{
	if (*line == '\0' || *line == '#')
		return;
	if (*line == '|') {
		continue_file(line[1] == ' ' ? line + 2 : line + 1);
		return;
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (line[0] != keys[i].key || line[1] != ':' || line[2] != ' ' ||
		    !line[3])
			continue;
		put_text(&keys[i], line + 3);
		return;
	}
	tree_fail("\"%s\": expected a key such as P: and text, | or #", line);
}

static void read_machine(const char *name, FILE *input)
{
	struct position outer = at;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	at = (struct position){.name = name, .depth = outer.depth + 1};
	while (input && (length = getline(&line, &size, input)) > 0) {
		at.line++;
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		read_line(line);
	}
	if (!input || ferror(input))
		tree_fail("%s", strerror(errno));
	free(line);
	fclose(input);
	at = outer;
}

/* A machine file may come from a stranger: what it makes stays below here, whatever its
 * paths and links say. */
static void stay_below(void)
{
	if (chroot(".") < 0 && (unshare(CLONE_NEWUSER) < 0 || chroot(".") < 0))
		tree_fail("chroot: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	FILE **inputs = calloc((size_t)argc, sizeof(*inputs));

	if (argc < 4 || !inputs) {
		fprintf(stderr, "usage: machine LIBRARY DIR FILE...\n");
		return 2;
	}
	umask(022);
	library = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (library < 0)
		tree_fail("%s: %s", argv[1], strerror(errno));
	for (int i = 3; i < argc; i++) {
		inputs[i] = fopen(argv[i], "r");
		if (!inputs[i])
			tree_fail("%s: %s", argv[i], strerror(errno));
	}
	if ((mkdir(argv[2], 0755) < 0 && errno != EEXIST) || chdir(argv[2]) < 0)
		tree_fail("%s: %s", argv[2], strerror(errno));
	stay_below();
	tree_make_ground();
	for (int i = 3; i < argc; i++)
		read_machine(argv[i], inputs[i]);
	function_name_all();
	free(inputs);
	return 0;
}
