/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks for the files that each boot loader has, in the order in which one of them would
 * decide.
 */
#include "tool/boot_loader.h"

#include <ctype.h>
#include <stdio.h>
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

/* The text between the quotes of SHELL="TEXT", or what stands there without any. */
static void unquote(const char *value, char *text, size_t size)
{
	char quote = *value == '"' || *value == '\'' ? *value++ : '\0';
	size_t used = 0;

	for (; *value && *value != quote && used + 1 < size; value++) {
		if (!quote && (isspace((unsigned char)*value) || *value == '#'))
			break;
		text[used++] = *value;
	}
	text[used] = '\0';
}

static bool starts(const char *line, const char *start)
{
	return strncmp(line, start, strlen(start)) == 0;
}

static void append(char *text, size_t size, const char *more)
{
	size_t used = strlen(text);

	sys_format(text + used, size - used, "%s%s", used ? " " : "", more);
}

/* What follows "=" in an assignment to a variable with one of these names, or NULL. */
static const char *value_of(const char *line, const char *const *names, size_t count)
{
	line += strspn(line, " \t");
	for (size_t i = 0; i < count; i++) {
		const char *rest = line + strlen(names[i]);

		if (!starts(line, names[i]))
			continue;
		rest += strspn(rest, " \t+");
		if (*rest == '=')
			return rest + 1 + strspn(rest + 1, " \t");
	}
	return NULL;
}

static const char *const grub_variables[] = {"GRUB_CMDLINE_LINUX_DEFAULT",
					     "GRUB_CMDLINE_LINUX"};
static const char *const dracut_variables[] = {"kernel_cmdline"};

/* A word that a shell would replace says nothing. */
static void add_words(struct boot_loader *loader, const char *text)
{
	const char *word;
	size_t length;
	char one[256];

	while ((word = words_next(&text, &length))) {
		if (memchr(word, '$', length) || length >= sizeof(one))
			continue;
		sys_format(one, sizeof(one), "%.*s", (int)length, word);
		append(loader->wanted, sizeof(loader->wanted), one);
	}
}

static void add_value(struct boot_loader *loader, const struct lines_place *place,
		      const char *value)
{
	char text[BOOT_LOADER_LINE_SIZE];

	if (!value)
		return;
	unquote(value, text, sizeof(text));
	if (loader->wanted_place.line == 0)
		loader->wanted_place = *place;
	add_words(loader, text);
}

static int read_grub_line(const struct lines_place *place, char *line, void *data)
{
	add_value(data, place, value_of(line, grub_variables, 2));
	return 0;
}

static int read_dracut_line(const struct lines_place *place, char *line, void *data)
{
	add_value(data, place, value_of(line, dracut_variables, 1));
	return 0;
}

static int read_words_line(const struct lines_place *place, char *line, void *data)
{
	struct boot_loader *loader = data;

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

	if (!starts(line, "options") || !strchr(" \t", line[strlen("options")]))
		return 0;
	if (strcmp(loader->next_path, place->path) == 0)
		append(loader->next, sizeof(loader->next), line + strlen("options "));
	else
		found_next(loader, place, line + strlen("options "));
	return 0;
}

/* The last one is the newest: names of entries have the kernel's version at their end. */
static void read_entries(const struct sys_root *root, struct boot_loader *loader)
{
	for (size_t i = 0; i < ENTRIES && !loader->has_next; i++)
		lines_of_directory(root, entries[i], ".conf", read_entry_line, loader);
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

	if (is_there(root, "etc/kernel/proxmox-boot-uuids") &&
	    is_there(root, KERNEL_CMDLINE) &&
	    (systemd || !is_there(root, "sys/firmware/efi")))
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
	lines_of_file(root, GRUB_DEFAULT, read_grub_line, loader);
	lines_of_directory(root, GRUB_DEFAULT_D, ".cfg", read_grub_line, loader);
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
	lines_of_file(root, KERNEL_CMDLINE, read_words_line, loader);
	read_entries(root, loader);
	sys_format(loader->update, sizeof(loader->update), "%s",
		   loader->kind == BOOT_LOADER_PROXMOX
			   ? "proxmox-boot-tool refresh"
			   : "kernel-install add $(uname -r) /boot/vmlinuz-$(uname -r)");
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
		lines_of_file(root, DRACUT_CONF, read_dracut_line, loader);
		lines_of_directory(root, DRACUT_CONF_D, ".conf", read_dracut_line,
				   loader);
		sys_format(loader->update, sizeof(loader->update),
			   "dracut -f --uefi --regenerate-all");
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
	bool found;
	struct lines_place place;
};

static int find_word(const struct lines_place *place, char *line, void *data)
{
	static const char ends[] = " \t\"'=";
	struct search *search = data;
	size_t length = strlen(search->word);

	if (line[strspn(line, " \t")] == '#')
		return 0;
	for (char *at = strstr(line, search->word); at;
	     at = strstr(at + 1, search->word)) {
		bool whole = (at == line || strchr(ends, at[-1])) &&
			     strchr(ends, at[length]); /* NUL, too */

		if (!whole)
			continue;
		search->found = true;
		search->place = *place;
		return 1;
	}
	return 0;
}

static bool find_place(const struct sys_root *root, const struct boot_loader *loader,
		       const char *word, struct lines_place *ret_place)
{
	struct search search = {.word = word};

	if (loader->kind == BOOT_LOADER_GRUB) {
		lines_of_file(root, GRUB_DEFAULT, find_word, &search);
		if (!search.found)
			lines_of_directory(root, GRUB_DEFAULT_D, ".cfg", find_word,
					   &search);
	} else if (loader->kind == BOOT_LOADER_UKI) {
		lines_of_file(root, DRACUT_CONF, find_word, &search);
		if (!search.found)
			lines_of_directory(root, DRACUT_CONF_D, ".conf", find_word,
					   &search);
	} else {
		lines_of_file(root, KERNEL_CMDLINE, find_word, &search);
	}
	*ret_place = search.place;
	return search.found;
}

void boot_loader_advise_add(const struct boot_loader *loader, const char *word,
			    char *text, size_t size)
{
	switch (loader->kind) {
	case BOOT_LOADER_GRUB:
		sys_format(text, size,
			   "add %s to GRUB_CMDLINE_LINUX_DEFAULT in /" GRUB_DEFAULT
			   ", then run: %s",
			   word, loader->update);
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

void boot_loader_advise_remove(const struct sys_root *root,
			       const struct boot_loader *loader, const char *word,
			       char *text, size_t size)
{
	struct lines_place place;

	if (loader->kind == BOOT_LOADER_GRUBBY)
		sys_format(text, size,
			   "run: grubby --update-kernel=ALL --remove-args=\"%s\"", word);
	else if (find_place(root, loader, word, &place))
		sys_format(text, size, "remove %s from /%s:%u, then run: %s", word,
			   place.path, place.line, loader->update);
	else if (loader->has_next && loader->wanted_place.line)
		sys_format(text, size,
			   "run: %s (the boot loader's configuration does not have %s "
			   "any more)",
			   loader->update, word);
	else if (loader->has_next)
		sys_format(text, size,
			   "remove %s from what puts it into /%s (the boot loader's "
			   "configuration does not name it)",
			   word, loader->next_path);
	else
		sys_format(text, size,
			   "remove %s from the kernel command line in the boot loader's "
			   "configuration",
			   word);
}
