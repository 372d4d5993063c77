/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The next boot's kernel command line: what was copied there, and what it costs.
 *
 * What each parameter does: the kernel's Documentation/admin-guide/kernel-parameters.txt
 * and, where that says nothing, the source that is named.
 */
#include <stdio.h>
#include <string.h>

#include "hook/core/words.h"
#include "tool/check/check.h"
#include "tool/check/kernel.h"

#define WORD_SIZE 256

static const struct parameter {
	const char *list; /* the parameter whose list has word, or NULL */
	const char *word; /* as a whole; with list, an item of it */
	enum check_weight weight;
	const char *reason;
} parameters[] = {
	{"pci", "nomsi", CHECK_WARNING,
	 "every device shares a few old interrupt lines then: NVMe disks and network "
	 "cards become slow, and so does the card in its VM"},
	{"pci", "nommconf", CHECK_WARNING,
	 "the kernel cannot see extended configuration space then: no ACS, so IOMMU "
	 "groups become larger, no error reports, no resizable BARs"},
	{"pci", "noaer", CHECK_WARNING,
	 "errors of PCIe links are not reported any more; they are still there"},
	{"pci", "nocrs", CHECK_WARNING,
	 "the kernel ignores which addresses the firmware left for PCI, and may give a "
	 "device some that do not work"},
	{NULL, "pcie_aspm=off", CHECK_WARNING,
	 "the kernel leaves the power saving of PCIe links as the firmware set it, on or "
	 "off: more power may be used, and some machines do not suspend any more"},
	{NULL, "nomodeset", CHECK_NOTE,
	 "only the firmware's framebuffer drives the host's own display then; gpupass "
	 "does not need it"},
	{NULL, "nofb", CHECK_NOTE, "no kernel of today knows this parameter"},
	{NULL, "vga=off", CHECK_NOTE,
	 "vga= is for boot loaders on legacy BIOS, and no framebuffer is switched off by "
	 "it"},
	{NULL, "amd_iommu=on", CHECK_NOTE,
	 "no such value is known; AMD's IOMMU is on unless the firmware has it off"},
	{"rd.driver.pre", "vfio-pci", CHECK_NOTE,
	 "gpupass inserts vfio-pci itself, and only dracut knows this parameter"},
	{"rd.driver.pre", "vfio_pci", CHECK_NOTE,
	 "gpupass inserts vfio-pci itself, and only dracut knows this parameter"},
};
#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))

/* A word that is to go away, or to become another one. */
static struct check_finding *add_change(struct check *check, enum check_weight weight,
					const char *kind, const char *word,
					const char *instead)
{
	struct check_finding *finding =
		check_add(check, weight, kind, "%s is on the kernel command line", word);

	boot_loader_advise_replace(check->root, &check->loader, word, instead,
				   finding->remedy, sizeof(finding->remedy));
	return finding;
}

/* item is the part of the word's list that is meant, or NULL. */
static struct check_finding *add_item(struct check *check, enum check_weight weight,
				      const char *kind, const char *word,
				      const char *item)
{
	char instead[WORD_SIZE] = "";

	if (item)
		check_without_item(word, item, instead, sizeof(instead));
	return add_change(check, weight, kind, word, instead);
}

static struct check_finding *add_word(struct check *check, enum check_weight weight,
				      const char *kind, const char *word)
{
	return add_item(check, weight, kind, word, NULL);
}

/* The word without all that the table has of its list: a remedy for each item alone would
 * bring back what the one before has taken away. */
static void make_instead(const char *list, const char *word, char *instead, size_t size)
{
	char rest[WORD_SIZE];

	sys_format(instead, size, "%s", list ? word : "");
	for (size_t i = 0; list && i < PARAMETERS; i++) {
		if (!parameters[i].list || strcmp(parameters[i].list, list) != 0)
			continue;
		sys_format(rest, sizeof(rest), "%s", instead);
		check_without_item(rest, parameters[i].word, instead, size);
	}
}

/* The word as it stands there: "pci=nomsi,noaer" for the list pci that has nomsi. */
static bool find(const struct check *check, const struct parameter *parameter, char *word,
		 size_t size)
{
	const char *words = check->loader.next, *found;
	size_t length = 0;

	found = parameter->list ? words_with_item(words, parameter->list, parameter->word,
						  &length)
				: words_find(words, parameter->word, &length);
	sys_format(word, size, "%.*s", (int)length, found ? found : "");
	return found;
}

/* "pci-nomsi", "pcie-aspm-off", "nofb": the parameter as a kind; what has a list that is
 * not pci= is told by its name. */
static void make_kind(const struct parameter *parameter, char *kind)
{
	if (parameter->list && strcmp(parameter->list, "pci") != 0)
		snprintf(kind, CHECK_KIND_SIZE, "%s", parameter->list);
	else
		snprintf(kind, CHECK_KIND_SIZE, "%s%s%s",
			 parameter->list ? parameter->list : "",
			 parameter->list ? "-" : "", parameter->word);
	for (char *at = kind; *at; at++) {
		if (strchr("=_.", *at))
			*at = '-';
	}
}

static void check_table(struct check *check)
{
	for (size_t i = 0; i < PARAMETERS; i++) {
		const struct parameter *parameter = &parameters[i];
		char word[WORD_SIZE], instead[WORD_SIZE], kind[CHECK_KIND_SIZE];
		struct check_finding *finding;

		if (!find(check, parameter, word, sizeof(word)))
			continue;
		make_kind(parameter, kind);
		make_instead(parameter->list, word, instead, sizeof(instead));
		finding = add_change(check, parameter->weight, kind, word, instead);
		if (parameter->list)
			snprintf(finding->text, sizeof(finding->text),
				 "%s=%s is on the kernel command line", parameter->list,
				 parameter->word);
		check_set_reason(finding, "%s", parameter->reason);
	}
}

/* "Unknown kernel command line parameters "a=b c", will be passed to user space." of
 * init/main.c, since 5.14. */
static bool is_unknown(const struct check *check, const char *word)
{
	static const char start[] = "Unknown kernel command line parameters \"";
	const char *line = check->has_log ? strstr(check->log, start) : NULL;
	const char *end = line ? strstr(line, "\", will be passed") : NULL;
	char words[BOOT_LOADER_LINE_SIZE];

	if (!end)
		return false;
	line += strlen(start);
	sys_format(words, sizeof(words), "%.*s", (int)(end - line), line);
	return words_have(words, word);
}

static void check_acs(struct check *check)
{
	const char *rest = check->loader.next, *value, *found;
	struct check_finding *finding;
	size_t length;
	char word[WORD_SIZE];

	value = words_next_value(&rest, "pcie_acs_override", &length, &found);
	if (!value)
		return;
	sys_format(word, sizeof(word), "%.*s", (int)(rest - found), found);
	if (is_unknown(check, word)) {
		finding = add_word(check, CHECK_NOTE, "acs-override-ignored", word);
		check_set_reason(finding,
				 "this kernel does not know it, it is a patch of "
				 "some distributions; it changes nothing here");
		return;
	}
	finding = add_word(check, CHECK_WARNING, "acs-override", word);
	check_set_reason(finding, "where the kernel has this patch, functions count as "
				  "isolated that are not: a guest's device may reach "
				  "those of others without the IOMMU in between; without "
				  "it groups may be larger, so run gpupass check again "
				  "after the reboot");
}

static bool has_special_card(const struct check *check)
{
	for (unsigned i = 0; i < check->cards.function_count; i++) {
		const struct pci_function *function = &check->cards.functions[i];

		if (function->class_code >> 16 == PCI_CLASS_DISPLAY &&
		    function->class_code >> 8 != 0x0300 &&
		    check_is_taken(check, &function->address))
			return true;
	}
	return false;
}

/* An initcall's symbol has another name with clang's link-time optimisation
 * (__initcall_stub in include/linux/init.h). */
static void check_sysfb(struct check *check)
{
	static const char item[] = "sysfb_init";
	struct check_finding *finding;
	const char *found;
	size_t length;
	char word[WORD_SIZE];

	found = words_with_item(check->loader.next, "initcall_blacklist", item, &length);
	if (!found)
		return;
	sys_format(word, sizeof(word), "%.*s", (int)length, found);
	if (kernel_has_setting(check, "CONFIG_LTO_CLANG=y")) {
		finding = add_item(check, CHECK_WARNING, "sysfb-ignored", word, item);
		check_set_reason(finding, "this kernel was built with clang's link-time "
					  "optimisation, and finds no initcall of this "
					  "name: it does nothing");
	} else if (!has_special_card(check)) {
		finding = add_item(check, CHECK_NOTE, "sysfb-not-needed", word, item);
		check_set_reason(finding, "no screen shows anything before a DRM driver "
					  "comes; cards of class 0300 do not need it");
	}
}

/* "efifb:off" or "efifb:off,vesafb:off": a driver is switched off that asks for its
 * options (__video_get_options() in drivers/video/cmdline.c); the first is the one that
 * is named. */
static bool switches_off(const char *value, size_t length, const char *driver)
{
	size_t name = strlen(driver);

	return length >= name + 4 && memcmp(value, driver, name) == 0 &&
	       memcmp(value + name, ":off", 4) == 0;
}

static void check_video_word(struct check *check, const char *word, const char *value,
			     size_t length)
{
	const char *device = check->console.device;
	bool efifb = strncmp(device, "efi-framebuffer", 15) == 0;
	struct check_finding *finding;

	if (switches_off(value, length, "efifb") && (efifb || !device[0])) {
		finding = add_word(check, CHECK_NOTE, "video-not-needed", word);
		check_set_reason(finding,
				 "gpupass releases the framebuffer when it takes the "
				 "card; with this there is no early console");
		return;
	}
	finding = add_word(check, CHECK_WARNING, "video-ignored", word);
	if (efifb)
		check_set_reason(finding,
				 "the framebuffer of this kernel is %s, and only "
				 "video=efifb:off speaks of that",
				 device);
	else if (device[0])
		check_set_reason(finding,
				 "the framebuffer of this kernel is %s, whose "
				 "drivers do not know this parameter",
				 device);
	else
		check_set_reason(finding, "of the drivers of a firmware's framebuffer "
					  "only efifb knows this parameter");
}

/* video=efifb:off reaches efifb alone (fb_get_options()); simpledrm and simplefb, which
 * have taken its place on many kernels, never ask, and vesafb does not look whether it is
 * off. */
static void check_video(struct check *check)
{
	static const char *const drivers[] = {"efifb", "vesafb", "simplefb", "simpledrm"};
	const char *rest = check->loader.next, *value, *found;
	size_t length;

	while ((value = words_next_value(&rest, "video", &length, &found))) {
		char word[WORD_SIZE];
		bool off = false;

		for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
			off |= switches_off(value, length, drivers[i]);
		sys_format(word, sizeof(word), "%.*s", (int)(rest - found), found);
		if (off)
			check_video_word(check, word, value, length);
	}
}

/* Words that the running kernel itself has called unknown. */
static void check_unknown(struct check *check)
{
	static const char *const subjects[] = {"pci", "iommu", "intremap", "vfio",
					       "kvm", "video", "hugepage"};
	const char *rest = check->loader.next, *word;
	size_t length;
	char text[256];

	while ((word = words_next(&rest, &length))) {
		bool ours = false;

		for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
			ours |= memmem(word, length, subjects[i], strlen(subjects[i])) !=
				NULL;
		snprintf(text, sizeof(text), "%.*s", (int)length, word);
		if (!ours || strncmp(text, "pcie_acs_override", 17) == 0 ||
		    !is_unknown(check, text))
			continue;
		check_set_reason(add_word(check, CHECK_WARNING, "word-ignored", text),
				 "the running kernel says that it does not know it");
	}
}

/* What is in the configuration of the boot loader and not in what it starts. */
static void check_boot_loader(struct check *check)
{
	const struct boot_loader *loader = &check->loader;
	const char *rest = loader->wanted, *word;
	char missing[CHECK_TEXT_SIZE / 2] = "";
	struct check_finding *finding;
	size_t length, used = 0;

	if (!loader->has_next)
		return;
	while ((word = words_next(&rest, &length))) {
		char text[256];

		snprintf(text, sizeof(text), "%.*s", (int)length, word);
		if (words_have(loader->next, text))
			continue;
		sys_format(missing + used, sizeof(missing) - used, "%s%s",
			   used ? " " : "", text);
		used = strlen(missing);
	}
	if (!used)
		return;
	finding = check_add(check, CHECK_WARNING, "boot-loader-stale",
			    "the next boot's kernel command line (/%s) lacks %s",
			    loader->next_path, missing);
	finding->place = loader->wanted_place;
	check_set_reason(finding, "the boot loader's configuration has it, and what the "
				  "boot loader reads was made before");
	check_set_remedy(finding, "run: %s", loader->update);
}

void check_parameters(struct check *check)
{
	check_boot_loader(check);
	check_table(check);
	check_acs(check);
	check_sysfb(check);
	check_video(check);
	check_unknown(check);
}
