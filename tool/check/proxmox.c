/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proxmox VE's own word on who gets which function: hostpci lines of VMs and resource
 * mappings, against the cards that gpupass takes.
 *
 * Formats: qm.conf(5), hostpci[n] ([host=]ID[;ID...], an ID without a function is the
 * whole slot, or mapping=NAME); PVE/Mapping/PCI.pm of pve-guest-common: a head NAME, and
 * lines "map id=...,node=...,path=ID[;ID...]".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/check/check.h"
#include "tool/regular.h"

#define VMS      "etc/pve/qemu-server"
#define MAPPINGS "etc/pve/mapping/pci.cfg"
#define BLANKS   " \t"
#define IDS_SIZE 256

struct vm {
	struct check *check;
	char path[PATH_MAX]; /* of its configuration; empty = none yet */
	bool in_snapshot;
	uint16_t has[CONF_MAX_RULES]; /* bit n = function n of that plan's card */
	struct lines_place at[CONF_MAX_RULES];
};

/* "0000:83:00.1", "83:00.1", "0000:83:00" or "83:00"; a slot has function -1. */
static bool parse_id(const char *text, struct pci_address *ret_slot, int *ret_function)
{
	char full[32];

	snprintf(full, sizeof(full), "%s%s%s",
		 strchr(text, ':') == strrchr(text, ':') ? "0000:" : "", text,
		 strchr(text, '.') ? "" : ".0");
	*ret_function = -1;
	if (pci_parse_address(full, strlen(full), ret_slot) < 0)
		return false;
	if (strchr(text, '.'))
		*ret_function = ret_slot->function;
	return true;
}

static bool means(const struct pci_address *slot, int number,
		  const struct pci_address *function)
{
	return pci_same_slot(slot, function) &&
	       (number < 0 || number == (int)function->function);
}

static void add_not_taken(struct vm *vm, const struct lines_place *place,
			  const struct pci_function *function)
{
	struct check_finding *finding =
		check_add(vm->check, CHECK_WARNING, "proxmox-not-taken",
			  "a VM of Proxmox has this GPU, and no section takes it");

	finding->place = *place;
	check_set_function(finding, &function->address);
	check_set_reason(finding, "Proxmox unbinds the host's driver when the VM starts, "
				  "which can hang the host");
	check_set_remedy(finding, "run: gpupass add %04x:%02x:%02x.%u",
			 function->address.domain, function->address.bus,
			 function->address.device, function->address.function);
}

static void note_id(struct vm *vm, const struct lines_place *place, const char *id)
{
	struct check *check = vm->check;
	struct pci_address slot;
	int number;

	if (!parse_id(id, &slot, &number))
		return;
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		for (unsigned k = 0; !plan->refusal && k < plan->card.count; k++) {
			if (!means(&slot, number, &plan->card.functions[k].address))
				continue;
			vm->has[i] = (uint16_t)(vm->has[i] | 1U << k);
			vm->at[i] = *place;
		}
	}
	for (unsigned i = 0; i < check->cards.function_count; i++) {
		const struct pci_function *function = &check->cards.functions[i];

		if (function->class_code >> 16 == PCI_CLASS_DISPLAY &&
		    !function->virtual && means(&slot, number, &function->address) &&
		    !check_is_taken(check, &function->address))
			add_not_taken(vm, place, function);
	}
}

/* "0000:83:00.0;0000:83:00.1" */
static void note_ids(struct vm *vm, const struct lines_place *place, const char *ids)
{
	char copy[IDS_SIZE], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", ids);
	for (char *id = strtok_r(copy, "; ", &save); id; id = strtok_r(NULL, "; ", &save))
		note_id(vm, place, id);
}

struct mapping {
	const char *name;
	const char *node; /* empty = any */
	bool inside, found;
	char ids[IDS_SIZE];
};

/* The value of "key=" among words that commas separate; false when it is not there. */
static bool find_value(const char *text, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);

	for (const char *at = text; at; at = strchr(at, ',')) {
		at += *at == ',';
		at += strspn(at, BLANKS);
		if (strncmp(at, key, length) != 0 || at[length] != '=')
			continue;
		snprintf(value, size, "%.*s", (int)strcspn(at + length + 1, ","),
			 at + length + 1);
		return true;
	}
	return false;
}

static int look_at_mapping(const struct lines_place *place, char *line, void *data)
{
	struct mapping *mapping = data;
	const char *start = line + strspn(line, BLANKS);
	char node[128];

	(void)place;
	if (start == line && *line) {
		const char *name = strncmp(line, "pci: ", 5) == 0 ? line + 5 : line;

		mapping->inside = strcmp(name, mapping->name) == 0;
		return 0;
	}
	if (!mapping->inside || strncmp(start, "map ", 4) != 0)
		return 0;
	if (mapping->node[0] && find_value(start + 4, "node", node, sizeof(node)) &&
	    strcmp(node, mapping->node) != 0)
		return 0;
	mapping->found =
		find_value(start + 4, "path", mapping->ids, sizeof(mapping->ids));
	return mapping->found;
}

static void note_mapping(struct vm *vm, const struct lines_place *place, const char *name)
{
	char node[128] = "";
	struct mapping mapping = {.name = name, .node = node};

	if (regular_read(vm->check->root->fd, "etc/hostname", node, sizeof(node)) < 0)
		node[0] = '\0';
	node[strcspn(node, "\n")] = '\0';
	lines_of_file(vm->check->root, MAPPINGS, look_at_mapping, &mapping);
	if (mapping.found)
		note_ids(vm, place, mapping.ids);
}

/* The card as a whole, or not at all. */
static void end_vm(struct vm *vm)
{
	struct check *check = vm->check;

	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];
		uint16_t all = (uint16_t)((1U << plan->card.count) - 1);
		struct check_finding *finding;
		const char *name = strrchr(vm->path, '/');

		if (!vm->has[i] || vm->has[i] == all)
			continue;
		finding = check_add(
			check, CHECK_WARNING, "proxmox-partly",
			"VM %.*s of Proxmox has %u of this card's %u "
			"functions",
			name ? (int)strcspn(name + 1, ".") : 0, name ? name + 1 : "",
			(unsigned)__builtin_popcount(vm->has[i]), plan->card.count);
		finding->place = vm->at[i];
		snprintf(finding->card, sizeof(finding->card), "%s", plan->rule->name);
		check_set_reason(finding, "a driver in the guest may hang or fail "
					  "without the others, and no other VM can have "
					  "them");
		check_set_remedy(finding, "gpupass vm %s --proxmox prints the line",
				 plan->rule->name);
	}
	memset(vm->has, 0, sizeof(vm->has));
}

static int look_at_line(const struct lines_place *place, char *line, void *data)
{
	struct vm *vm = data;
	char value[IDS_SIZE];
	const char *colon;

	if (strcmp(vm->path, place->path) != 0) {
		end_vm(vm);
		snprintf(vm->path, sizeof(vm->path), "%s", place->path);
		vm->in_snapshot = false;
	}
	/* What follows are snapshots, which say what was. */
	vm->in_snapshot |= line[0] == '[';
	colon = strchr(line, ':');
	if (vm->in_snapshot || strncmp(line, "hostpci", 7) != 0 || !colon)
		return 0;
	colon += 1 + strspn(colon + 1, BLANKS);
	/* A part of a GPU, made by the host's own driver. */
	if (find_value(colon, "mdev", value, sizeof(value)))
		return 0;
	if (find_value(colon, "mapping", value, sizeof(value))) {
		note_mapping(vm, place, value);
	} else {
		if (!find_value(colon, "host", value, sizeof(value)))
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(colon, ","),
				 colon);
		note_ids(vm, place, value);
	}
	return 0;
}

void check_proxmox(struct check *check)
{
	static struct vm vm;

	memset(&vm, 0, sizeof(vm));
	vm.check = check;
	lines_of_directory(check->root, VMS, ".conf", look_at_line, &vm);
	end_vm(&vm);
}
