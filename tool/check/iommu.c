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
#include "tool/words.h"

enum maker { MAKER_UNKNOWN, MAKER_INTEL, MAKER_AMD };

struct processor {
	enum maker maker;
	bool has_flags, virtualises;
};

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

/* A word that switches the IOMMU off in the next boot, or NULL. */
static const char *find_off(const char *words)
{
	static const char *const off[] = {"iommu=off", "intel_iommu=off",
					  "amd_iommu=off"};

	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		if (words_have(words, off[i]))
			return off[i];
	}
	return NULL;
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

static int find_default_on(const struct lines_place *place, char *line, void *data)
{
	(void)place;
	(void)data;
	return strcmp(line, "CONFIG_INTEL_IOMMU_DEFAULT_ON=y") == 0;
}

/* Debian's and Ubuntu's kernels differ in this. */
static bool is_on_by_default(const struct check *check)
{
	char path[128];

	if (check_has_word(check, "intel_iommu=on"))
		return true;
	sys_format(path, sizeof(path), "boot/config-%s", check->release);
	return lines_of_file(check->root, path, find_default_on, NULL) == 1;
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
	} else if (!is_on_by_default(check)) {
		finding = check_add(check, CHECK_ERROR, "iommu-kernel",
				    "the kernel does not use the IOMMU: intel_iommu=on "
				    "is missing on its command line");
		check_set_reason(finding, NEXT_BOOT);
		boot_loader_advise_add(&check->loader, "intel_iommu=on", finding->remedy,
				       sizeof(finding->remedy));
	} else if (words_have(check->loader.now, "intel_iommu=on")) {
		finding = check_add(check, CHECK_ERROR, "iommu-failed",
				    "intel_iommu=on is given, and still no function has "
				    "an IOMMU group");
		check_set_reason(finding, NEXT_BOOT);
		check_set_remedy(finding, "look at: journalctl -k -g DMAR");
	} else {
		check_add(check, CHECK_NOTE, "iommu-next-boot",
			  "the IOMMU is off now, and on from the next boot");
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
	const char *now = find_off(check->loader.now);

	if (now) /* and not in the next boot */
		check_add(check, CHECK_NOTE, "iommu-next-boot",
			  "the IOMMU is off now by %s, and on from the next boot", now);
	else if (maker == MAKER_UNKNOWN || sys_exists(check->root, TABLES) != 1)
		explain_unknown(check);
	else if (maker == MAKER_INTEL)
		explain_intel(check);
	else
		explain_amd(check);
}

/* Intel's is off again without its word, though it is on now. */
static void check_stays_on(struct check *check, const struct processor *processor)
{
	struct check_finding *finding;

	if (processor->maker != MAKER_INTEL || is_on_by_default(check) ||
	    !words_have(check->loader.now, "intel_iommu=on"))
		return;
	finding = check_add(check, CHECK_ERROR, "iommu-kernel",
			    "intel_iommu=on is not on the next boot's kernel command "
			    "line (/%s)",
			    check->loader.next_path);
	check_set_reason(finding, NEXT_BOOT);
	boot_loader_advise_add(&check->loader, "intel_iommu=on", finding->remedy,
			       sizeof(finding->remedy));
}

static bool is_unsafe_allowed(const struct check *check)
{
	char value[8];

	if (words_have(check->loader.next, "vfio_iommu_type1.allow_unsafe_interrupts=1"))
		return true;
	for (unsigned i = 0; i < check->config.conf.parameter_count; i++) {
		const struct conf_parameter *parameter =
			&check->config.conf.parameters[i];

		if (strcmp(parameter->name, "allow_unsafe_interrupts") == 0 &&
		    strchr("1yY", parameter->value[0]))
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

static void check_remapping(struct check *check)
{
	struct check_finding *finding;
	const char *word = NULL;

	if (check_has_word(check, "intremap=off"))
		word = "intremap=off";
	else if (check_has_word(check, "nointremap"))
		word = "nointremap";
	if (word) {
		finding = check_add(check, CHECK_ERROR, "interrupt-remapping-off",
				    "%s switches interrupt remapping off", word);
		check_set_reason(finding, "vfio refuses VMs without it, since a guest "
					  "could forge interrupts");
		boot_loader_advise_remove(check->root, &check->loader, word,
					  finding->remedy, sizeof(finding->remedy));
	} else if (lacks_remapping(check) && !is_unsafe_allowed(check)) {
		finding = check_add(check, CHECK_ERROR, "no-interrupt-remapping",
				    "this machine has no interrupt remapping");
		check_set_reason(finding, "vfio refuses VMs without it, since a guest "
					  "could forge interrupts");
		check_set_remedy(finding,
				 "switch x2APIC or interrupt remapping on in the "
				 "firmware setup; only for guests that you trust, put "
				 "vfio_iommu_type1.allow_unsafe_interrupts = 1 into "
				 "[options] of /" CONF_PATH);
	}
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

static void check_regions(struct check *check, const struct plan *plan,
			  const struct pci_function *function)
{
	struct check_finding *finding;
	char path[64];

	if (function->iommu_group < 0)
		return;
	sys_format(path, sizeof(path), GROUPS "/%d/reserved_regions",
		   function->iommu_group);
	if (lines_of_file(check->root, path, find_direct, NULL) != 1)
		return;
	finding = check_add(check, CHECK_ERROR, "rmrr",
			    "the firmware has reserved memory for it (RMRR)");
	check_set_function(finding, &function->address);
	snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
	check_set_reason(finding,
			 "the kernel then refuses the VM: \"ineligible for IOMMU "
			 "domain attach due to platform RMRR requirement\"");
	check_set_remedy(finding,
			 "on HPE servers exclude the slot from shared memory features "
			 "(RBSU, HPE's conrep tool); else ask the maker for a firmware "
			 "without it");
}

static void check_reserved(struct check *check)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		if (plan->found != CARD_FOUND || plan->refusal)
			continue;
		for (unsigned k = 0; k < plan->card.count; k++)
			check_regions(check, plan, &plan->card.functions[k]);
	}
}

void check_iommu(struct check *check)
{
	struct processor processor = {0};
	const char *off = find_off(check->loader.next);

	lines_of_file(check->root, "proc/cpuinfo", read_line, &processor);
	check_virtualisation(check, &processor);
	if (off)
		add_off(check, off);
	else if (!has_groups(check))
		explain_absence(check, processor.maker);
	else
		check_stays_on(check, &processor);
	check_remapping(check);
	check_unsafe(check);
	check_reserved(check);
}
