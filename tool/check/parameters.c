/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The next boot's kernel command line: what was copied there, and what it costs.
 *
 * What each parameter does: the kernel's Documentation/admin-guide/kernel-parameters.txt
 * and, where that says nothing, the source that is named.
 */
#include <stdio.h>
#include <string.h>

#include "tool/check/check.h"
#include "tool/check/kernel.h"
#include "tool/words.h"

static const struct parameter {
	const char *list; /* the parameter whose list has word, or NULL */
	const char *word; /* as a whole; with "=" at its end, any value */
	enum check_weight weight;
	const char *reason;
} parameters[] = {
	{"pci", "nomsi", CHECK_WARNING,
	 "every device shares a few old interrupt lines then: NVMe disks and network "
	 "cards become slow, and many GPUs do not work in a VM"},
	{"pci", "nommconf", CHECK_WARNING,
	 "the kernel cannot see extended configuration space then: no ACS, so IOMMU "
	 "groups become larger, no error reports, no resizable BARs"},
	{"pci", "noaer", CHECK_WARNING,
	 "errors of PCIe links are not reported any more; they are still there"},
	{"pci", "nocrs", CHECK_WARNING,
	 "the kernel ignores which addresses the firmware left for PCI, and may give a "
	 "device some that do not work"},
	{NULL, "pcie_aspm=off", CHECK_WARNING,
	 "links of PCIe stay as the firmware left them: more power is used, and some "
	 "machines do not suspend any more"},
	{NULL, "nomodeset", CHECK_NOTE,
	 "no DRM driver drives the host's own display then; gpupass does not need it"},
	{NULL, "nofb", CHECK_NOTE, "no kernel knows this parameter"},
	{NULL, "vga=off", CHECK_NOTE,
	 "it is for boot loaders on legacy BIOS and does nothing to a framebuffer"},
	{NULL, "amd_iommu=on", CHECK_NOTE,
	 "no such value is known; AMD's IOMMU is on unless the firmware has it off"},
	{NULL, "rd.driver.pre=", CHECK_NOTE,
	 "gpupass inserts vfio-pci itself, and only dracut knows this parameter"},
};
#define PARAMETERS (sizeof(parameters) / sizeof(parameters[0]))

static struct check_finding *add_word(struct check *check, enum check_weight weight,
				      const char *kind, const char *word)
{
	struct check_finding *finding =
		check_add(check, weight, kind, "%s is on the kernel command line", word);

	boot_loader_advise_remove(check->root, &check->loader, word, finding->remedy,
				  sizeof(finding->remedy));
	return finding;
}

/* The word as it stands there: "pci=nomsi,noaer" for the list pci that has nomsi. */
static bool find(const struct check *check, const struct parameter *parameter, char *word,
		 size_t size)
{
	const char *words = check->loader.next, *found;
	size_t length = 0, last = strlen(parameter->word) - 1;
	char name[64];

	if (parameter->list) {
		found = words_with_item(words, parameter->list, parameter->word, &length);
		sys_format(word, size, "%.*s", (int)length, found ? found : "");
		return found;
	}
	if (parameter->word[last] != '=') {
		sys_format(word, size, "%s", parameter->word);
		return check_has_word(check, parameter->word);
	}
	sys_format(name, sizeof(name), "%.*s", (int)last, parameter->word);
	found = words_value(words, name, &length);
	sys_format(word, size, "%s=%.*s", name, (int)length, found ? found : "");
	return found;
}

/* "pci-nomsi", "pcie-aspm-off", "nofb": the parameter as a kind. */
static void make_kind(const struct parameter *parameter, char *kind)
{
	size_t used;

	snprintf(kind, CHECK_KIND_SIZE, "%s%s%s", parameter->list ? parameter->list : "",
		 parameter->list ? "-" : "", parameter->word);
	used = strlen(kind);
	if (kind[used - 1] == '=')
		kind[used - 1] = '\0';
	for (char *at = kind; *at; at++) {
		if (strchr("=_.", *at))
			*at = '-';
	}
}

static void check_table(struct check *check)
{
	for (size_t i = 0; i < PARAMETERS; i++) {
		char word[256], kind[CHECK_KIND_SIZE];
		struct check_finding *finding;

		if (!find(check, &parameters[i], word, sizeof(word)))
			continue;
		make_kind(&parameters[i], kind);
		finding = add_word(check, parameters[i].weight, kind, word);
		if (parameters[i].list)
			snprintf(finding->text, sizeof(finding->text),
				 "%s=%s is on the kernel command line",
				 parameters[i].list, parameters[i].word);
		check_set_reason(finding, "%s", parameters[i].reason);
	}
}

/* "Unknown kernel command line parameters "a=b c", will be passed to user space." of
 * init/main.c, since 5.14. */
static bool is_unknown(const struct check *check, const char *word)
{
	static const char start[] = "Unknown kernel command line parameters \"";
	const char *line = check->has_log ? strstr(check->log, start) : NULL;
	const char *end = line ? strstr(line, "\", will be passed") : NULL;
	const char *found = line ? strstr(line, word) : NULL;

	return found && end && found < end;
}

static void check_acs(struct check *check)
{
	struct check_finding *finding;
	const char *value;
	size_t length;
	char word[128];

	value = words_value(check->loader.next, "pcie_acs_override", &length);
	if (!value)
		return;
	snprintf(word, sizeof(word), "pcie_acs_override=%.*s", (int)length, value);
	if (is_unknown(check, "pcie_acs_override")) {
		finding = add_word(check, CHECK_NOTE, "acs-override-ignored", word);
		check_set_reason(finding,
				 "this kernel does not know it, it is a patch of "
				 "some distributions; it changes nothing here");
		return;
	}
	finding = add_word(check, CHECK_WARNING, "acs-override", word);
	check_set_reason(finding, "where the kernel has this patch, functions count as "
				  "isolated that are not: a guest's device may reach "
				  "those of others without the IOMMU in between");
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
	static const char word[] = "initcall_blacklist=sysfb_init";
	struct check_finding *finding;

	if (!check_has_word(check, word))
		return;
	if (kernel_has_setting(check, "CONFIG_LTO_CLANG=y")) {
		finding = add_word(check, CHECK_WARNING, "sysfb-ignored", word);
		check_set_reason(finding, "this kernel was built with clang's link-time "
					  "optimisation, and finds no initcall of this "
					  "name: it does nothing");
	} else if (!has_special_card(check)) {
		finding = add_word(check, CHECK_NOTE, "sysfb-not-needed", word);
		check_set_reason(finding, "no screen shows anything before a DRM driver "
					  "comes; cards of class 0300 do not need it");
	}
}

/* video=efifb:off reaches efifb alone (fb_get_options()); simpledrm and simplefb, which
 * have taken its place on many kernels, never ask. */
static void check_video(struct check *check)
{
	static const char *const words[] = {"video=efifb:off", "video=vesafb:off",
					    "video=simplefb:off", "video=simpledrm:off"};
	bool efifb = strncmp(check->console.device, "efi-framebuffer", 15) == 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct check_finding *finding;

		if (!check_has_word(check, words[i]))
			continue;
		if (i == 0 && (efifb || !check->console.device[0])) {
			finding =
				add_word(check, CHECK_NOTE, "video-not-needed", words[i]);
			check_set_reason(finding,
					 "gpupass releases the framebuffer when it takes "
					 "the card; with this there is no early console");
			continue;
		}
		finding = add_word(check, CHECK_WARNING, "video-ignored", words[i]);
		check_set_reason(finding,
				 "the framebuffer of this kernel is %s, which "
				 "does not know this parameter",
				 check->console.device[0] ? check->console.device
							  : "another");
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
