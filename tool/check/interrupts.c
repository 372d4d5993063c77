/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupt remapping, and what is set because somebody had none. Parameters: the
 * kernel's Documentation/admin-guide/kernel-parameters.txt.
 */
#include <stdio.h>
#include <string.h>

#include "hook/core/words.h"
#include "tool/check/check.h"

#define WORD_SIZE 256
#define UNSAFE    "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"

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
	else if (check_has_groups(check) && lacks_remapping(check) &&
		 !is_unsafe_allowed(check))
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

void check_interrupts(struct check *check)
{
	check_remapping(check);
	check_unsafe(check);
}
