/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows selectors to functions. With an address or a path the cost does not grow with
 * the machine; an id alone, and the answer to "where is it now", look at every function.
 */
#include "hook/core/survey.h"

#include <errno.h>
#include <string.h>

#include "hook/core/usb.h"

#define MAX_MATCHES 4
#define CLASS_USB   0x0c03

/* Functions that have a rule's id and subsystem. A GPU's virtual functions have its own
 * and are no card: they count only where there is nothing else. */
struct matches {
	const struct sys_root *root;
	const struct conf_rule *rule;
	bool virtual;   /* count virtual functions, too */
	unsigned count; /* all of them */
	struct pci_address first[MAX_MATCHES];
};

static bool has_identity(const struct conf_rule *rule,
			 const struct pci_function *function)
{
	return (!rule->has_id ||
		(function->vendor == rule->vendor && function->device == rule->device)) &&
	       (!rule->has_subsystem ||
		(function->subsystem_vendor == rule->subsystem_vendor &&
		 function->subsystem_device == rule->subsystem_device));
}

/* 1, 0, or -errno: one that cannot be told may be the same card again. */
static int is_match(const struct matches *matches, const struct pci_address *address)
{
	struct pci_function function;
	int there = pci_read_identity(matches->root, address, &function);
	char path[PCI_PATH_SIZE];

	if (there < 0)
		return there == -ENOENT ? 0 : there;
	if (!has_identity(matches->rule, &function))
		return 0;
	if (matches->virtual)
		return 1;
	pci_format_path(address, "physfn", path);
	there = sys_exists(matches->root, path);
	return there < 0 ? there : !there;
}

/* Kept in the order of addresses, which is not that of a directory. */
static int add_match(const struct pci_address *address, void *data)
{
	struct matches *matches = data;
	int match = is_match(matches, address);
	unsigned at;

	if (match <= 0)
		return match;
	at = matches->count < MAX_MATCHES ? matches->count : MAX_MATCHES;
	matches->count++;
	for (; at > 0 && pci_compare(address, &matches->first[at - 1]) < 0; at--) {
		if (at < MAX_MATCHES)
			matches->first[at] = matches->first[at - 1];
	}
	if (at < MAX_MATCHES)
		matches->first[at] = *address;
	return 0;
}

/* 0, or -errno when there is no list of functions. */
static int find_matches(const struct sys_root *root, const struct conf_rule *rule,
			struct matches *ret_matches)
{
	int result = 0;

	memset(ret_matches, 0, sizeof(*ret_matches));
	ret_matches->root = root;
	ret_matches->rule = rule;
	if (!rule->has_id && !rule->has_subsystem)
		return 0;
	for (int pass = 0; pass < 2 && result == 0 && ret_matches->count == 0; pass++) {
		ret_matches->virtual = pass == 1;
		result = topology_each(root, add_match, ret_matches);
	}
	return result;
}

/* "0000:17:00.0, 0000:65:00.0" */
static void format_matches(const struct matches *matches, char *text, size_t size)
{
	unsigned count = matches->count < MAX_MATCHES ? matches->count : MAX_MATCHES;
	char address[PCI_ADDRESS_SIZE];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		pci_format_address(&matches->first[i], address);
		sys_format(text + used, size - used, "%s%s", i ? ", " : "", address);
		used += strlen(text + used);
	}
	if (count < matches->count)
		sys_format(text + used, size - used, " and %u more",
			   matches->count - count);
}

static void refuse(struct plan_site *site, uint16_t refusal, const char *reason)
{
	site->refusal = refusal;
	sys_format(site->reason, sizeof(site->reason), "%s", reason);
}

static void locate_by_path(const struct sys_root *root, const struct conf_rule *rule,
			   struct plan_site *site)
{
	char address[PCI_ADDRESS_SIZE], named[PCI_ADDRESS_SIZE], path[TOPOLOGY_PATH_SIZE];
	char text[TRACE_TEXT_SIZE];

	int result;

	topology_format_path(&rule->path, path);
	result = topology_follow_path(root, &rule->path, &site->address);
	if (result < 0) {
		pci_format_address(&site->address, address);
		if (result == -ENODEV)
			sys_format(text, sizeof(text),
				   "there is no %s, where path %s begins", address, path);
		else
			sys_format(text, sizeof(text), "path %s ends at %s", path,
				   address);
		refuse(site, TRACE_REFUSED_ABSENT, text);
		return;
	}
	if (!rule->has_address || pci_same_address(&rule->address, &site->address))
		return;
	pci_format_address(&site->address, address);
	pci_format_address(&rule->address, named);
	sys_format(text, sizeof(text), "path leads to %s, address is %s", address, named);
	refuse(site, TRACE_REFUSED_DISAGREE, text);
}

struct spread {
	const struct matches *matches;
	const struct card *card;
};

static int is_elsewhere(const struct pci_address *address, void *data)
{
	const struct spread *spread = data;

	return is_match(spread->matches, address) != 0 &&
	       !pci_same_slot(address, &spread->matches->first[0]) &&
	       card_index(spread->card, address) < 0;
}

/* Whether all that matches is in one slot, or on one card with buses of its own. */
static bool is_one_card(const struct matches *matches, struct topology_near *near)
{
	const struct conf_rule whole = {.functions = CONF_FUNCTIONS_CARD};
	struct spread spread = {matches, NULL};
	struct pci_address missing;
	struct card card;

	if (matches->count == 1)
		return true;
	topology_read_near(matches->root, &matches->first[0], true, near);
	if (card_find(&whole, &matches->first[0], near, &card, &missing) != CARD_FOUND)
		card.count = 0;
	spread.card = &card;
	return topology_each(matches->root, is_elsewhere, &spread) == 0;
}

static const char *name_identity(const struct conf_rule *rule)
{
	if (!rule->has_subsystem)
		return "nothing on this machine has this id";
	return rule->has_id ? "nothing on this machine has this id and subsystem"
			    : "nothing on this machine has this subsystem";
}

static void locate_by_identity(const struct sys_root *root, const struct conf_rule *rule,
			       struct topology_near *near, struct plan_site *site)
{
	char addresses[TRACE_TEXT_SIZE];
	struct matches matches;
	int result = find_matches(root, rule, &matches);

	if (result < 0) {
		refuse(site, TRACE_REFUSED_UNREADABLE,
		       "which functions have this identity");
		site->error = -result;
	} else if (matches.count == 0) {
		refuse(site, TRACE_REFUSED_ABSENT, name_identity(rule));
	} else if (!is_one_card(&matches, near)) {
		format_matches(&matches, addresses, sizeof(addresses));
		refuse(site, TRACE_REFUSED_AMBIGUOUS, addresses);
	} else {
		site->address = matches.first[0];
	}
}

/* Where a card with the rule's id is now, for a rule that found something else. */
static void find_elsewhere(const struct sys_root *root, const struct conf_rule *rule,
			   struct plan_site *site)
{
	struct matches matches;

	find_matches(root, rule, &matches);
	if (matches.count)
		format_matches(&matches, site->elsewhere, sizeof(site->elsewhere));
}

static void check_identity(const struct conf_rule *rule, const struct topology_near *near,
			   struct plan_site *site)
{
	for (unsigned i = 0; i < near->count; i++) {
		if (pci_same_address(&near->functions[i].address, &site->address))
			site->identity_holds = has_identity(rule, &near->functions[i]);
	}
}

/* What hangs on USB controllers that a native driver has brought up already. */
static void look_below(const struct sys_root *root, struct topology_near *near)
{
	for (unsigned i = 0; i < near->count; i++) {
		struct pci_function *function = &near->functions[i];
		struct usb_seen seen;
		int error;

		if (function->class_code >> 8 != CLASS_USB || !function->driver[0])
			continue;
		error = usb_look(root, &function->address, &seen);
		if (error < 0 && !function->error) {
			function->error = -error;
			function->unreadable = "usb*/";
		}
		memcpy(function->usb_disk, seen.disk, sizeof(function->usb_disk));
		function->only_keyboard = seen.keyboards && !seen.other_keyboards;
	}
}

/* A driver that is a module comes when udev has started; one without initstate is a part
 * of the kernel (Documentation/ABI/stable/sysfs-module). */
static void forget_loaded_drivers(const struct sys_root *root, struct topology_near *near)
{
	for (unsigned i = 0; i < near->count; i++) {
		struct pci_function *function = &near->functions[i];
		char path[PCI_PATH_SIZE];

		pci_format_path(&function->address, "driver/module/initstate", path);
		if (!function->driver[0] || sys_exists(root, path) != 1)
			continue;
		function->driver[0] = '\0';
		function->drm = false;
	}
}

static void visit(const struct sys_root *root, const struct conf_rule *rule,
		  const struct plan_facts *facts, struct topology_near *near,
		  struct plan_site *site)
{
	memset(site, 0, sizeof(*site));
	site->near = near;
	if (rule->has_path)
		locate_by_path(root, rule, site);
	else if (rule->has_address)
		site->address = rule->address;
	else
		locate_by_identity(root, rule, near, site);
	near->count = 0;
	if (!site->refusal) {
		topology_read_near(root, &site->address,
				   rule->functions == CONF_FUNCTIONS_CARD ||
					   rule->functions == CONF_FUNCTIONS_SWITCH,
				   near);
		if (facts->next_boot)
			forget_loaded_drivers(root, near);
		look_below(root, near);
		check_identity(rule, near, site);
	}
	if (!site->identity_holds && (rule->has_address || rule->has_path))
		find_elsewhere(root, rule, site);
}

void survey_plan(const struct sys_root *root, const struct conf *conf,
		 const struct plan_facts *facts, struct plan *plans)
{
	static struct topology_near near;
	static struct plan_site site;

	for (unsigned i = 0; i < conf->rule_count; i++) {
		memset(&site, 0, sizeof(site));
		if (!conf->rules[i].broken && !conf->refuse_all)
			visit(root, &conf->rules[i], facts, &near, &site);
		plan_make(conf, &conf->rules[i], &site, facts, &plans[i]);
	}
	plan_refuse_shared(plans, conf->rule_count);
}
