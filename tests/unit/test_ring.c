/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of the trace on traces that are whole, and on those that a writer may leave
 * behind. What damage does is in test_ring_damage.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/made_trace.h"

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

/* A slot that was not overwritten when its turn came. */
static void record_of_the_round_before_is_torn(void **state)
{
	unsigned char *bytes = make_trace(TRACE_SLOTS + 9);

	put_record(bytes, 3);
	assert_int_equal(open_copy(bytes, TRACE_FILE_SIZE), RING_GOOD);
	assert_int_equal(ring.count, TRACE_SLOTS - 1);
	assert_int_equal(ring.torn, 1);
	assert_false(ring.recounted);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_trace),
		cmocka_unit_test(no_record_yet),
		cmocka_unit_test(wrapped_trace_starts_with_its_oldest),
		cmocka_unit_test(uncounted_record_is_torn),
		cmocka_unit_test(uncounted_record_after_a_wrap),
		cmocka_unit_test(record_of_another_slot_is_torn),
		cmocka_unit_test(record_of_the_round_before_is_torn),
		cmocka_unit_test(absurd_counts_hide_nothing),
		cmocka_unit_test(other_layouts_are_clear_errors),
		cmocka_unit_test(longer_header_and_records),
	};

	return cmocka_run_group_tests(tests, set_up_trace, tear_down_trace);
}
