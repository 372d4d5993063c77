/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sentences about a word of the kernel command line, for what was found of the boot
 * loader.
 */
#include <string.h>

#include "hook/core/words.h"
#include "tool/boot_loader.h"
#include "tool/shell_values.h"

/* The line of a configuration that has a word. */
struct search {
	const char *word;
	struct shell_values values; /* without one: what a line itself says */
	bool found;
	struct lines_place place;
};

static int found_in(struct search *search, const struct lines_place *place,
		    const char *words)
{
	if (!words_have(words, search->word))
		return 0;
	search->found = true;
	search->place = *place;
	return 1;
}

static int find_assigned(const struct lines_place *place, char *line, void *data)
{
	struct search *search = data;
	char text[SHELL_VALUES_SIZE];
	size_t variable;
	bool more;

	if (!shell_values_parse(&search->values, line, &variable, &more, text))
		return 0;
	return found_in(search, place, text);
}

static int find_words(const struct lines_place *place, char *line, void *data)
{
	return line[0] == '#' ? 0 : found_in(data, place, line);
}

static bool find_place(const struct sys_root *root, const struct boot_loader *loader,
		       const char *word, struct lines_place *ret_place)
{
	const struct boot_loader_source *source = loader->source;
	static struct search search;

	memset(&search, 0, sizeof(search));
	search.word = word;
	if (source) {
		search.values.names = source->names;
		search.values.count = source->count;
		lines_of_file(root, source->file, find_assigned, &search);
		if (!search.found)
			lines_of_directory(root, source->directory, source->suffix,
					   find_assigned, &search);
	} else {
		lines_of_file(root, BOOT_LOADER_CMDLINE, find_words, &search);
	}
	*ret_place = search.place;
	return search.found;
}

/* Entries that somebody has written by hand: nothing would make them again. */
static bool is_by_hand(const struct boot_loader *loader)
{
	return loader->kind == BOOT_LOADER_SYSTEMD && loader->has_next &&
	       !loader->has_wanted;
}

void boot_loader_advise_add(const struct boot_loader *loader, const char *word,
			    char *text, size_t size)
{
	if (loader->has_next && words_have(loader->wanted, word)) {
		sys_format(text, size,
			   "run: %s (the boot loader's configuration has %s already)",
			   loader->update, word);
		return;
	}
	if (is_by_hand(loader)) {
		sys_format(text, size, "add %s to the line options in /%s", word,
			   loader->next_path);
		return;
	}
	switch (loader->kind) {
	case BOOT_LOADER_GRUB:
		sys_format(text, size,
			   "add %s to GRUB_CMDLINE_LINUX_DEFAULT in /%s, then run: %s",
			   word,
			   loader->add_place.line ? loader->add_place.path
						  : loader->source->file,
			   loader->update);
		break;
	case BOOT_LOADER_GRUBBY:
		sys_format(text, size, "run: grubby --update-kernel=ALL --args=\"%s\"",
			   word);
		break;
	case BOOT_LOADER_PROXMOX:
	case BOOT_LOADER_SYSTEMD:
		sys_format(text, size,
			   "add %s to the line in /" BOOT_LOADER_CMDLINE ", then run: %s",
			   word, loader->update);
		break;
	case BOOT_LOADER_UKI:
		sys_format(text, size,
			   "add %s to kernel_cmdline in a file of /%s, then run: %s",
			   word, loader->source->directory, loader->update);
		break;
	default:
		sys_format(text, size,
			   "add %s to the kernel command line in the boot loader's "
			   "configuration",
			   word);
		break;
	}
}

/* "remove WORD from" or "change WORD to INSTEAD in", and where. */
static void format_change(const char *word, const char *instead, const char *where,
			  char *text, size_t size)
{
	if (instead)
		sys_format(text, size, "change %s to %s in %s", word, instead, where);
	else
		sys_format(text, size, "remove %s from %s", word, where);
}

static void advise_grubby(const char *word, const char *instead, char *text, size_t size)
{
	sys_format(text, size, "run: grubby --update-kernel=ALL --remove-args=\"%s\"",
		   word);
	if (instead)
		sys_format(text + strlen(text), size - strlen(text), " --args=\"%s\"",
			   instead);
}

void boot_loader_advise_replace(const struct sys_root *root,
				const struct boot_loader *loader, const char *word,
				const char *instead, char *text, size_t size)
{
	struct lines_place place;
	char where[PATH_MAX + 256];

	if (instead && !*instead)
		instead = NULL;
	if (loader->kind == BOOT_LOADER_GRUBBY) {
		advise_grubby(word, instead, text, size);
	} else if (find_place(root, loader, word, &place)) {
		sys_format(where, sizeof(where), "/%s:%u, then run: %s", place.path,
			   place.line, loader->update);
		format_change(word, instead, where, text, size);
	} else if (is_by_hand(loader)) {
		sys_format(where, sizeof(where), "/%s", loader->next_path);
		format_change(word, instead, where, text, size);
	} else if (loader->has_wanted && !loader->is_partly_wanted) {
		sys_format(text, size,
			   "the boot loader's configuration has %s no more, run: %s",
			   word, loader->update);
	} else if (loader->has_next) {
		sys_format(where, sizeof(where),
			   "what puts it into /%s (the boot loader's configuration does "
			   "not name it)",
			   loader->next_path);
		format_change(word, instead, where, text, size);
	} else {
		format_change(word, instead,
			      "the kernel command line in the boot loader's "
			      "configuration",
			      text, size);
	}
}

void boot_loader_advise_remove(const struct sys_root *root,
			       const struct boot_loader *loader, const char *word,
			       char *text, size_t size)
{
	boot_loader_advise_replace(root, loader, word, NULL, text, size);
}
