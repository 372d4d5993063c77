/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as one JSON object; gpupass(8) lists the fields.
 */
#include "tool/json.h"

#include <string.h>

#include "tool/check/check.h"

#define JSON_VERSION 1

static struct json_object *make_card(const struct check *check, const struct plan *plan)
{
	struct json_object *object = json_object_new_object();
	struct json_object *functions = json_object_new_array();
	bool taken = !plan->refusal && !check->switched_off;

	json_add_string(object, "name", plan->rule->name);
	json_add_flag(object, "taken", taken);
	if (plan->refusal)
		json_add_string(object, "refusal", trace_event_find(plan->refusal)->name);
	for (unsigned i = 0; taken && i < plan->card.count; i++) {
		const struct pci_function *function = &plan->card.functions[i];
		struct json_object *entry = json_object_new_object();

		json_add_address(entry, "address", &function->address);
		json_add_string(entry, "driver", plan_driver(plan, function));
		json_object_array_add(functions, entry);
	}
	json_object_object_add(object, "functions", functions);
	return object;
}

static struct json_object *make_finding(const struct check_finding *finding)
{
	struct json_object *object = json_object_new_object();
	char path[PATH_MAX + 1];

	json_add_string(object, "weight", check_weight_name(finding->weight));
	json_add_string(object, "kind", finding->kind);
	json_add_string(object, "card", finding->card);
	if (finding->has_function)
		json_add_address(object, "function", &finding->function);
	if (finding->place.path[0]) {
		sys_format(path, sizeof(path), "/%s", finding->place.path);
		json_add_string(object, "file", path);
	}
	if (finding->place.line)
		json_add_number(object, "line", finding->place.line);
	json_add_string(object, "text", finding->text);
	json_add_string(object, "reason", finding->reason);
	json_add_string(object, "remedy", finding->remedy);
	return object;
}

bool check_json(const struct check *check)
{
	struct json_object *root = json_object_new_object();
	struct json_object *cards = json_object_new_array();
	struct json_object *findings = json_object_new_array();

	json_add_number(root, "version", JSON_VERSION);
	json_add_number(root, "errors", check_count(check, CHECK_ERROR));
	json_add_number(root, "warnings", check_count(check, CHECK_WARNING));
	json_add_number(root, "notes", check_count(check, CHECK_NOTE));
	if (check->dropped)
		json_add_number(root, "dropped", check->dropped);
	for (unsigned i = 0; i < check->config.conf.rule_count; i++)
		json_object_array_add(cards, make_card(check, &check->plans[i]));
	for (unsigned i = 0; i < check->finding_count; i++)
		json_object_array_add(findings, make_finding(&check->findings[i]));
	json_object_object_add(root, "cards", cards);
	json_object_object_add(root, "findings", findings);
	return json_print(root, true, stdout);
}
