/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record says, as text: its sentence, its function, its time. Pure; every byte of
 * the trace that gets out of here went through print_escape().
 */
#include "tool/log.h"

#include <errno.h>
#include <string.h>

#include "tool/names.h"

bool log_is_kernel(const struct trace_record *record)
{
	return record->event >= 700 && record->event < 800;
}

void log_format_field(const char *field, size_t size, char *text)
{
	print_escape(field, strnlen(field, size), text);
}

void log_format_boot_id(const uint8_t *boot_id, char *text)
{
	size_t used = 0;

	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[used++] = '-';
		used += (size_t)snprintf(text + used, LOG_BOOT_ID_SIZE - used, "%02x",
					 boot_id[i]);
	}
}

int log_realtime(const struct ring *ring, const struct trace_record *record,
		 int64_t *ret_ns)
{
	if (record->time > INT64_MAX ||
	    __builtin_add_overflow((int64_t)record->time, ring->header.realtime_offset,
				   ret_ns) ||
	    *ret_ns < 0)
		return -ERANGE;
	return 0;
}

void log_format_function(const struct trace_record *record, char *text)
{
	struct pci_address address = {
		.domain = record->domain,
		.bus = record->bus,
		.device = record->devfn >> 3,
		.function = record->devfn & 7,
	};

	pci_format_address(&address, text);
}

static size_t append(char *text, size_t used, const char *more)
{
	size_t length = strlen(more);

	/* LOG_MESSAGE_SIZE holds the longest message; a cut one is still better than
	 * none. */
	if (length > LOG_MESSAGE_SIZE - 1 - used)
		length = LOG_MESSAGE_SIZE - 1 - used;
	memcpy(text + used, more, length);
	text[used + length] = '\0';
	return used + length;
}

static size_t append_ids(const struct trace_record *record, char *text, size_t used)
{
	char ids[16];

	snprintf(ids, sizeof(ids), "%04x:%04x ", record->vendor, record->device);
	used = append(text, used, ids);
	return append(text, used, names_pci_class(record->class_code));
}

/* " (EINVAL, 81.2 ms)", or nothing. */
static void append_result(const struct trace_record *record, char *text, size_t used)
{
	const char *name = names_errno(record->error);
	char number[24], duration[PRINT_DURATION_SIZE];

	if (record->error == 0 && record->duration == 0)
		return;
	used = append(text, used, " (");
	if (record->error != 0) {
		snprintf(number, sizeof(number), "error %d", record->error);
		used = append(text, used, name == NULL ? number : name);
	}
	if (record->duration != 0) {
		print_format_duration(record->duration, duration);
		used = append(text, used, record->error != 0 ? ", " : "");
		used = append(text, used, duration);
	}
	append(text, used, ")");
}

void log_format_message(const struct trace_record *record, char *text)
{
	const struct trace_event_info *info = trace_event_find(record->event);
	char escaped[PRINT_ESCAPED_SIZE(TRACE_TEXT_SIZE)], number[16];
	/* Most records of a function carry its IDs; once is enough for people. */
	bool has_ids =
		record->event == TRACE_FUNCTION_FOUND && record->flags & TRACE_HAS_IDS;
	size_t used;

	snprintf(number, sizeof(number), "event %u", record->event);
	used = append(text, 0, info == NULL ? number : info->phrase);
	log_format_field(record->text, sizeof(record->text), escaped);
	if (has_ids || escaped[0] != '\0')
		used = append(text, used, ": ");
	if (has_ids)
		used = append_ids(record, text, used);
	if (has_ids && escaped[0] != '\0')
		used = append(text, used, ", ");
	used = append(text, used, escaped);
	append_result(record, text, used);
}
