/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtualisation and the IOMMU: what the firmware offers, what the kernel was told, what
 * came of it.
 *
 * ACPI tables: DMAR (Intel Virtualization Technology for Directed I/O, chapter 8), IVRS
 * (AMD I/O Virtualization Technology, chapter 5). Parameters: the kernel's
 * Documentation/admin-guide/kernel-parameters.txt. reserved_regions:
 * Documentation/ABI/testing/sysfs-kernel-iommu_groups.
 */
#include <stdio.h>
#include <string.h>

#include "tool/check/check.h"
#include "tool/check/kernel.h"
#include "tool/words.h"

enum maker { MAKER_UNKNOWN, MAKER_INTEL, MAKER_AMD };

struct processor {
	enum maker maker;
	bool has_flags, virtualises;
};

#define WORD_SIZE 256
#define TABLES    "sys/firmware/acpi/tables"
#define GROUPS    "sys/kernel/iommu_groups"
#define UNSAFE    "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
#define NEXT_BOOT "no card can be given to a VM without it"
#define SETUP_INTEL                                                                         \
	"in the firmware setup switch on VT-d (\"Intel VT for Directed I/O\"; often under " \
	"Chipset, System Agent, North Bridge or CPU Configuration)"
#define SETUP_AMD                                                                            \
	"in the firmware setup set IOMMU to Enabled, not Auto (often under AMD CBS > NBIO, " \
	"or Advanced > CPU Configuration)"

/* Those of the first processor are those of all. */
static int read_line(const struct lines_place *place, char *line, void *data)
{
	struct processor *processor = data;

	(void)place;
	if (strncmp(line, "vendor_id", 9) == 0) {
		if (strstr(line, "GenuineIntel"))
			processor->maker = MAKER_INTEL;
		else if (strstr(line, "AuthenticAMD") || strstr(line, "HygonGenuine"))
			processor->maker = MAKER_AMD;
	}
	if (strncmp(line, "flags", 5) != 0)
		return 0;
	processor->has_flags = true;
	processor->virtualises = words_have(line, "vmx") || words_have(line, "svm");
	return 1;
}

static void check_virtualisation(struct check *check, const struct processor *processor)
{
	struct check_finding *finding;

	if (!processor->has_flags || processor->virtualises)
		return;
	finding = check_add(check, CHECK_ERROR, "no-virtualisation",
			    "the processor shows no virtualisation (neither vmx nor svm "
			    "in /proc/cpuinfo)");
	check_set_reason(finding, "KVM does not work without it");
	check_set_remedy(
		finding,
		"in the firmware setup switch on %s; this machine may also be "
		"a virtual one",
		processor->maker == MAKER_AMD
			? "SVM Mode (often under CPU Configuration or Overclocking)"
			: "Intel Virtualization Technology (VT-x, VMX)");
}

static bool has_groups(const struct check *check)
{
	for (unsigned i = 0; i < check->cards.function_count; i++) {
		if (check->cards.functions[i].iommu_group >= 0)
			return true;
	}
	return false;
}

/* What a value, a list, says last: 1 on, 0 off, -1 neither. */
static int read_switch(const char *value, size_t length)
{
	int on = -1;

	while (length > 0) {
		size_t part = 0;

		while (part < length && value[part] != ',')
			part++;
		if (part == 2 && memcmp(value, "on", 2) == 0)
			on = 1;
		else if (part == 3 && memcmp(value, "off", 3) == 0)
			on = 0;
		part += part < length;
		value += part;
		length -= part;
	}
	return on;
}

/* The word that switches the IOMMU off, as it stands there, to word; false when there is
 * none. What is off by iommu= or amd_iommu= stays off. */
static bool find_off(const char *words, enum maker maker, char *word, size_t size)
{
	static const struct {
		const char *name;
		enum maker of; /* MAKER_UNKNOWN = everybody's */
	} switches[] = {{"iommu", MAKER_UNKNOWN},
			{"intel_iommu", MAKER_INTEL},
			{"amd_iommu", MAKER_AMD}};

	word[0] = '\0';
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		const char *rest = words, *found, *value;
		size_t length;

		if (maker && switches[i].of && maker != switches[i].of)
			continue;
		while ((value = words_next_value(&rest, switches[i].name, &length,
						 &found))) {
			int on = read_switch(value, length);

			if (on == 0)
				sys_format(word, size, "%.*s", (int)(rest - found),
					   found);
			else if (on == 1 && switches[i].of == MAKER_INTEL)
				word[0] = '\0';
		}
		if (word[0])
			return true;
	}
	return false;
}

/* Intel's word to switch it on, and not off again behind it. */
static bool has_on(const char *words)
{
	const char *word, *value;
	int on = -1;
	size_t length;

	while ((value = words_next_value(&words, "intel_iommu", &length, &word))) {
		int one = read_switch(value, length);

		on = one < 0 ? on : one;
	}
	return on == 1;
}

static void add_off(struct check *check, const char *word)
{
	struct check_finding *finding =
		check_add(check, CHECK_ERROR, "iommu-switched-off",
			  "%s on the kernel command line switches the IOMMU off", word);

	check_set_reason(finding, NEXT_BOOT);
	boot_loader_advise_remove(check->root, &check->loader, word, finding->remedy,
				  sizeof(finding->remedy));
}

/* Intel's own GPU in the processor. */
static bool is_integrated(const struct pci_function *function)
{
	const struct pci_address *address = &function->address;

	return function->vendor == 0x8086 && address->domain == 0 && address->bus == 0 &&
	       address->device == 2;
}

static bool wants_integrated(const struct check *check)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		for (unsigned k = 0; k < plan->card.count; k++) {
			if (is_integrated(&plan->card.functions[k]))
				return true;
		}
	}
	return false;
}

/* Distributions differ in this; Debian's kernels leave out the GPU in the processor. */
static bool is_default(const struct check *check)
{
	return kernel_has_setting(check, "CONFIG_INTEL_IOMMU_DEFAULT_ON=y") ||
	       (kernel_has_setting(check, "CONFIG_INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF=y") &&
		!wants_integrated(check));
}

static void add_next_boot(struct check *check, const char *by)
{
	struct check_finding *finding =
		check_add(check, CHECK_NOTE, "iommu-next-boot",
			  "the IOMMU is off now%s%s, and on from the next boot",
			  *by ? " by " : "", by);

	check->iommu_is_next = true;
	check_set_reason(finding, "which functions can be told apart, and so which cards "
				  "can be taken, is known only when it is on");
	check_set_remedy(finding, "run gpupass check again after the next boot");
}

static void add_firmware(struct check *check, const char *setup)
{
	struct check_finding *finding =
		check_add(check, CHECK_ERROR, "iommu-firmware",
			  "the firmware does not offer an IOMMU to the kernel");

	check_set_reason(finding, NEXT_BOOT);
	check_set_remedy(finding, "%s", setup);
}

static void explain_intel(struct check *check)
{
	struct check_finding *finding;

	if (sys_exists(check->root, TABLES "/DMAR") == 0) {
		add_firmware(check, SETUP_INTEL);
	} else if (!is_default(check) && !has_on(check->loader.next)) {
		finding = check_add(check, CHECK_ERROR, "iommu-kernel",
				    "the kernel does not use the IOMMU: intel_iommu=on "
				    "is missing on its command line");
		check_set_reason(finding, NEXT_BOOT);
		boot_loader_advise_add(&check->loader, "intel_iommu=on", finding->remedy,
				       sizeof(finding->remedy));
	} else if (has_on(check->loader.now) || is_default(check)) {
		finding = check_add(check, CHECK_ERROR, "iommu-failed",
				    "the kernel is to use the IOMMU, and still no "
				    "function has an IOMMU group");
		check_set_reason(finding, NEXT_BOOT);
		check_set_remedy(finding, "look at: journalctl -k -g DMAR");
	} else {
		add_next_boot(check, "");
	}
}

static void explain_amd(struct check *check)
{
	struct check_finding *finding;

	if (sys_exists(check->root, TABLES "/IVRS") == 0) {
		add_firmware(check, SETUP_AMD);
		return;
	}
	finding = check_add(check, CHECK_ERROR, "iommu-failed",
			    "the firmware offers an IOMMU, and no function has an IOMMU "
			    "group");
	check_set_reason(finding, NEXT_BOOT);
	check_set_remedy(finding, "look at: journalctl -k -g AMD-Vi");
}

static void explain_unknown(struct check *check)
{
	struct check_finding *finding = check_add(check, CHECK_ERROR, "no-iommu",
						  "no PCI function has an IOMMU group");

	check_set_reason(finding, NEXT_BOOT);
	check_set_remedy(finding, "switch the IOMMU on in the firmware setup (VT-d, "
				  "AMD-Vi or IOMMU, SMMU) and, for Intel, with "
				  "intel_iommu=on on the kernel command line");
}

/* No function has a group: whose fault is it? */
static void explain_absence(struct check *check, enum maker maker)
{
	char now[WORD_SIZE];
	bool off = find_off(check->loader.now, maker, now, sizeof(now));

	/* By a word that is not on the next boot's command line. */
	if (off &&
	    (maker != MAKER_INTEL || is_default(check) || has_on(check->loader.next)))
		add_next_boot(check, now);
	else if (maker == MAKER_UNKNOWN || sys_exists(check->root, TABLES) != 1)
		explain_unknown(check);
	else if (maker == MAKER_INTEL)
		explain_intel(check);
	else
		explain_amd(check);
}

/* Intel's is off again without its word, though it is on now. */
static void check_stays_on(struct check *check, enum maker maker)
{
	struct check_finding *finding;

	if (maker != MAKER_INTEL || is_default(check) || has_on(check->loader.next) ||
	    !has_on(check->loader.now))
		return;
	finding = check_add(check, CHECK_ERROR, "iommu-kernel",
			    "intel_iommu=on is not on the next boot's kernel command "
			    "line (/%s)",
			    check->loader.next_path);
	check_set_reason(finding, NEXT_BOOT);
	boot_loader_advise_add(&check->loader, "intel_iommu=on", finding->remedy,
			       sizeof(finding->remedy));
}

/* Other functions have groups. */
static void check_without_group(struct check *check)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];
		struct check_finding *finding;

		if (plan->refusal != TRACE_REFUSED_NO_GROUP)
			continue;
		finding = check_add_refusal(check, plan);
		if (plan->about < 0 ||
		    !is_integrated(&plan->card.functions[plan->about]) ||
		    has_on(check->loader.next))
			continue;
		check_set_reason(finding, "this kernel uses the IOMMU for the GPU in the "
					  "processor only when it is told to");
		boot_loader_advise_add(&check->loader, "intel_iommu=on", finding->remedy,
				       sizeof(finding->remedy));
	}
}

/* A value that switches a module's parameter on (kstrtobool()). */
static bool is_true(const char *value, size_t length)
{
	return length > 0 && (strchr("1yYtT", value[0]) ||
			      (length > 1 && (value[0] == 'o' || value[0] == 'O') &&
			       (value[1] == 'n' || value[1] == 'N')));
}

static bool is_unsafe_allowed(const struct check *check)
{
	char value[8];
	size_t length;
	const char *word = words_value(
		check->loader.next, "vfio_iommu_type1.allow_unsafe_interrupts", &length);

	if (word && is_true(word, length))
		return true;
	for (unsigned i = 0; i < check->config.conf.parameter_count; i++) {
		const struct conf_parameter *parameter =
			&check->config.conf.parameters[i];

		if (strcmp(parameter->name, "allow_unsafe_interrupts") == 0 &&
		    is_true(parameter->value, strlen(parameter->value)))
			return true;
	}
	return sys_read_attribute(check->root, UNSAFE, value, sizeof(value)) > 0 &&
	       value[0] == 'Y';
}

static bool has_remapping(const struct check *check)
{
	return check_log_has(check, "Enabled IRQ remapping") ||
	       check_log_has(check, "Interrupt remapping enabled");
}

/* The log must reach back to the kernel's start to prove that something is missing. */
static bool lacks_remapping(const struct check *check)
{
	return check_log_has(check, "No interrupt remapping support") ||
	       (check_log_has(check, "Linux version ") && !has_remapping(check) &&
		(check_log_has(check, "DMAR: ") || check_log_has(check, "AMD-Vi: ")));
}

#define FORGE "vfio refuses VMs without it, since a guest could forge interrupts"

static void add_remapping_off(struct check *check, const char *found, size_t length)
{
	struct check_finding *finding;
	char word[WORD_SIZE];

	sys_format(word, sizeof(word), "%.*s", (int)length, found);
	finding = check_add(check, CHECK_ERROR, "interrupt-remapping-off",
			    "%s switches interrupt remapping off", word);
	check_set_reason(finding, FORGE);
	boot_loader_advise_remove(check->root, &check->loader, word, finding->remedy,
				  sizeof(finding->remedy));
}

static void add_no_remapping(struct check *check)
{
	struct check_finding *finding =
		check_add(check, CHECK_ERROR, "no-interrupt-remapping",
			  "this machine has no interrupt remapping");

	check_set_reason(finding, FORGE);
	check_set_remedy(finding, "switch x2APIC or interrupt remapping on in the "
				  "firmware setup; only for guests that you trust, put "
				  "vfio_iommu_type1.allow_unsafe_interrupts = 1 into "
				  "[options] of /" CONF_PATH);
}

static void check_remapping(struct check *check)
{
	const char *words = check->loader.next, *found;
	size_t length;

	found = words_with_item(words, "intremap", "off", &length);
	if (!found)
		found = words_find(words, "nointremap", &length);
	if (found)
		add_remapping_off(check, found, length);
	else if (has_groups(check) && lacks_remapping(check) && !is_unsafe_allowed(check))
		add_no_remapping(check);
}

static void check_unsafe(struct check *check)
{
	struct check_finding *finding;

	if (!is_unsafe_allowed(check) || !has_remapping(check))
		return;
	finding = check_add(check, CHECK_WARNING, "unsafe-interrupts",
			    "allow_unsafe_interrupts is set, and not needed here");
	check_set_reason(finding, "a guest may then forge interrupts of the host; this "
				  "machine has interrupt remapping");
	check_set_remedy(finding,
			 "remove allow_unsafe_interrupts from [options] of "
			 "/" CONF_PATH ", modprobe.d and the kernel command line");
}

/* "0x000... 0x000... direct"; those that the kernel may move are direct-relaxable. */
static int find_direct(const struct lines_place *place, char *line, void *data)
{
	const char *type = strrchr(line, ' ');

	(void)place;
	(void)data;
	return type && strcmp(type + 1, "direct") == 0;
}

/* The kernel tells them by group. */
static void check_regions(struct check *check, const struct plan *plan, int group)
{
	struct check_finding *finding;
	char path[64];

	sys_format(path, sizeof(path), GROUPS "/%d/reserved_regions", group);
	if (lines_of_file(check->root, path, find_direct, NULL) != 1)
		return;
	finding = check_add(check, CHECK_ERROR, "rmrr",
			    "the firmware has memory reserved for IOMMU group %d (RMRR, "
			    "or IVMD on AMD)",
			    group);
	snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
	check_set_reason(finding,
			 "the kernel then refuses the VM; its log says \"platform RMRR "
			 "requirement\" or, if it is newer, \"1:1 IOMMU mapping\"");
	check_set_remedy(finding,
			 "on HPE servers exclude the slot from shared memory features "
			 "(RBSU, HPE's conrep tool); on others switch off Pre-boot DMA "
			 "Protection in the firmware setup, or ask the maker for a "
			 "firmware without it");
}

static bool had_group(const struct card *card, unsigned function)
{
	for (unsigned i = 0; i < function; i++) {
		if (card->functions[i].iommu_group ==
		    card->functions[function].iommu_group)
			return true;
	}
	return false;
}

static void check_reserved(struct check *check)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		for (unsigned k = 0; !plan->refusal && k < plan->card.count; k++) {
			if (!had_group(&plan->card, k))
				check_regions(check, plan,
					      plan->card.functions[k].iommu_group);
		}
	}
}

/* Who else makes processors uses one of the two kinds of IOMMU. */
static enum maker find_maker(const struct check *check, enum maker processor)
{
	if (processor != MAKER_UNKNOWN)
		return processor;
	if (sys_exists(check->root, TABLES "/DMAR") == 1)
		return MAKER_INTEL;
	return sys_exists(check->root, TABLES "/IVRS") == 1 ? MAKER_AMD : MAKER_UNKNOWN;
}

void check_iommu(struct check *check)
{
	struct processor processor = {0};
	enum maker maker;
	char off[WORD_SIZE];

	lines_of_file(check->root, "proc/cpuinfo", read_line, &processor);
	check_virtualisation(check, &processor);
	maker = find_maker(check, processor.maker);
	if (find_off(check->loader.next, maker, off, sizeof(off))) {
		add_off(check, off);
	} else if (!has_groups(check)) {
		explain_absence(check, maker);
	} else {
		check_stays_on(check, maker);
		check_without_group(check);
	}
	check_remapping(check);
	check_unsafe(check);
	check_reserved(check);
}
