/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks for the files that each boot loader has, in the order in which one of them would
 * decide.
 */
#include "tool/boot_loader.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/words.h"

#define GRUB_DEFAULT   "etc/default/grub"
#define GRUB_DEFAULT_D "etc/default/grub.d"
#define KERNEL_CMDLINE "etc/kernel/cmdline"
#define DRACUT_CONF    "etc/dracut.conf"
#define DRACUT_CONF_D  "etc/dracut.conf.d"
#define LOADER_INFO                                                                      \
	"sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

static const char *const grub_menus[] = {"boot/grub/grub.cfg", "boot/grub2/grub.cfg"};
static const char *const entries[] = {"boot/loader/entries", "efi/loader/entries",
				      "boot/efi/loader/entries"};
#define MENUS   (sizeof(grub_menus) / sizeof(grub_menus[0]))
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static bool is_there(const struct sys_root *root, const char *path)
{
	return sys_exists(root, path) == 1;
}

/* Whether the boot loader that ran has called itself systemd-boot (Boot Loader
 * Interface): four bytes of attributes, then UTF-16. */
static bool was_systemd_boot(const struct sys_root *root)
{
	static const char name[] = "systemd-boot";
	char data[512];
	int length = sys_read_file(root, LOADER_INFO, data, sizeof(data));

	if (length < (int)(4 + 2 * strlen(name)))
		return false;
	for (size_t i = 0; i < strlen(name); i++) {
		if (data[4 + 2 * i] != name[i] || data[5 + 2 * i] != '\0')
			return false;
	}
	return true;
}

static bool has_grub(const struct sys_root *root)
{
	for (size_t i = 0; i < MENUS; i++) {
		if (is_there(root, grub_menus[i]))
			return true;
	}
	return is_there(root, GRUB_DEFAULT);
}

static bool has_entries(const struct sys_root *root)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		if (is_there(root, entries[i]))
			return true;
	}
	return false;
}

static bool starts(const char *line, const char *start)
{
	return strncmp(line, start, strlen(start)) == 0;
}

static void append(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	sys_format(text + used, size - used, "%s%s", used && *more ? " " : "", more);
}

#define MAX_VARIABLES 2

/* Variables of a file that a shell reads, each with what was assigned last. */
struct variables {
	const char *const *names;
	size_t count;
	char values[MAX_VARIABLES][BOOT_LOADER_LINE_SIZE];
	struct boot_loader *loader;
};

static const char *const grub_names[] = {"GRUB_CMDLINE_LINUX",
					 "GRUB_CMDLINE_LINUX_DEFAULT"};
static const char *const dracut_names[] = {"kernel_cmdline"};

/* A shell's word, as far as assignments of words need it. */
struct reader {
	const struct variables *variables;
	const char *at;
	char quote;
	char *text;
	size_t used, size;
};

static void put(struct reader *reader, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && reader->used + 1 < reader->size; i++)
		reader->text[reader->used++] = bytes[i];
}

/* $NAME or ${NAME}: of these variables the value, of others the $ as it is. */
static void put_variable(struct reader *reader)
{
	const struct variables *variables = reader->variables;
	const char *name = reader->at + 1;
	bool braces = *name == '{';
	size_t length;

	name += braces;
	length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
			      "0123456789");
	for (size_t i = 0; i < variables->count; i++) {
		if (strlen(variables->names[i]) != length ||
		    memcmp(name, variables->names[i], length) != 0 ||
		    (braces && name[length] != '}'))
			continue;
		put(reader, variables->values[i], strlen(variables->values[i]));
		reader->at = name + length + braces;
		return;
	}
	put(reader, reader->at++, 1);
}

/* Within double quotes a backslash takes away the meaning of these four alone. */
static void put_escaped(struct reader *reader)
{
	char next = reader->at[1];

	if (reader->quote && (next == '\0' || !strchr("$`\"\\", next)))
		put(reader, reader->at, 1);
	reader->at++;
	if (next)
		put(reader, reader->at++, 1);
}

static bool put_next(struct reader *reader)
{
	char byte = *reader->at;

	if (byte == '\0' || (!reader->quote && strchr(" \t;", byte)))
		return false;
	if (reader->quote ? byte == reader->quote : byte == '"' || byte == '\'') {
		reader->quote = reader->quote ? '\0' : byte;
		reader->at++;
	} else if (reader->quote != '\'' && byte == '\\') {
		put_escaped(reader);
	} else if (reader->quote != '\'' && byte == '$') {
		put_variable(reader);
	} else {
		put(reader, reader->at++, 1);
	}
	return true;
}

static void expand(const struct variables *variables, const char *value, char *text,
		   size_t size)
{
	struct reader reader = {
		.variables = variables, .at = value, .text = text, .size = size};

	while (put_next(&reader))
		;
	text[reader.used] = '\0';
}

/* What is assigned by a line to one of the variables, or NULL. */
static const char *value_of(const struct variables *variables, const char *line,
			    size_t *ret_variable, bool *ret_more)
{
	line += strspn(line, " \t");
	for (size_t i = 0; i < variables->count; i++) {
		const char *rest = line + strlen(variables->names[i]);

		if (!starts(line, variables->names[i]))
			continue;
		*ret_variable = i;
		*ret_more = *rest == '+';
		rest += *ret_more;
		if (*rest == '=')
			return rest + 1;
	}
	return NULL;
}

static int read_assignment(const struct lines_place *place, char *line, void *data)
{
	struct variables *variables = data;
	char text[BOOT_LOADER_LINE_SIZE], *target;
	size_t variable;
	bool more;
	const char *value = value_of(variables, line, &variable, &more);

	if (!value)
		return 0;
	if (variables->loader->wanted_place.line == 0)
		variables->loader->wanted_place = *place;
	if (variable + 1 == variables->count)
		variables->loader->add_place = *place;
	expand(variables, value, text, sizeof(text));
	target = variables->values[variable];
	if (more)
		sys_format(target + strlen(target),
			   BOOT_LOADER_LINE_SIZE - strlen(target), "%s", text);
	else
		sys_format(target, BOOT_LOADER_LINE_SIZE, "%s", text);
	return 0;
}

/* A word that a shell would replace says nothing. */
static void add_words(struct boot_loader *loader, const char *text)
{
	const char *word;
	size_t length;
	char one[256];

	while ((word = words_next(&text, &length))) {
		if (memchr(word, '$', length) || memchr(word, '`', length) ||
		    length >= sizeof(one)) {
			loader->is_partly_wanted = true;
			continue;
		}
		sys_format(one, sizeof(one), "%.*s", (int)length, word);
		append(loader->wanted, sizeof(loader->wanted), one);
	}
}

/* file, then those of directory: each may take back what the one before has assigned. */
static void read_variables(const struct sys_root *root, struct boot_loader *loader,
			   struct variables *variables, const char *file,
			   const char *directory, const char *suffix)
{
	variables->loader = loader;
	loader->has_wanted = lines_of_file(root, file, read_assignment, variables) >= 0;
	lines_of_directory(root, directory, suffix, read_assignment, variables);
	loader->has_wanted |= loader->wanted_place.line > 0;
	for (size_t i = 0; i < variables->count; i++)
		add_words(loader, variables->values[i]);
}

/* Lines of comments are kernel-install's own. */
static int read_words_line(const struct lines_place *place, char *line, void *data)
{
	struct boot_loader *loader = data;

	if (line[0] == '#')
		return 0;
	if (loader->wanted_place.line == 0)
		loader->wanted_place = *place;
	add_words(loader, line);
	return 0;
}

static void found_next(struct boot_loader *loader, const struct lines_place *place,
		       const char *words)
{
	loader->has_next = true;
	sys_format(loader->next, sizeof(loader->next), "%s", words);
	sys_format(loader->next_path, sizeof(loader->next_path), "%s", place->path);
}

/* The first entry is what GRUB starts unless it was told otherwise. */
static int read_menu_line(const struct lines_place *place, char *line, void *data)
{
	char *command = line + strspn(line, " \t");
	size_t length = strcspn(command, " \t");
	char *words;

	if (!starts(command, "linux") || length > strlen("linuxefi"))
		return 0;
	words = command + length;
	words += strspn(words, " \t");
	words += strcspn(words, " \t"); /* the kernel's file */
	found_next(data, place, words);
	return 1;
}

static int read_entry_line(const struct lines_place *place, char *line, void *data)
{
	struct boot_loader *loader = data;

	line += strspn(line, " \t");
	if (!starts(line, "options") || (line[7] != ' ' && line[7] != '\t'))
		return 0;
	if (strcmp(loader->next_path, place->path) == 0)
		append(loader->next, sizeof(loader->next), line + 8);
	else
		found_next(loader, place, line + 8);
	return 0;
}

static int compare_versions(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

#define PATTERN_SIZE 256

static int read_default(const struct lines_place *place, char *line, void *data)
{
	static const char key[] = "default";
	char *value = line + strspn(line, " \t");

	(void)place;
	if (!starts(value, key) || !strchr(" \t", value[strlen(key)]))
		return 0;
	value += strlen(key);
	value += strspn(value, " \t");
	sys_format(data, PATTERN_SIZE, "%.*s", (int)strcspn(value, " \t"), value);
	return 0;
}

/* loader.conf(5): a pattern for entries, of their names with or without the suffix. */
static bool is_default(const char *name, const char *pattern)
{
	char stem[NAME_MAX + 1];

	sys_format(stem, sizeof(stem), "%.*s", (int)(strlen(name) - strlen(".conf")),
		   name);
	return fnmatch(pattern, name, FNM_CASEFOLD) == 0 ||
	       fnmatch(pattern, stem, FNM_CASEFOLD) == 0;
}

/* Moves the names that loader.conf means to the end. */
static void prefer_default(const struct sys_root *root, const char *directory,
			   char **names, int count)
{
	char path[PATH_MAX], pattern[PATTERN_SIZE] = "";

	sys_format(path, sizeof(path), "%s/../loader.conf", directory);
	lines_of_file(root, path, read_default, pattern);
	for (int i = 0, end = count; pattern[0] && i < end;) {
		char *name = names[i];

		if (!is_default(name, pattern)) {
			i++;
			continue;
		}
		memmove(names + i, names + i + 1,
			(size_t)(count - i - 1) * sizeof(*names));
		names[count - 1] = name;
		end--;
	}
}

/* The last one is the newest: names of entries have the kernel's version at their end. */
static void read_entries_of(const struct sys_root *root, struct boot_loader *loader,
			    const char *directory)
{
	char path[PATH_MAX];
	char **names;
	int count = lines_names(root, directory, ".conf", &names);

	if (count < 0)
		return;
	if (count > 1)
		qsort(names, (size_t)count, sizeof(*names), compare_versions);
	prefer_default(root, directory, names, count);
	for (int i = 0; i < count; i++) {
		sys_format(path, sizeof(path), "%s/%s", directory, names[i]);
		lines_of_file(root, path, read_entry_line, loader);
	}
	lines_free_names(names, count);
}

/* Older Fedoras keep the words in GRUB's environment: they are not known then. */
static void read_entries(const struct sys_root *root, struct boot_loader *loader)
{
	for (size_t i = 0; i < ENTRIES && !loader->has_next; i++)
		read_entries_of(root, loader, entries[i]);
	if (words_have(loader->next, "$kernelopts"))
		loader->has_next = false;
}

static void read_menu(const struct sys_root *root, struct boot_loader *loader)
{
	for (size_t i = 0; i < MENUS && !loader->has_next; i++)
		lines_of_file(root, grub_menus[i], read_menu_line, loader);
}

static int read_now(const struct lines_place *place, char *line, void *data)
{
	struct boot_loader *loader = data;

	(void)place;
	sys_format(loader->now, sizeof(loader->now), "%s", line);
	return 1;
}

static enum boot_loader_kind find_kind(const struct sys_root *root)
{
	bool systemd = was_systemd_boot(root);

	/* The same tool looks after GRUB, too, on legacy BIOS and with Secure Boot. */
	if (is_there(root, "etc/kernel/proxmox-boot-uuids") &&
	    is_there(root, KERNEL_CMDLINE) && (systemd || !has_grub(root)))
		return BOOT_LOADER_PROXMOX;
	if (is_there(root, "usr/sbin/grubby") || is_there(root, "usr/bin/grubby"))
		return BOOT_LOADER_GRUBBY;
	if (!systemd && has_grub(root))
		return BOOT_LOADER_GRUB;
	if (has_entries(root))
		return BOOT_LOADER_SYSTEMD;
	if (is_there(root, "boot/efi/EFI/Linux") || is_there(root, "efi/EFI/Linux") ||
	    is_there(root, "boot/EFI/Linux"))
		return BOOT_LOADER_UKI;
	return systemd || is_there(root, KERNEL_CMDLINE) ? BOOT_LOADER_SYSTEMD
							 : BOOT_LOADER_UNKNOWN;
}

static void read_grub(const struct sys_root *root, struct boot_loader *loader)
{
	static struct variables variables;

	variables = (struct variables){.names = grub_names, .count = 2};
	read_variables(root, loader, &variables, GRUB_DEFAULT, GRUB_DEFAULT_D, ".cfg");
	read_menu(root, loader);
	sys_format(loader->update, sizeof(loader->update), "%s",
		   is_there(root, "usr/sbin/update-grub") ? "update-grub"
		   : is_there(root, "boot/grub2")
			   ? "grub2-mkconfig -o /boot/grub2/grub.cfg"
			   : "grub-mkconfig -o /boot/grub/grub.cfg");
	/* GRUB with entries of the specification, as Fedora's. */
	if (!loader->has_next)
		read_entries(root, loader);
}

static void read_systemd(const struct sys_root *root, struct boot_loader *loader)
{
	loader->has_wanted =
		lines_of_file(root, KERNEL_CMDLINE, read_words_line, loader) >= 0;
	read_entries(root, loader);
	sys_format(loader->update, sizeof(loader->update), "%s",
		   loader->kind == BOOT_LOADER_PROXMOX
			   ? "proxmox-boot-tool refresh"
			   : "kernel-install add $(uname -r) /boot/vmlinuz-$(uname -r)");
}

static void read_dracut(const struct sys_root *root, struct boot_loader *loader)
{
	static struct variables variables;

	variables = (struct variables){.names = dracut_names, .count = 1};
	read_variables(root, loader, &variables, DRACUT_CONF, DRACUT_CONF_D, ".conf");
	sys_format(loader->update, sizeof(loader->update),
		   "dracut -f --uefi --regenerate-all");
}

void boot_loader_read(const struct sys_root *root, struct boot_loader *ret_loader)
{
	struct boot_loader *loader = ret_loader;

	memset(loader, 0, sizeof(*loader));
	loader->kind = find_kind(root);
	lines_of_file(root, "proc/cmdline", read_now, loader);
	switch (loader->kind) {
	case BOOT_LOADER_GRUB:
		read_grub(root, loader);
		break;
	case BOOT_LOADER_GRUBBY:
		read_entries(root, loader);
		if (!loader->has_next)
			read_menu(root, loader);
		break;
	case BOOT_LOADER_PROXMOX:
	case BOOT_LOADER_SYSTEMD:
		read_systemd(root, loader);
		break;
	case BOOT_LOADER_UKI:
		read_dracut(root, loader);
		break;
	default:
		break;
	}
	if (!loader->has_next)
		sys_format(loader->next, sizeof(loader->next), "%s", loader->now);
}

/* The line of a configuration that has a word. */
struct search {
	const char *word;
	struct variables variables; /* empty: what a line itself says */
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
	char text[BOOT_LOADER_LINE_SIZE];
	size_t variable;
	bool more;
	const char *value = value_of(&search->variables, line, &variable, &more);

	if (!value)
		return 0;
	expand(&search->variables, value, text, sizeof(text));
	return found_in(search, place, text);
}

static int find_words(const struct lines_place *place, char *line, void *data)
{
	return line[0] == '#' ? 0 : found_in(data, place, line);
}

static bool find_place(const struct sys_root *root, const struct boot_loader *loader,
		       const char *word, struct lines_place *ret_place)
{
	static struct search search;

	memset(&search, 0, sizeof(search));
	search.word = word;
	if (loader->kind == BOOT_LOADER_GRUB) {
		search.variables.names = grub_names;
		search.variables.count = 2;
		lines_of_file(root, GRUB_DEFAULT, find_assigned, &search);
		if (!search.found)
			lines_of_directory(root, GRUB_DEFAULT_D, ".cfg", find_assigned,
					   &search);
	} else if (loader->kind == BOOT_LOADER_UKI) {
		search.variables.names = dracut_names;
		search.variables.count = 1;
		lines_of_file(root, DRACUT_CONF, find_assigned, &search);
		if (!search.found)
			lines_of_directory(root, DRACUT_CONF_D, ".conf", find_assigned,
					   &search);
	} else {
		lines_of_file(root, KERNEL_CMDLINE, find_words, &search);
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
			   loader->add_place.line ? loader->add_place.path : GRUB_DEFAULT,
			   loader->update);
		break;
	case BOOT_LOADER_GRUBBY:
		sys_format(text, size, "run: grubby --update-kernel=ALL --args=\"%s\"",
			   word);
		break;
	case BOOT_LOADER_PROXMOX:
	case BOOT_LOADER_SYSTEMD:
		sys_format(text, size,
			   "add %s to the line in /" KERNEL_CMDLINE ", then run: %s",
			   word, loader->update);
		break;
	case BOOT_LOADER_UKI:
		sys_format(text, size,
			   "add %s to kernel_cmdline in a file of /" DRACUT_CONF_D
			   ", then run: %s",
			   word, loader->update);
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
			   "run: %s (the boot loader's configuration does not have %s "
			   "any more)",
			   loader->update, word);
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
