/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of the trace against traces that are whole, and against every way in which
 * one may not be: cut at each length, header fields at their extremes, bits flipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/log.h"
#include "tool/ring.h"

#define FLIPS 10000

static struct ring ring;
static unsigned char *memory;

static struct trace_header *header_of(unsigned char *bytes)
{
	return (struct trace_header *)bytes;
}

static struct trace_record *record_of(unsigned char *bytes, uint64_t sequence)
{
	return (struct trace_record *)(bytes + TRACE_HEADER_SIZE) +
	       sequence % TRACE_SLOTS;
}

static void put_record(unsigned char *bytes, uint64_t sequence)
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
static unsigned char *make_trace(uint64_t written)
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

static bool is_printable(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

/* Whatever the bytes were: every record shown sits in its slot, in order, and prints. */
static void check_promises(void)
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
static enum ring_status open_copy(const unsigned char *bytes, size_t size)
{
	unsigned char *copy = memory + TRACE_FILE_SIZE - size;
	enum ring_status status;

	memcpy(copy, bytes, size);
	status = ring_open(copy, size, &ring);
	if (status == RING_GOOD)
		check_promises();
	return status;
}

static void whole_trace(void **state)
{
	unsigned char *bytes = make_trace(37);
	struct trace_record record;

	(void)state;
	assert_int_equal(ring_open(bytes, TRACE_FILE_SIZE, &ring), RING_GOOD);
	assert_int_equal(ring.count, 37);
	assert_int_equal(ring.lost + ring.torn + ring.cut, 0);
	assert_false(ring.recounted);
	ring_read(&ring, 36, &record);
	assert_int_equal(record.sequence, 36);
	free(bytes);
}

static void no_record_yet(void **state)
{
	unsigned char *bytes = make_trace(0);

	(void)state;
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_GOOD);
	assert_int_equal(ring.count + ring.torn + ring.cut, 0);
	assert_false(ring.recounted);
	free(bytes);
}

static void wrapped_trace_starts_with_its_oldest(void **state)
{
	unsigned char *bytes = make_trace(TRACE_SLOTS * 3 + 5);
	struct trace_record record;

	(void)state;
	assert_int_equal(ring_open(bytes, TRACE_FILE_SIZE, &ring), RING_GOOD);
	assert_int_equal(ring.count, TRACE_SLOTS);
	assert_int_equal(ring.lost, TRACE_SLOTS * 2 + 5);
	ring_read(&ring, 0, &record);
	assert_int_equal(record.sequence, TRACE_SLOTS * 2 + 5);
	free(bytes);
}

/* The writer died between a record and its count: it is not shown, and that is said. */
static void uncounted_record_is_torn(void **state)
{
	unsigned char *bytes = make_trace(5);

	(void)state;
	put_record(bytes, 5);
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_GOOD);
	assert_int_equal(ring.count, 5);
	assert_int_equal(ring.torn, 1);
	assert_false(ring.recounted);
	free(bytes);
}

/* The same after a wrap costs the oldest record, whose slot it was. */
static void uncounted_record_after_a_wrap(void **state)
{
	unsigned char *bytes = make_trace(TRACE_SLOTS + 5);

	(void)state;
	put_record(bytes, TRACE_SLOTS + 5);
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_GOOD);
	assert_int_equal(ring.count, TRACE_SLOTS - 1);
	assert_int_equal(ring.torn, 1);
	assert_false(ring.recounted);
	free(bytes);
}

static void record_of_another_slot_is_torn(void **state)
{
	unsigned char *bytes = make_trace(5);

	(void)state;
	record_of(bytes, 2)->sequence = 3;
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_GOOD);
	assert_int_equal(ring.count, 4);
	assert_int_equal(ring.torn, 1);
	free(bytes);
}

static void absurd_counts_hide_nothing(void **state)
{
	static const uint64_t counts[] = {0,   1,       6,         511,
					  513, 1 << 20, INT64_MAX, UINT64_MAX};
	unsigned char *bytes = make_trace(37);

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		header_of(bytes)->next_sequence = counts[i];
		assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_GOOD);
		assert_true(ring.recounted);
		assert_int_equal(ring.count, 37);
	}
	free(bytes);
}

static void cut_at_every_length(void **state)
{
	enum { SLOTS = 16, SIZE = TRACE_HEADER_SIZE + SLOTS * TRACE_RECORD_SIZE };
	unsigned char *bytes = make_trace(SLOTS);

	header_of(bytes)->slots = SLOTS;
	assert_int_equal(ring_open(bytes, 0, &ring), RING_EMPTY);
	for (size_t size = 1; size <= SIZE; size++) {
		enum ring_status status = open_copy(bytes, size);

		if (size < TRACE_HEADER_SIZE) {
			assert_int_equal(status, RING_SHORT);
			continue;
		}
		assert_int_equal(status, RING_GOOD);
		assert_int_equal(ring.count,
				 (size - TRACE_HEADER_SIZE) / TRACE_RECORD_SIZE);
		assert_int_equal(ring.count + ring.cut, SLOTS);
		assert_false(ring.recounted);
	}
	free(bytes);
}

/* After a wrap the newest records are in the middle of the file, and the oldest behind
 * them: what is cut off is old and new. */
static void wrapped_and_cut(void **state)
{
	unsigned char *bytes = make_trace(TRACE_SLOTS + 9);

	for (unsigned present = 0; present <= TRACE_SLOTS; present++) {
		size_t size = TRACE_HEADER_SIZE + present * TRACE_RECORD_SIZE;

		assert_int_equal(open_copy(bytes, size), RING_GOOD);
		assert_int_equal(ring.count, present);
		assert_int_equal(ring.cut, TRACE_SLOTS - present);
		assert_false(ring.recounted);
		if (present == TRACE_SLOTS)
			break;
		assert_int_equal(open_copy(bytes, size + TRACE_RECORD_SIZE - 1),
				 RING_GOOD);
		assert_int_equal(ring.count, present);
	}
	free(bytes);
}

static void every_header_field_at_its_extremes(void **state)
{
	static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	static const struct {
		size_t offset, size;
	} fields[] = {
		{offsetof(struct trace_header, magic), 8},
		{offsetof(struct trace_header, version), 2},
		{offsetof(struct trace_header, header_size), 2},
		{offsetof(struct trace_header, record_size), 2},
		{offsetof(struct trace_header, slots), 2},
		{offsetof(struct trace_header, boot_id), 16},
		{offsetof(struct trace_header, next_sequence), 8},
		{offsetof(struct trace_header, realtime_offset), 8},
		{offsetof(struct trace_header, reserved), 16},
	};
	const size_t field_count = sizeof(fields) / sizeof(fields[0]);
	unsigned char *bytes = make_trace(TRACE_SLOTS + 9), sound[TRACE_HEADER_SIZE];

	(void)state;
	memcpy(sound, bytes, sizeof(sound));
	/* Each field, each pair of fields; a value fills the lower or the upper bytes. */
	for (size_t pair = 0; pair < field_count * field_count; pair++) {
		for (size_t v = 0; v < sizeof(values) * sizeof(values); v++) {
			size_t a = pair / field_count, b = pair % field_count;

			memcpy(bytes, sound, sizeof(sound));
			memset(bytes + fields[a].offset, values[v / sizeof(values)],
			       fields[a].size);
			bytes[fields[b].offset + fields[b].size - 1] =
				values[v % sizeof(values)];
			open_copy(bytes, TRACE_FILE_SIZE);
			open_copy(bytes, TRACE_HEADER_SIZE + 3 * TRACE_RECORD_SIZE + 7);
		}
	}
	free(bytes);
}

static void other_layouts_are_clear_errors(void **state)
{
	unsigned char *bytes = make_trace(3);
	struct trace_header *header = header_of(bytes), sound = *header;

	(void)state;
	header->magic[7] = 'e';
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_FOREIGN);
	*header = sound;
	header->version = 2;
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_VERSION);
	*header = sound;
	header->slots = 0;
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_LAYOUT);
	*header = sound;
	header->header_size = TRACE_HEADER_SIZE - 1;
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_LAYOUT);
	*header = sound;
	header->record_size = TRACE_RECORD_SIZE - 1;
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_LAYOUT);
	*header = sound;
	header->header_size = UINT16_MAX;
	assert_int_equal(open_copy(bytes, UINT16_MAX - 1), RING_SHORT);
	free(bytes);
}

/* A later writer may append to header and record; what version 1 knows stays readable. */
static void longer_header_and_records(void **state)
{
	enum { HEADER = 80, RECORD = 300, SLOTS = 7, WRITTEN = 9 };
	unsigned char *old = make_trace(WRITTEN),
		      *bytes = calloc(1, HEADER + SLOTS * RECORD);

	(void)state;
	memcpy(bytes, old, TRACE_HEADER_SIZE);
	header_of(bytes)->header_size = HEADER;
	header_of(bytes)->record_size = RECORD;
	header_of(bytes)->slots = SLOTS;
	for (uint64_t i = WRITTEN - SLOTS; i < WRITTEN; i++)
		memcpy(bytes + HEADER + i % SLOTS * RECORD, record_of(old, i),
		       TRACE_RECORD_SIZE);
	assert_int_equal(open_copy(bytes, HEADER + SLOTS * RECORD), RING_GOOD);
	assert_int_equal(ring.count, SLOTS);
	assert_int_equal(ring.lost, WRITTEN - SLOTS);
	assert_int_equal(ring.torn + ring.cut, 0);
	free(bytes);
	free(old);
}

/* xorshift64: the same flips in every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void ten_thousand_flips(void **state)
{
	unsigned char *bytes = make_trace(TRACE_SLOTS + 9);
	unsigned char *sound = malloc(TRACE_FILE_SIZE);
	uint64_t seed = 88172645463325252ull;
	unsigned good = 0;

	(void)state;
	memcpy(sound, bytes, TRACE_FILE_SIZE);
	for (unsigned i = 0; i < FLIPS; i++) {
		/* Every second flip in the header, which is 1/2000 of the file. */
		size_t range = i % 2 ? TRACE_FILE_SIZE : TRACE_HEADER_SIZE;

		/* Flips pile up, from one to a hundred. */
		if (i % 100 == 0)
			memcpy(bytes, sound, TRACE_FILE_SIZE);
		bytes[next_random(&seed) % range] ^=
			(unsigned char)(1 << next_random(&seed) % 8);
		good += open_copy(bytes, TRACE_FILE_SIZE) == RING_GOOD;
	}
	/* Both ways out were taken, many times. */
	assert_in_range(good, FLIPS / 100, FLIPS - FLIPS / 100);
	free(sound);
	free(bytes);
}

static void noise(void **state)
{
	unsigned char *bytes = make_trace(9);
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		for (size_t k = TRACE_HEADER_SIZE; k < TRACE_FILE_SIZE; k++)
			bytes[k] = (unsigned char)next_random(&seed);
		assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_GOOD);
	}
	free(bytes);
}

static int set_up(void **state)
{
	memory = malloc(TRACE_FILE_SIZE);
	return memory == NULL;
}

static int tear_down(void **state)
{
	free(memory);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_trace),
		cmocka_unit_test(no_record_yet),
		cmocka_unit_test(wrapped_trace_starts_with_its_oldest),
		cmocka_unit_test(uncounted_record_is_torn),
		cmocka_unit_test(uncounted_record_after_a_wrap),
		cmocka_unit_test(record_of_another_slot_is_torn),
		cmocka_unit_test(absurd_counts_hide_nothing),
		cmocka_unit_test(cut_at_every_length),
		cmocka_unit_test(wrapped_and_cut),
		cmocka_unit_test(every_header_field_at_its_extremes),
		cmocka_unit_test(other_layouts_are_clear_errors),
		cmocka_unit_test(longer_header_and_records),
		cmocka_unit_test(ten_thousand_flips),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
