/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The script of faults: read once, asked at each step. What a fault does is the business
 * of whoever asks.
 */
#include "tests/cli/kernel/faults.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/kernel/tree.h"

#define LAST_ERRNO 133

/* The words after the name of a fault. */
static const struct {
	const char *name, *words;
} kinds[] = {
	[FAULT_PROBE_FAILS] = {"probe-fails", "dae"},
	[FAULT_BIND_LIES] = {"bind-lies", "a"},
	[FAULT_MATCHES] = {"matches", "da"},
	[FAULT_WRITE_FAILS] = {"write-fails", "we"},
	[FAULT_HANG] = {"hang", "w"},
	[FAULT_STUCK] = {"stuck", "w"},
	[FAULT_STUCK_READ] = {"stuck-read", "p"},
	[FAULT_DIE] = {"die", "w"},
	[FAULT_VANISH] = {"vanish", "aw"},
	[FAULT_LOSES] = {"loses", "aw"},
	[FAULT_READ_FAILS] = {"read-fails", "pe"},
	[FAULT_READONLY] = {"readonly", "p"},
	[FAULT_CALL_FAILS] = {"call-fails", "pe"},
	[FAULT_FORGETS] = {"forgets", "w"},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *fault_kind_name(enum fault_kind kind)
{
	return kinds[kind].name;
}

static int parse_errno(const char *word)
{
	for (int error = 1; error <= LAST_ERRNO; error++) {
		const char *name = strerrorname_np(error);

		if (name && strcmp(name, word) == 0)
			return error;
	}
	tree_fail("\"%s\": expected an errno such as EINVAL", word);
}

static void parse_word(struct fault *fault, char type, char *word)
{
	char *equals = strchr(word, '=');

	switch (type) {
	case 'd':
		tree_format(fault->driver, FAULT_WORD_SIZE, "%s", word);
		break;
	case 'a':
		tree_format(fault->address, FAULT_WORD_SIZE, "%s", word);
		break;
	case 'e':
		fault->error = parse_errno(word);
		break;
	case 'w':
		if (equals) {
			fault->has_text = true;
			tree_format(fault->text, FAULT_WORD_SIZE, "%s", equals + 1);
			*equals = '\0';
		}
		/* fall through */
	default:
		tree_format(fault->path, FAULT_WORD_SIZE, "%s", word);
	}
}

static void parse_line(char *line, struct fault *fault)
{
	char *rest, *word = strtok_r(line, " \n", &rest);
	size_t kind = 0;

	while (kind < KINDS && strcmp(kinds[kind].name, word) != 0)
		kind++;
	if (kind == KINDS)
		tree_fail("\"%s\": expected a fault as in tests/cli/kernel/faults.h",
			  word);
	memset(fault, 0, sizeof(*fault));
	fault->kind = (enum fault_kind)kind;
	for (const char *type = kinds[kind].words; *type; type++) {
		word = strtok_r(NULL, " \n", &rest);
		if (!word)
			tree_fail("%s: a word is missing", kinds[kind].name);
		parse_word(fault, *type, word);
	}
	if (strtok_r(NULL, " \n", &rest))
		tree_fail("%s: a word too many", kinds[kind].name);
}

void faults_read(const char *path, struct faults *ret_faults)
{
	FILE *input = fopen(path, "r");
	char line[4 * FAULT_WORD_SIZE];

	memset(ret_faults, 0, sizeof(*ret_faults));
	if (!input)
		tree_fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), input)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (ret_faults->count == FAULTS_MAX)
			tree_fail("%s: more than %d faults", path, FAULTS_MAX);
		parse_line(line, &ret_faults->faults[ret_faults->count++]);
	}
	fclose(input);
}

static struct fault *use(struct fault *fault)
{
	fault->used = true;
	return fault;
}

struct fault *faults_find_write(struct faults *faults, enum fault_kind kind,
				const char *path, const char *text)
{
	for (size_t i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->faults[i];

		if (fault->kind == kind && strcmp(fault->path, path) == 0 &&
		    (!fault->has_text || strcmp(fault->text, text) == 0))
			return use(fault);
	}
	return NULL;
}

/* One of several names with commas between them. */
static bool lists(const char *names, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(names, name); at; at = strstr(at + 1, name)) {
		if ((at == names || at[-1] == ',') && (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

/* The path itself, or for a readonly directory anything below it. */
static bool covers(const struct fault *fault, const char *path)
{
	size_t length = strlen(fault->path);

	if (fault->kind == FAULT_CALL_FAILS)
		return lists(fault->path, path);
	if (strcmp(fault->path, path) == 0)
		return true;
	return fault->kind == FAULT_READONLY && strncmp(fault->path, path, length) == 0 &&
	       path[length] == '/';
}

struct fault *faults_find_path(struct faults *faults, enum fault_kind kind,
			       const char *path)
{
	for (size_t i = 0; i < faults->count; i++) {
		if (faults->faults[i].kind == kind && covers(&faults->faults[i], path))
			return use(&faults->faults[i]);
	}
	return NULL;
}

struct fault *faults_find_function(struct faults *faults, enum fault_kind kind,
				   const char *driver, const char *address)
{
	for (size_t i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->faults[i];

		if (fault->kind == kind && strcmp(fault->address, address) == 0 &&
		    (!fault->driver[0] || strcmp(fault->driver, driver) == 0))
			return use(fault);
	}
	return NULL;
}

const struct fault *faults_find_unused(const struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++) {
		if (!faults->faults[i].used)
			return &faults->faults[i];
	}
	return NULL;
}
