/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event table, and proof at compile time that the structures have the sizes that the
 * format promises. No I/O, no formatting.
 */
#include "hook/core/trace_format.h"

_Static_assert(sizeof(struct trace_header) == TRACE_HEADER_SIZE, "header size");
_Static_assert(sizeof(struct trace_record) == TRACE_RECORD_SIZE, "record size");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

#define TRACE_ROW(number, symbol, level, name, phrase)                                   \
	{(number), (level), (name), (phrase)},
static const struct trace_event_info table[] = {TRACE_EVENTS(TRACE_ROW)};
#undef TRACE_ROW

size_t trace_event_count(void)
{
	return sizeof(table) / sizeof(table[0]);
}

const struct trace_event_info *trace_event_at(size_t i)
{
	return &table[i];
}

const struct trace_event_info *trace_event_find(uint16_t number)
{
	for (size_t i = 0; i < trace_event_count(); i++) {
		if (table[i].number == number)
			return &table[i];
	}
	return NULL;
}
