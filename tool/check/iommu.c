/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtualisation and the IOMMU: what the firmware offers, what the kernel was told, what
 * came of it.
 *
 * ACPI tables: DMAR (Intel Virtualization Technology for Directed I/O, chapter 8), IVRS
 * (AMD I/O Virtualization Technology, chapter 5). Parameters: the kernel's
 * Documentation/admin-guide/kernel-parameters.txt.
 */
#include <stdio.h>
#include <string.h>

#include "hook/core/words.h"
#include "tool/check/check.h"
#include "tool/check/kernel.h"

enum maker { MAKER_UNKNOWN, MAKER_INTEL, MAKER_AMD };

struct processor {
	enum maker maker;
	bool has_flags, virtualises;
	bool is_guest; /* of another host, which may keep it to itself */
};

#define WORD_SIZE 256
#define TABLES    "sys/firmware/acpi/tables"
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
	processor->is_guest = words_have(line, "hypervisor");
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
	if (processor->is_guest)
		check_set_remedy(finding, "this machine is itself a virtual one: allow "
					  "nested virtualisation in its host");
	else
		check_set_remedy(
			finding, "in the firmware setup switch on %s",
			processor->maker == MAKER_AMD
				? "SVM Mode (often under CPU Configuration or Overclocking)"
				: "Intel Virtualization Technology (VT-x, VMX)");
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
	} else if (!check_has_groups(check)) {
		explain_absence(check, maker);
	} else {
		check_stays_on(check, maker);
		check_without_group(check);
	}
	check_interrupts(check);
	check_reserved(check);
}
