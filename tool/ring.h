/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ring: the bytes of a trace to records, trusting none of them. Pure: no I/O, no heap, no
 * printing.
 *
 * A trace that its writer finished is read by its header: the records from
 * next_sequence - slots to next_sequence - 1, each in slot (sequence mod slots). When the
 * header's count cannot be true (its last record is not there, or there are records after
 * it), every record that sits in the slot its sequence belongs to is shown instead.
 */
#ifndef GPUPASS_RING_H
#define GPUPASS_RING_H

#include "hook/core/trace_format.h"

#define RING_MAX_SLOTS UINT16_MAX /* what the header's field can say */
#define RING_MAX_SIZE  (16 * 1024 * 1024)

enum ring_status {
	RING_GOOD,
	RING_EMPTY,   /* no byte at all */
	RING_SHORT,   /* ends inside the header */
	RING_FOREIGN, /* not a trace: no magic */
	RING_VERSION, /* of a version that this reader does not know */
	RING_LAYOUT,  /* the header's sizes cannot be */
};

struct ring {
	const unsigned char *bytes;     /* borrowed; must outlive the ring */
	struct trace_header header;     /* as the file has it */
	unsigned count;                 /* records that can be read */
	uint64_t lost;                  /* overwritten by later ones */
	unsigned torn;                  /* slots that do not hold what they should */
	unsigned cut;                   /* beyond the end of the bytes */
	bool recounted;                 /* the header's count could not be true */
	uint16_t order[RING_MAX_SLOTS]; /* slot of record i, by sequence */
};

/* Checks size bytes. Unless it returns RING_GOOD, only ret_ring->header is set, and that
 * only from RING_FOREIGN on. */
enum ring_status ring_open(const void *bytes, size_t size, struct ring *ret_ring);

/* Record i in the order of the sequence, i < ring->count. Its fields may hold anything.
 */
void ring_read(const struct ring *ring, unsigned i, struct trace_record *ret_record);

#endif
