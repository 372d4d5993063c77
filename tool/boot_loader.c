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

#include "hook/core/words.h"
#include "tool/shell_values.h"

#define LOADER_INFO                                                                      \
	"sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

static const char *const grub_menus[] = {"boot/grub/grub.cfg", "boot/grub2/grub.cfg"};
static const char *const entries[] = {"boot/loader/entries", "efi/loader/entries",
				      "boot/efi/loader/entries"};
#define MENUS   (sizeof(grub_menus) / sizeof(grub_menus[0]))
#define ENTRIES (sizeof(entries) / sizeof(entries[0]))

static const char *const grub_names[] = {"GRUB_CMDLINE_LINUX",
					 "GRUB_CMDLINE_LINUX_DEFAULT"};
static const struct boot_loader_source grub = {
	.names = grub_names,
	.count = 2,
	.file = "etc/default/grub",
	.directory = "etc/default/grub.d",
	.suffix = ".cfg",
};
static const char *const dracut_names[] = {"kernel_cmdline"};
static const struct boot_loader_source dracut = {
	.names = dracut_names,
	.count = 1,
	.file = "etc/dracut.conf",
	.directory = "etc/dracut.conf.d",
	.suffix = ".conf",
};

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
	return is_there(root, "etc/default/grub");
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

struct reading {
	struct boot_loader *loader;
	struct shell_values values;
};

static int read_assignment(const struct lines_place *place, char *line, void *data)
{
	struct reading *reading = data;
	struct boot_loader *loader = reading->loader;
	size_t variable;

	if (!shell_values_assign(&reading->values, line, &variable))
		return 0;
	if (loader->wanted_place.line == 0)
		loader->wanted_place = *place;
	if (variable + 1 == reading->values.count)
		loader->add_place = *place;
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

static void read_source(const struct sys_root *root, struct boot_loader *loader,
			const struct boot_loader_source *source)
{
	static struct reading reading;

	loader->source = source;
	memset(&reading, 0, sizeof(reading));
	reading.loader = loader;
	reading.values.names = source->names;
	reading.values.count = source->count;
	loader->has_wanted =
		lines_of_file(root, source->file, read_assignment, &reading) >= 0;
	lines_of_directory(root, source->directory, source->suffix, read_assignment,
			   &reading);
	loader->has_wanted |= loader->wanted_place.line > 0;
	for (size_t i = 0; i < source->count; i++)
		add_words(loader, reading.values.values[i]);
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
	    is_there(root, BOOT_LOADER_CMDLINE) && (systemd || !has_grub(root)))
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
	return systemd || is_there(root, BOOT_LOADER_CMDLINE) ? BOOT_LOADER_SYSTEMD
							      : BOOT_LOADER_UNKNOWN;
}

static void read_grub(const struct sys_root *root, struct boot_loader *loader)
{
	read_source(root, loader, &grub);
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
		lines_of_file(root, BOOT_LOADER_CMDLINE, read_words_line, loader) >= 0;
	read_entries(root, loader);
	sys_format(loader->update, sizeof(loader->update), "%s",
		   loader->kind == BOOT_LOADER_PROXMOX
			   ? "proxmox-boot-tool refresh"
			   : "kernel-install add $(uname -r) /boot/vmlinuz-$(uname -r)");
}

static void read_dracut(const struct sys_root *root, struct boot_loader *loader)
{
	read_source(root, loader, &dracut);
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
