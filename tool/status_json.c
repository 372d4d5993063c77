/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as one JSON object; gpupass(8) lists the fields.
 */
#include "tool/json.h"
#include "tool/names.h"
#include "tool/status.h"

#define JSON_VERSION 1

static void add_ids(struct json_object *object, uint16_t vendor, uint16_t device,
		    uint32_t class_code)
{
	json_add_hex(object, "vendor", 4, vendor);
	json_add_hex(object, "device", 4, device);
	json_add_hex(object, "class", 6, class_code);
	json_add_string(object, "class_name", names_pci_class(class_code));
}

static struct json_object *make_function(const struct status_card *card,
					 const struct status_function *function)
{
	struct json_object *object = json_object_new_object();
	const struct pci_function *now = &function->now;
	bool seen = !function->stuck && !function->gone;

	json_add_address(object, "address", &function->address);
	if (seen)
		add_ids(object, now->vendor, now->device, now->class_code);
	else if (function->has_ids)
		add_ids(object, function->vendor, function->device, function->class_code);
	json_add_flag(object, "present", seen);
	if (seen)
		json_add_string(object, "driver", now->driver);
	if (card->rule || card->has_outcome)
		json_add_string(object, "wanted", function->wanted);
	if (seen)
		json_add_string(object, "override", function->override);
	if (seen && now->iommu_group >= 0)
		json_add_number(object, "iommu_group", (uint64_t)now->iommu_group);
	return object;
}

static const char *weight_name(enum status_weight weight)
{
	static const char *const names[] = {
		[STATUS_REMARK] = "remark",
		[STATUS_UNKNOWN] = "unknown",
		[STATUS_BROKEN] = "broken",
	};

	return names[weight];
}

static struct json_object *make_finding(const struct status_finding *finding)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "kind", finding->kind);
	json_add_string(object, "weight", weight_name(finding->weight));
	if (finding->has_function)
		json_add_address(object, "function", &finding->function);
	/* Escaped already; the bytes of an escape are printable. */
	json_object_object_add(object, "text", json_object_new_string(finding->text));
	if (finding->remedy)
		json_add_string(object, "remedy", finding->remedy);
	return object;
}

static const char *outcome_name(const struct status_card *card)
{
	return card->has_outcome ? trace_event_find(card->outcome.event)->name : "none";
}

static struct json_object *make_card(const struct status_card *card)
{
	struct json_object *object = json_object_new_object();
	struct json_object *functions = json_object_new_array();
	struct json_object *findings = json_object_new_array();

	json_add_string(object, "name", card->name);
	json_add_flag(object, "holds", card->weight == STATUS_REMARK);
	json_add_flag(object, "section", card->rule != NULL);
	json_add_string(object, "outcome", outcome_name(card));
	json_add_string(object, "vm", status_vm(card));
	json_add_string(object, "headline", status_headline(card));
	for (unsigned i = 0; i < card->function_count; i++)
		json_object_array_add(functions,
				      make_function(card, &card->functions[i]));
	for (unsigned i = 0; i < card->finding_count; i++)
		json_object_array_add(findings, make_finding(&card->findings[i]));
	json_object_object_add(object, "functions", functions);
	json_object_object_add(object, "findings", findings);
	return object;
}

static struct json_object *make_boot(const struct status_report *report)
{
	static const char *const names[] = {
		[STATUS_RAN] = "ran",
		[STATUS_SWITCHED_OFF] = "switched-off",
		[STATUS_DRY_RUN] = "dry-run",
		[STATUS_NO_TRACE] = "not-run",
		[STATUS_LOST_TRACE] = "no-trace",
		[STATUS_OTHER_BOOT] = "other-boot",
	};
	struct json_object *object = json_object_new_object();
	char text[STATUS_TEXT_SIZE];
	const char *remedy;

	json_add_string(object, "state", names[report->boot]);
	if (status_explain_boot(report, text, &remedy)) {
		json_object_object_add(object, "text", json_object_new_string(text));
		json_add_string(object, "remedy", remedy);
	}
	if (report->missing)
		json_add_number(object, "missing_records", report->missing);
	return object;
}

static struct json_object *make_guard(const struct status_report *report)
{
	const struct variable *variable = &report->variable;
	struct json_object *object = json_object_new_object();
	char text[STATUS_TEXT_SIZE];

	json_add_string(object, "state", status_guard_word(report));
	status_explain_guard(report, text);
	json_object_object_add(object, "text", json_object_new_string(text));
	if (report->variable_error || !variable->found)
		return object;
	json_add_number(object, "failures", variable->state.failures);
	json_add_flag(object, "this_boot",
		      guard_is_of_boot(&variable->state, variable->boot_id));
	if (status_last_words(report, text))
		json_add_string(object, "last_boot_that_died", text);
	return object;
}

static struct json_object *make_image(const struct status_report *report)
{
	static const char *const names[] = {
		[STATUS_IMAGE_UNKNOWN] = "unknown",
		[STATUS_IMAGE_CURRENT] = "current",
		[STATUS_IMAGE_DIFFERS] = "differs",
		[STATUS_IMAGE_WITHOUT] = "without",
	};
	struct json_object *object = json_object_new_object();

	json_add_string(object, "configuration", names[report->image]);
	json_add_string(object, "text", status_explain_image(report));
	return object;
}

static struct json_object *make_errors(const struct conf *conf)
{
	struct json_object *errors = json_object_new_array();
	char message[256];

	for (unsigned i = 0; i < conf->error_count && i < CONF_MAX_ERRORS; i++) {
		conf_format_error(&conf->errors[i], message, sizeof(message));
		json_object_array_add(errors, json_new_string(message));
	}
	return errors;
}

bool status_json(const struct status_report *report)
{
	struct json_object *root = json_object_new_object();
	struct json_object *cards = json_object_new_array();

	json_add_number(root, "version", JSON_VERSION);
	json_add_flag(root, "holds", report->weight == STATUS_REMARK);
	for (unsigned i = 0; i < report->card_count; i++)
		json_object_array_add(cards, make_card(&report->cards[i]));
	json_object_object_add(root, "cards", cards);
	json_object_object_add(root, "boot", make_boot(report));
	json_object_object_add(root, "guard", make_guard(report));
	json_object_object_add(root, "image", make_image(report));
	json_object_object_add(root, "errors", make_errors(&report->config.conf));
	return json_print(root, true, stdout);
}
