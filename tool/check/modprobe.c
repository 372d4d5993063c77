/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was written for other ways of giving a card away: ids=, softdep, blacklists and
 * lists of modules (modprobe.d(5), modules-load.d(5), initramfs-tools(7),
 * dracut.conf(5)), on the kernel command line too. Read line by line rather than by
 * libkmod, which does not say where a line stands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/words.h"
#include "tool/check/check.h"
#include "tool/check/kernel.h"

#define VFIO_PCI  "vfio-pci"
#define VIRQFD    "vfio_virqfd"
#define BLANKS    " \t"
#define WORD_SIZE 256

/* Drivers that people keep away from a card. nvidiafb is none: Ubuntu and Proxmox VE
 * themselves keep it away, in /etc. */
static const struct kept_away {
	const char *module;
	const char *cost; /* beyond the card; NULL = other cards of its make */
} kept_away[] = {
	{"nouveau", NULL},
	{"nvidia", NULL},
	{"nvidia_drm", NULL},
	{"nvidia_modeset", NULL},
	{"amdgpu", NULL},
	{"radeon", NULL},
	{"i915", NULL},
	{"xe", NULL},
	{"i2c_nvidia_gpu", NULL},
	{"ucsi_ccg", NULL},
	{"snd_hda_intel", "the host's own sound has no driver then"},
	{"xhci_pci", "the host's own USB ports have no driver then, keyboards included"},
	{"xhci_hcd", "the host's own USB ports have no driver then, keyboards included"},
};
#define KEPT_AWAY (sizeof(kept_away) / sizeof(kept_away[0]))

static bool same(const char *a, const char *b)
{
	return image_same_module(a, strlen(a), b, strlen(b));
}

static struct check_finding *add(struct check *check, enum check_weight weight,
				 const char *kind, const struct lines_place *place,
				 const char *text)
{
	struct check_finding *finding = check_add(check, weight, kind, "%s", text);

	if (!place)
		return finding;
	finding->place = *place;
	check_set_remedy(finding, "remove line %u of /%s, then %s", place->line,
			 place->path, check->rebuild);
	return finding;
}

struct id {
	unsigned vendor, device, subvendor, subdevice; /* ANY = each */
};
#define ANY 0xffffffff

/* "10de:1e07" and, with a colon, the card's maker (vfio_pci_fill_ids() in
 * drivers/vfio/pci/vfio_pci.c); class and mask, which may follow, are not looked at. */
static bool parse_id(const char *text, size_t length, struct id *ret_id)
{
	char copy[64];

	ret_id->subvendor = ret_id->subdevice = ANY;
	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return sscanf(copy, "%x:%x:%x:%x", &ret_id->vendor, &ret_id->device,
		      &ret_id->subvendor, &ret_id->subdevice) >= 2;
}

static bool catches(const struct id *id, const struct pci_function *function)
{
	return function->vendor == id->vendor && function->device == id->device &&
	       (id->subvendor == ANY || id->subvendor == function->subsystem_vendor) &&
	       (id->subdevice == ANY || id->subdevice == function->subsystem_device);
}

/* Functions with one of the ids that are of no card which gpupass takes, to text. */
static unsigned find_others(const struct check *check, const char *ids, size_t length,
			    char *text, size_t size)
{
	unsigned count = 0;
	size_t used = 0;

	text[0] = '\0';
	for (size_t at = 0; at < length; at++) {
		const char *comma = memchr(ids + at, ',', length - at);
		size_t part = comma ? (size_t)(comma - (ids + at)) : length - at;

		struct id id;
		bool valid = parse_id(ids + at, part, &id);

		for (unsigned i = 0; valid && i < check->cards.function_count; i++) {
			const struct pci_function *f = &check->cards.functions[i];
			char address[PCI_ADDRESS_SIZE];

			if (!catches(&id, f) || check_is_taken(check, &f->address))
				continue;
			pci_format_address(&f->address, address);
			snprintf(text + used, size - used, "%s%s", used ? ", " : "",
				 address);
			used = strlen(text);
			count++;
		}
		at += part;
	}
	return count;
}

static struct check_finding *check_ids(struct check *check,
				       const struct lines_place *place, const char *word,
				       const char *ids, size_t length)
{
	char others[CHECK_TEXT_SIZE / 2], text[CHECK_TEXT_SIZE];
	unsigned count = find_others(check, ids, length, others, sizeof(others));
	struct check_finding *finding;

	if (count)
		snprintf(text, sizeof(text), "%s also catches %s", word, others);
	else
		snprintf(text, sizeof(text), "%s is not needed", word);
	finding = add(check, count ? CHECK_WARNING : CHECK_NOTE,
		      count ? "ids-other-card" : "ids-not-needed", place, text);
	check_set_reason(finding,
			 count ? "an id is of every card of a kind: gpupass leaves it "
				 "away at boot, but a vfio-pci that is built into the "
				 "kernel or inserted by modprobe takes them all"
			       : "gpupass tells no driver an id, and leaves it away");
	if (!place)
		boot_loader_advise_remove(check->root, &check->loader, word,
					  finding->remedy, sizeof(finding->remedy));
	return finding;
}

static void check_option_line(struct check *check, const struct lines_place *place,
			      char *module, char *rest)
{
	bool alone = !rest[strcspn(rest, BLANKS)];
	struct check_finding *finding;
	char *save = NULL, word[160];

	if (!same(module, VFIO_PCI) && !same(module, "pci-stub"))
		return;
	for (char *option = strtok_r(rest, BLANKS, &save); option;
	     option = strtok_r(NULL, BLANKS, &save)) {
		if (strncmp(option, "ids=", 4) != 0)
			continue;
		snprintf(word, sizeof(word), "options %s %s", module, option);
		finding = check_ids(check, place, word, option + 4, strlen(option + 4));
		/* The others may be there for a reason. */
		if (!alone)
			check_set_remedy(finding,
					 "remove %s from line %u of /%s, then %s", option,
					 place->line, place->path, check->rebuild);
	}
}

static void check_softdep(struct check *check, const struct lines_place *place,
			  const char *module, const char *rest)
{
	struct check_finding *finding;
	char text[CHECK_TEXT_SIZE / 2];

	if (!strstr(rest, VFIO_PCI) && !strstr(rest, "vfio_pci"))
		return;
	snprintf(text, sizeof(text), "softdep %s %s", module, rest);
	if (kernel_find_module(check, module) == KERNEL_MODULE_BUILTIN) {
		finding = add(check, CHECK_WARNING, "softdep-builtin", place, text);
		check_set_reason(finding,
				 "%s is built into this kernel: nothing can come before "
				 "it, and this line does nothing",
				 module);
	} else {
		finding = add(check, CHECK_NOTE, "softdep-not-needed", place, text);
		check_set_reason(finding, "gpupass takes the card before any of these "
					  "drivers is loaded");
	}
}

static const struct kept_away *find_kept_away(const char *module)
{
	for (size_t i = 0; i < KEPT_AWAY; i++) {
		if (same(kept_away[i].module, module))
			return &kept_away[i];
	}
	return NULL;
}

/* Whoever uses NVIDIA's own driver for another card must keep nouveau away. */
static bool is_for_nvidia(const struct check *check, const char *module)
{
	return same(module, "nouveau") &&
	       kernel_find_module(check, "nvidia") == KERNEL_MODULE_LOADABLE;
}

/* Somebody keeps it away because of a card. */
static bool is_for_card(const struct check *check, const char *module)
{
	return find_kept_away(module) && !is_for_nvidia(check, module);
}

/* On the kernel command line it is word, which becomes instead; elsewhere both are NULL.
 */
static void check_blacklist(struct check *check, const struct lines_place *place,
			    const char *module, const char *word, const char *instead)
{
	const struct kept_away *kept = find_kept_away(module);
	enum kernel_module found = kernel_find_module(check, module);
	bool costs = kept && kept->cost && found != KERNEL_MODULE_BUILTIN;
	struct check_finding *finding;
	char text[CHECK_TEXT_SIZE / 2];

	if (!kept || is_for_nvidia(check, module))
		return;
	snprintf(text, sizeof(text), "driver %s is kept away by a blacklist", module);
	finding = add(check, costs ? CHECK_WARNING : CHECK_NOTE,
		      costs ? "blacklist-costs" : "blacklist-not-needed", place, text);
	if (found == KERNEL_MODULE_BUILTIN)
		check_set_reason(finding, "it is built into this kernel, and a blacklist "
					  "of modules does nothing");
	else
		check_set_reason(finding,
				 "gpupass has the card before any driver comes; %s",
				 kept->cost ? kept->cost
					    : "no other card can use this driver then");
	if (word)
		boot_loader_advise_replace(check->root, &check->loader, word, instead,
					   finding->remedy, sizeof(finding->remedy));
}

static void check_install(struct check *check, const struct lines_place *place,
			  const char *module, const char *rest)
{
	struct check_finding *finding;
	char text[CHECK_TEXT_SIZE / 2];

	if (!same(module, VFIO_PCI))
		return;
	snprintf(text, sizeof(text), "install %s %s", module, rest);
	finding = add(check, CHECK_WARNING, "install-line", place, text);
	check_set_reason(finding,
			 "gpupass does not run it at boot; whoever runs modprobe "
			 "vfio-pci later does, and it may move devices");
}

static int look_at_line(const struct lines_place *place, char *line, void *data)
{
	struct check *check = data;
	char *save = NULL, *command = strtok_r(line, BLANKS, &save);
	char *module = command ? strtok_r(NULL, BLANKS, &save) : NULL;
	char *rest = save ? save + strspn(save, BLANKS) : NULL;

	if (!module || !rest || command[0] == '#')
		return 0;
	if (strcmp(command, "options") == 0)
		check_option_line(check, place, module, rest);
	else if (strcmp(command, "softdep") == 0)
		check_softdep(check, place, module, rest);
	else if (strcmp(command, "blacklist") == 0)
		check_blacklist(check, place, module, NULL, NULL);
	else if (strcmp(command, "install") == 0)
		check_install(check, place, module, rest);
	return 0;
}

/* A list of modules that names one which the kernel has no more. */
static int look_for_virqfd(const struct lines_place *place, char *line, void *data)
{
	struct check *check = data;
	struct check_finding *finding;

	if (line[strspn(line, BLANKS)] == '#' ||
	    (!strstr(line, VIRQFD) && !strstr(line, "vfio-virqfd")))
		return 0;
	finding = add(check, CHECK_WARNING, "virqfd", place,
		      "module " VIRQFD " is asked for");
	check_set_reason(finding,
			 "this kernel has none (since 6.2 it is a part of vfio): "
			 "dracut fails to build an image with it, other programs "
			 "complain");
	check_set_remedy(finding, "remove " VIRQFD " from line %u of /%s, then %s",
			 place->line, place->path, check->rebuild);
	return 0;
}

static void check_virqfd(struct check *check)
{
	static const char *const files[] = {"etc/modules", "etc/initramfs-tools/modules",
					    "etc/dracut.conf", "etc/mkinitcpio.conf"};

	if (kernel_find_module(check, VIRQFD) != KERNEL_MODULE_NONE)
		return;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		lines_of_file(check->root, files[i], look_for_virqfd, check);
	lines_of_directory(check->root, "etc/modules-load.d", ".conf", look_for_virqfd,
			   check);
	lines_of_directory(check->root, "etc/dracut.conf.d", ".conf", look_for_virqfd,
			   check);
}

static void check_ids_words(struct check *check, const char *name)
{
	const char *rest = check->loader.next, *value, *found;
	size_t length;
	char word[WORD_SIZE];

	while ((value = words_next_value(&rest, name, &length, &found))) {
		sys_format(word, sizeof(word), "%.*s", (int)(rest - found), found);
		check_ids(check, NULL, word, value, length);
	}
}

/* The word without all that is said of it: a remedy for each module alone would bring
 * back what the one before has taken away. */
static void make_instead(const struct check *check, const char *word, char *instead,
			 size_t size)
{
	char copy[WORD_SIZE], rest[WORD_SIZE], *save = NULL;

	sys_format(instead, size, "%s", word);
	sys_format(copy, sizeof(copy), "%s", word + strcspn(word, "="));
	for (char *module = strtok_r(copy, "=,", &save); module;
	     module = strtok_r(NULL, "=,", &save)) {
		if (!is_for_card(check, module))
			continue;
		sys_format(rest, sizeof(rest), "%s", instead);
		check_without_item(rest, module, instead, size);
	}
}

static void check_blacklist_words(struct check *check, const char *name)
{
	const char *rest = check->loader.next, *value, *found;
	size_t length;
	char word[WORD_SIZE], copy[WORD_SIZE], instead[WORD_SIZE], *save = NULL;

	while ((value = words_next_value(&rest, name, &length, &found))) {
		sys_format(word, sizeof(word), "%.*s", (int)(rest - found), found);
		sys_format(copy, sizeof(copy), "%.*s", (int)length, value);
		make_instead(check, word, instead, sizeof(instead));
		for (char *module = strtok_r(copy, ",", &save); module;
		     module = strtok_r(NULL, ",", &save))
			check_blacklist(check, NULL, module, word, instead);
	}
}

/* Without a card these may be somebody's way to give one away. */
void check_modprobe(struct check *check)
{
	check_virqfd(check);
	if (check->config.conf.rule_count == 0)
		return;
	check_ids_words(check, "vfio-pci.ids");
	check_ids_words(check, "pci-stub.ids");
	check_blacklist_words(check, "modprobe.blacklist");
	check_blacklist_words(check, "rd.driver.blacklist");
	check_blacklist_words(check, "module_blacklist");
	lines_of_directory(check->root, "etc/modprobe.d", ".conf", look_at_line, check);
}
