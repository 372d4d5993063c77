/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces made in memory for the tests of the reader, and what it promises about any
 * bytes. Include it after cmocka.h and what that needs.
 */
#ifndef GPUPASS_MADE_TRACE_H
#define GPUPASS_MADE_TRACE_H

#include <stdlib.h>
#include <string.h>

#include "tool/log.h"

static struct ring ring;
static unsigned char *memory;

static inline struct trace_header *header_of(unsigned char *bytes)
{
	return (struct trace_header *)bytes;
}

static inline struct trace_record *record_of(unsigned char *bytes, uint64_t sequence)
{
	return (struct trace_record *)(bytes + TRACE_HEADER_SIZE) +
	       sequence % TRACE_SLOTS;
}

static inline void put_record(unsigned char *bytes, uint64_t sequence)
{
	struct trace_record *record = record_of(bytes, sequence);

	memset(record, 0, sizeof(*record));
	record->sequence = sequence;
	record->time = sequence * 1000;
	record->event = TRACE_VERIFIED;
	record->level = 6;
	strcpy(record->card, "win11");
	strcpy(record->text, "driver is vfio-pci");
}

/* A sound trace after `written` records, on the heap. */
static inline unsigned char *make_trace(uint64_t written)
{
	unsigned char *bytes = calloc(1, TRACE_FILE_SIZE);
	struct trace_header *header = header_of(bytes);

	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	header->version = TRACE_VERSION;
	header->header_size = TRACE_HEADER_SIZE;
	header->record_size = TRACE_RECORD_SIZE;
	header->slots = TRACE_SLOTS;
	header->next_sequence = written;
	header->realtime_offset = 1763800000000000000;
	for (uint64_t i = written > TRACE_SLOTS ? written - TRACE_SLOTS : 0; i < written;
	     i++)
		put_record(bytes, i);
	return bytes;
}

static inline bool is_printable(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

/* Whatever the bytes were: every record shown sits in its slot, in order, and prints. */
static inline void check_promises(void)
{
	uint64_t previous = 0;
	char text[LOG_MESSAGE_SIZE];

	assert_true(ring.count <= ring.header.slots);
	assert_true(ring.torn <= ring.header.slots);
	assert_true(ring.cut <= ring.header.slots);
	for (unsigned i = 0; i < ring.count; i++) {
		struct trace_record record;

		ring_read(&ring, i, &record);
		assert_int_equal(record.sequence % ring.header.slots, ring.order[i]);
		assert_true(i == 0 || record.sequence > previous);
		previous = record.sequence;
		log_format_message(&record, text);
		assert_true(is_printable(text));
	}
}

/* The copy ends where the memory ends: a read behind it is seen, whatever its size. */
static inline enum ring_status open_copy(const unsigned char *bytes, size_t size)
{
	unsigned char *copy = memory + TRACE_FILE_SIZE - size;
	enum ring_status status;

	memcpy(copy, bytes, size);
	status = ring_open(copy, size, &ring);
	if (status == RING_GOOD)
		check_promises();
	return status;
}

static inline int set_up_trace(void **state)
{
	memory = malloc(TRACE_FILE_SIZE);
	return memory == NULL;
}

static inline int tear_down_trace(void **state)
{
	free(memory);
	return 0;
}

#endif
