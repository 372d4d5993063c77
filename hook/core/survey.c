/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows selectors to functions. With an address or a path the cost does not grow with
 * the machine; an id alone, and the answer to "where is it now", look at every function.
 */
#include "hook/core/survey.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MAX_MATCHES 4
#define GROUP_PATH  64

/* Functions that have a rule's id and subsystem. */
struct matches {
	const struct sys_root *root;
	const struct conf_rule *rule;
	unsigned count; /* all of them */
	struct pci_address first[MAX_MATCHES];
};

static bool has_identity(const struct sys_root *root, const struct conf_rule *rule,
			 const struct pci_address *address)
{
	uint16_t vendor, device;

	if (rule->has_id && (pci_read_identity(root, address, &vendor, &device) < 0 ||
			     vendor != rule->vendor || device != rule->device))
		return false;
	return !rule->has_subsystem ||
	       (pci_read_subsystem(root, address, &vendor, &device) == 0 &&
		vendor == rule->subsystem_vendor && device == rule->subsystem_device);
}

/* Kept in the order of addresses, which is not that of a directory. */
static int add_match(const struct pci_address *address, void *data)
{
	struct matches *matches = data;
	unsigned at;

	if (!has_identity(matches->root, matches->rule, address))
		return 0;
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

static void find_matches(const struct sys_root *root, const struct conf_rule *rule,
			 struct matches *ret_matches)
{
	memset(ret_matches, 0, sizeof(*ret_matches));
	ret_matches->root = root;
	ret_matches->rule = rule;
	if (rule->has_id || rule->has_subsystem)
		topology_each(root, add_match, ret_matches);
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

	topology_format_path(&rule->path, path);
	if (topology_follow_path(root, &rule->path, &site->address) < 0) {
		pci_format_address(&site->address, address);
		sys_format(text, sizeof(text), "path %s ends at %s", path, address);
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

static void locate_by_identity(const struct sys_root *root, const struct conf_rule *rule,
			       struct plan_site *site)
{
	char addresses[TRACE_TEXT_SIZE];
	struct matches matches;

	find_matches(root, rule, &matches);
	if (matches.count == 0) {
		refuse(site, TRACE_REFUSED_ABSENT, "nothing on this machine has this id");
		return;
	}
	site->address = matches.first[0];
	for (unsigned i = 1; i < matches.count; i++) {
		if (i < MAX_MATCHES && pci_same_slot(&matches.first[i], &site->address))
			continue;
		format_matches(&matches, addresses, sizeof(addresses));
		refuse(site, TRACE_REFUSED_AMBIGUOUS, addresses);
		return;
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

static void visit(const struct sys_root *root, const struct conf_rule *rule,
		  struct topology_near *near, struct plan_site *site)
{
	memset(site, 0, sizeof(*site));
	site->near = near;
	near->count = 0;
	if (rule->has_path)
		locate_by_path(root, rule, site);
	else if (rule->has_address)
		site->address = rule->address;
	else
		locate_by_identity(root, rule, site);
	if (!site->refusal) {
		topology_read_near(root, &site->address,
				   rule->functions == CONF_FUNCTIONS_CARD ||
					   rule->functions == CONF_FUNCTIONS_SWITCH,
				   near);
		site->identity_holds = has_identity(root, rule, &site->address);
		if (rule->has_subsystem)
			pci_read_subsystem(root, &site->address, &site->subsystem_vendor,
					   &site->subsystem_device);
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
			visit(root, &conf->rules[i], &near, &site);
		plan_make(conf, &conf->rules[i], &site, facts, &plans[i]);
	}
	plan_refuse_shared(plans, conf->rule_count);
}

struct neighbours {
	const struct sys_root *root;
	const struct card *card;
	unsigned count;
	struct pci_function *functions;
};

static int add_neighbour(const struct pci_address *address, void *data)
{
	struct neighbours *neighbours = data;
	struct pci_function function;

	if (card_index(neighbours->card, address) >= 0 ||
	    pci_read_function(neighbours->root, address, &function) < 0 ||
	    function.class_code >> 16 == 0x06)
		return 0;
	if (neighbours->count < SURVEY_MAX_NEIGHBOURS)
		neighbours->functions[neighbours->count] = function;
	neighbours->count++;
	return 0;
}

static bool is_new_group(const struct card *card, unsigned number)
{
	for (unsigned i = 0; i < number; i++) {
		if (card->functions[i].iommu_group == card->functions[number].iommu_group)
			return false;
	}
	return card->functions[number].iommu_group >= 0;
}

unsigned survey_neighbours(const struct sys_root *root, const struct card *card,
			   struct pci_function *ret_functions)
{
	struct neighbours neighbours = {root, card, 0, ret_functions};
	char path[GROUP_PATH];

	for (unsigned i = 0; i < card->count; i++) {
		if (!is_new_group(card, i))
			continue;
		sys_format(path, sizeof(path), "sys/kernel/iommu_groups/%d/devices",
			   card->functions[i].iommu_group);
		topology_each_in(root, path, add_neighbour, &neighbours);
	}
	topology_sort(ret_functions, neighbours.count < SURVEY_MAX_NEIGHBOURS
					     ? neighbours.count
					     : SURVEY_MAX_NEIGHBOURS);
	return neighbours.count;
}
