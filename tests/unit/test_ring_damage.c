/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of the trace on every damage: cut at each length, header fields at their
 * extremes, bits flipped, noise. Records or a clear error, and never a byte from outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/made_trace.h"

#define FLIPS 10000

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

/* The count's last record would be in the part that is missing: so what is left decides.
 */
static void absurd_count_and_cut(void **state)
{
	unsigned char *bytes = make_trace(37);

	header_of(bytes)->next_sequence = (uint64_t)1 << 40;
	assert_int_equal(open_copy(bytes, TRACE_HEADER_SIZE + 40 * TRACE_RECORD_SIZE),
			 RING_GOOD);
	assert_true(ring.recounted);
	assert_int_equal(ring.count, 37);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_length),
		cmocka_unit_test(wrapped_and_cut),
		cmocka_unit_test(absurd_count_and_cut),
		cmocka_unit_test(every_header_field_at_its_extremes),
		cmocka_unit_test(ten_thousand_flips),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, set_up_trace, tear_down_trace);
}
