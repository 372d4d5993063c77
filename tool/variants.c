// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For each function of each card that a section leaves to us: what the kernel's index
 * has, and of that the closest.
 */
#include "tool/variants.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "hook/core/survey.h"
#include "tool/gpupass.h"

#define PREFIX     "vfio_pci:"
#define NATIVE     "pci:"
#define ALIAS_SIZE 128

static bool wants_any(const struct conf_rule *rule)
{
	for (unsigned i = 0; i < PCI_SLOT_FUNCTIONS; i++) {
		if (conf_driver_of(rule, i) == CONF_AUTO)
			return true;
	}
	return false;
}

bool variants_are_wanted(const struct conf *conf)
{
	for (unsigned i = 0; i < conf->rule_count; i++) {
		if (wants_any(&conf->rules[i]))
			return true;
	}
	return false;
}

static unsigned count_wildcards(const char *alias)
{
	unsigned count = 0;

	for (; *alias; alias++)
		count += *alias == '*';
	return count;
}

/* The fewest wildcards of the module's aliases that match; UINT_MAX = none does. */
static unsigned find_closest_alias(const struct kmod_module *module, const char *wanted)
{
	struct kmod_list *info = NULL, *at;
	unsigned fewest = UINT_MAX;

	if (kmod_module_get_info(module, &info) < 0)
		return UINT_MAX;
	kmod_list_foreach(at, info)
	{
		const char *alias = kmod_module_info_get_value(at);

		if (strcmp(kmod_module_info_get_key(at), "alias") != 0 ||
		    fnmatch(alias, wanted, 0) != 0)
			continue;
		if (count_wildcards(alias) < fewest)
			fewest = count_wildcards(alias);
	}
	kmod_module_info_free_list(info);
	return fewest;
}

/* Whether it claims functions without being asked to. */
static bool is_native(const struct kmod_module *module)
{
	struct kmod_list *info = NULL, *at;
	bool found = false;

	if (kmod_module_get_info(module, &info) < 0)
		return false;
	kmod_list_foreach(at, info) found |=
		strcmp(kmod_module_info_get_key(at), "alias") == 0 &&
		strncmp(kmod_module_info_get_value(at), NATIVE, strlen(NATIVE)) == 0;
	kmod_module_info_free_list(info);
	return found;
}

/* The first of the module and what it needs that is a native driver: inserted before any
 * card is taken it would have the cards, and more of the machine. */
static bool find_native(const struct kmod_module *module, char name[IMAGE_MODULE_SIZE])
{
	struct kmod_list *needed = kmod_module_get_dependencies(module), *at;
	bool found = is_native(module);

	snprintf(name, IMAGE_MODULE_SIZE, "%s", kmod_module_get_name(module));
	kmod_list_foreach(at, needed)
	{
		struct kmod_module *one = kmod_module_get_module(at);

		if (!found && is_native(one)) {
			snprintf(name, IMAGE_MODULE_SIZE, "%s",
				 kmod_module_get_name(one));
			found = true;
		}
		kmod_module_unref(one);
	}
	kmod_module_unref_list(needed);
	return found;
}

/* Whether an image can have it. */
static bool is_usable(const struct kmod_module *module,
		      const struct pci_function *function)
{
	const char *name = kmod_module_get_name(module);
	char native[IMAGE_MODULE_SIZE], address[PCI_ADDRESS_SIZE];
	bool itself;

	if (!pci_is_vfio_driver(name) || strlen(name) >= PCI_DRIVER_SIZE)
		return false;
	if (kmod_module_get_initstate(module) == KMOD_MODULE_BUILTIN ||
	    !find_native(module, native))
		return true;
	pci_format_address(&function->address, address);
	itself = strcmp(native, name) == 0;
	warn_user("%s: %s stays out of the image: it %s%s%sclaims functions unasked",
		  address, name, itself ? "" : "needs ", itself ? "" : native,
		  itself ? "" : ", which ");
	return false;
}

/* "vfio_pci:" and what stands behind "pci:" in the function's modalias. */
static void format_alias(const struct pci_function *function, char alias[ALIAS_SIZE])
{
	struct image_variant as_text = {.function = *function, .driver = "-"};
	char line[ALIAS_SIZE];

	image_format_variant(&as_text, line, sizeof(line));
	snprintf(alias, ALIAS_SIZE, PREFIX "%.*s",
		 (int)(strlen(line) - strlen("variant pci:") - strlen(" -\n")),
		 line + strlen("variant pci:"));
}

/* The name of the closest one to driver; empty when that is vfio_pci, which matches all.
 */
static int find_driver(struct kmod_ctx *context, const struct pci_function *function,
		       char driver[PCI_DRIVER_SIZE])
{
	struct kmod_list *found = NULL, *at;
	unsigned fewest = UINT_MAX;
	char wanted[ALIAS_SIZE];
	int error;

	format_alias(function, wanted);
	error = kmod_module_new_from_lookup(context, wanted, &found);
	driver[0] = '\0';
	kmod_list_foreach(at, found)
	{
		struct kmod_module *module = kmod_module_get_module(at);
		const char *name = kmod_module_get_name(module);
		unsigned wildcards = find_closest_alias(module, wanted);

		if (wildcards < fewest && is_usable(module, function)) {
			fewest = wildcards;
			strcpy(driver, name);
		}
		kmod_module_unref(module);
	}
	kmod_module_unref_list(found);
	if (strcmp(driver, "vfio_pci") == 0)
		driver[0] = '\0';
	return error < 0 ? error : 0;
}

static int find_for(struct kmod_ctx *context, const struct pci_function *function,
		    struct image_modules *modules)
{
	struct image_variant *variant = &modules->variants[modules->variant_count];
	char driver[PCI_DRIVER_SIZE];
	int error;

	if (image_find_variant(modules, function))
		return 0;
	error = find_driver(context, function, driver);
	if (error < 0 || !driver[0])
		return error;
	if (modules->variant_count == IMAGE_MAX_VARIANTS)
		return -E2BIG;
	variant->function = *function;
	strcpy(variant->driver, driver);
	modules->variant_count++;
	return 0;
}

int variants_find(struct kmod_ctx *context, const struct sys_root *root,
		  const struct conf *conf, struct image_modules *ret_modules)
{
	static struct plan plans[CONF_MAX_RULES];
	static const struct image_keep nothing;
	const struct plan_facts facts = {.keep = &nothing, .next_boot = true};
	int error = 0;

	if (!variants_are_wanted(conf))
		return 0;
	survey_plan(root, conf, &facts, plans);
	for (unsigned i = 0; i < conf->rule_count && error == 0; i++) {
		const struct plan *plan = &plans[i];

		if (plan->card.count == 0 && wants_any(plan->rule))
			warn_user("[card %s]: driver = auto: it is not on this machine, "
				  "and gets vfio-pci",
				  plan->rule->name);
		for (unsigned k = 0; k < plan->card.count && error == 0; k++) {
			const struct pci_function *function = &plan->card.functions[k];

			if (conf_driver_of(plan->rule, function->address.function) ==
			    CONF_AUTO)
				error = find_for(context, function, ret_modules);
		}
	}
	return error;
}
