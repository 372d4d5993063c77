/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks a trace and finds its records. The sizes are taken once, from the copied header;
 * every slot is checked against the end of the bytes before it is looked at. What a
 * record says is passed on as it is: escaping is print's work.
 */
#include "tool/ring.h"

#include <stdlib.h>
#include <string.h>

static const unsigned char *slot_bytes(const struct ring *ring, uint64_t slot)
{
	return ring->bytes + ring->header.header_size + slot * ring->header.record_size;
}

static void read_slot(const struct ring *ring, uint64_t slot, struct trace_record *ret)
{
	memcpy(ret, slot_bytes(ring, slot), sizeof(*ret));
}

/* Whether the slot holds a record that belongs there. Event 0 was never given. */
static bool slot_is_sound(const struct ring *ring, uint64_t slot, uint64_t *ret_sequence)
{
	struct trace_record record;

	read_slot(ring, slot, &record);
	if (record.event == 0 || record.sequence % ring->header.slots != slot)
		return false;
	*ret_sequence = record.sequence;
	return true;
}

static bool slot_is_empty(const struct ring *ring, uint64_t slot)
{
	const unsigned char *bytes = slot_bytes(ring, slot);

	for (size_t i = 0; i < TRACE_RECORD_SIZE; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static enum ring_status check_header(const struct trace_header *header, size_t size)
{
	if (memcmp(header->magic, TRACE_MAGIC, sizeof(header->magic)) != 0)
		return RING_FOREIGN;
	if (header->version != TRACE_VERSION)
		return RING_VERSION;
	if (header->header_size < TRACE_HEADER_SIZE ||
	    header->record_size < TRACE_RECORD_SIZE || header->slots == 0)
		return RING_LAYOUT;
	return header->header_size > size ? RING_SHORT : RING_GOOD;
}

/* Whether next_sequence can be true, as far as the present slots tell. */
static bool count_is_believable(const struct ring *ring, unsigned present)
{
	uint64_t next = ring->header.next_sequence;
	uint64_t last_slot = (next - 1) % ring->header.slots;
	bool last_is_cut = next != 0 && last_slot >= present;
	bool last_is_there = next == 0 || last_is_cut;

	for (unsigned slot = 0; slot < present; slot++) {
		uint64_t sequence;

		if (!slot_is_sound(ring, slot, &sequence))
			continue;
		/* next itself: the writer may have died between a record and its count.
		 * An older record than the window has is a torn one, unless the count has
		 * nothing else to speak for it. */
		if (sequence > next ||
		    (last_is_cut && next - sequence > ring->header.slots))
			return false;
		if (next != 0 && sequence == next - 1)
			last_is_there = true;
	}
	return last_is_there;
}

static void collect_counted(struct ring *ring, unsigned present)
{
	uint64_t next = ring->header.next_sequence;
	unsigned slots = ring->header.slots;

	ring->lost = next > slots ? next - slots : 0;
	for (uint64_t sequence = ring->lost; sequence < next; sequence++) {
		uint64_t slot = sequence % slots, found;

		if (slot >= present)
			ring->cut++;
		else if (slot_is_sound(ring, slot, &found) && found == sequence)
			ring->order[ring->count++] = (uint16_t)slot;
		else
			ring->torn++;
	}
	/* A record begun and never counted; after a wrap it is among those above. */
	if (next < present && !slot_is_empty(ring, next))
		ring->torn++;
}

static int compare_slots(const void *a, const void *b, void *ring)
{
	uint64_t left = 0, right = 0;

	slot_is_sound(ring, *(const uint16_t *)a, &left);
	slot_is_sound(ring, *(const uint16_t *)b, &right);
	return left < right ? -1 : left > right;
}

static void collect_sound(struct ring *ring, unsigned present)
{
	uint64_t sequence = 0;

	ring->recounted = true;
	ring->cut = ring->header.slots - present;
	for (unsigned slot = 0; slot < present; slot++) {
		if (slot_is_sound(ring, slot, &sequence))
			ring->order[ring->count++] = (uint16_t)slot;
		else if (!slot_is_empty(ring, slot))
			ring->torn++;
	}
	qsort_r(ring->order, ring->count, sizeof(ring->order[0]), compare_slots, ring);
	if (ring->count > 0)
		slot_is_sound(ring, ring->order[0], &ring->lost);
}

enum ring_status ring_open(const void *bytes, size_t size, struct ring *ret_ring)
{
	enum ring_status status;
	size_t present;

	if (size == 0)
		return RING_EMPTY;
	if (size < TRACE_HEADER_SIZE)
		return RING_SHORT;
	memcpy(&ret_ring->header, bytes, sizeof(ret_ring->header));
	status = check_header(&ret_ring->header, size);
	if (status != RING_GOOD)
		return status;

	ret_ring->bytes = bytes;
	ret_ring->count = ret_ring->torn = ret_ring->cut = 0;
	ret_ring->lost = 0;
	ret_ring->recounted = false;
	present = (size - ret_ring->header.header_size) / ret_ring->header.record_size;
	if (present > ret_ring->header.slots)
		present = ret_ring->header.slots;
	if (count_is_believable(ret_ring, (unsigned)present))
		collect_counted(ret_ring, (unsigned)present);
	else
		collect_sound(ret_ring, (unsigned)present);
	return RING_GOOD;
}

void ring_read(const struct ring *ring, unsigned i, struct trace_record *ret_record)
{
	read_slot(ring, ring->order[i], ret_record);
}
