/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace as one JSON object a line: first what the header says, then each record.
 * gpupass-log(8) lists the fields; a field that says nothing is left out.
 */
#include "tool/log.h"

#include <time.h>

#include "tool/json.h"
#include "tool/log_explain.h"
#include "tool/names.h"

#define JSON_VERSION  1
#define NS_PER_SECOND 1000000000

static void add_realtime(struct json_object *object, const struct ring *ring,
			 const struct trace_record *record)
{
	char text[64];
	int64_t ns;
	time_t seconds;
	struct tm broken;
	size_t used;

	if (log_realtime(ring, record, &ns) < 0)
		return;
	seconds = (time_t)(ns / NS_PER_SECOND);
	gmtime_r(&seconds, &broken);
	used = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &broken);
	snprintf(text + used, sizeof(text) - used, ".%06uZ",
		 (unsigned)(ns % NS_PER_SECOND / 1000));
	json_add_string(object, "realtime", text);
}

static void add_event(struct json_object *object, const struct trace_record *record)
{
	const struct trace_event_info *info = trace_event_find(record->event);

	json_add_number(object, "number", record->event);
	if (info != NULL) {
		json_add_string(object, "event", info->name);
		json_add_string(object, "phrase", info->phrase);
	}
	json_add_number(object, "level", record->level);
}

static void add_function(struct json_object *object, const struct trace_record *record)
{
	char function[LOG_FUNCTION_SIZE];

	if (record->flags & TRACE_HAS_FUNCTION) {
		log_format_function(record, function);
		json_add_string(object, "function", function);
	}
	if (record->flags & TRACE_HAS_IDS) {
		json_add_hex(object, "vendor", 4, record->vendor);
		json_add_hex(object, "device", 4, record->device);
		json_add_hex(object, "class", 6, record->class_code);
		json_add_string(object, "class_name",
				names_pci_class(record->class_code));
	}
}

static void add_result(struct json_object *object, const struct trace_record *record)
{
	const char *name = names_errno(record->error);

	if (record->error != 0)
		json_object_object_add(object, "errno",
				       json_object_new_int(record->error));
	if (record->error != 0 && name != NULL)
		json_add_string(object, "errno_name", name);
	if (record->duration != 0)
		json_add_number(object, "duration_ns", record->duration);
}

static void add_explanation(struct json_object *object, const struct trace_record *record)
{
	const struct log_explanation *explanation = log_explain(record->event);

	if (explanation == NULL)
		return;
	json_add_string(object, "meaning", explanation->meaning);
	json_add_string(object, "advice", explanation->advice);
}

static void print_header(const struct log_view *view, FILE *out)
{
	const struct ring *ring = &view->trace->ring;
	struct json_object *object = json_object_new_object();
	char boot_id[LOG_BOOT_ID_SIZE];

	log_format_boot_id(ring->header.boot_id, boot_id);
	json_add_string(object, "kind", "trace");
	json_add_number(object, "version", JSON_VERSION);
	json_add_string(object, "boot_id", boot_id);
	json_add_flag(object, "other_boot", view->trace->other_boot);
	json_add_number(object, "written", ring->header.next_sequence);
	json_add_number(object, "lost", ring->lost);
	json_add_number(object, "torn", ring->torn);
	json_add_number(object, "cut", ring->cut);
	json_add_flag(object, "recounted", ring->recounted);
	json_print(object, false, out);
}

static void print_record(const struct ring *ring, const struct trace_record *record,
			 bool explain, FILE *out)
{
	struct json_object *object = json_object_new_object();

	json_add_string(object, "kind", "record");
	json_add_number(object, "sequence", record->sequence);
	json_add_number(object, "monotonic_ns", record->time);
	add_realtime(object, ring, record);
	add_event(object, record);
	json_add_bytes(object, "card", record->card, sizeof(record->card));
	add_function(object, record);
	json_add_bytes(object, "text", record->text, sizeof(record->text));
	add_result(object, record);
	if (explain)
		add_explanation(object, record);
	json_print(object, false, out);
}

void log_print_json(const struct log_view *view, const struct log_options *options,
		    FILE *out)
{
	print_header(view, out);
	for (unsigned i = 0; i < view->count; i++)
		print_record(&view->trace->ring, &view->records[i], options->explain,
			     out);
}
