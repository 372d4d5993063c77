/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard_state: what the guard remembers from boot to boot, and what follows from it.
 * Pure: the variable itself is read and written through efivar.
 *
 * A combination is everything that must be the same for a boot that went well to say
 * something about the next: see hook/early/combination.h, which makes its hash.
 */
#ifndef GPUPASS_GUARD_STATE_H
#define GPUPASS_GUARD_STATE_H

#include "hook/core/pci.h"
#include "hook/core/phase.h"

#define GUARD_VARIABLE "GpupassGuard-91d5d8b4-2f1b-4794-b32a-4bcca4bd193e"
#define GUARD_SIZE     200 /* bytes of the variable's data */

enum guard_kind {
	GUARD_ARMED = 1,    /* a boot is trying the combination */
	GUARD_PROVEN = 2,   /* one was good with it */
	GUARD_LEFT = 3,     /* the boot before died: the host keeps the cards this time */
	GUARD_OFF = 4,      /* died twice: kept until something changes */
	GUARD_DISARMED = 5, /* the boot that tried ended in order, or was left and good */
};

enum guard_cause {
	GUARD_SILENT = 0,   /* nobody could say more */
	GUARD_DEADLINE = 1, /* gpupass hung in that phase until its deadline */
};

/* What is known of one boot: a step is written down before it begins. */
struct guard_words {
	uint8_t boot_id[16]; /* zero = there are no words */
	uint64_t time;       /* CLOCK_REALTIME when its first words were written, s */
	uint8_t phase;       /* enum phase */
	uint8_t cause;       /* enum guard_cause */
	bool has_function;
	struct pci_address function;
	char card[33]; /* the rule's name; empty = all */
};

struct guard_state {
	uint8_t kind;     /* enum guard_kind */
	uint8_t failures; /* boots in a row that died with this combination */
	uint32_t writes;  /* of the variable, since it was made */
	uint64_t combination;
	struct guard_words now;  /* of the boot that wrote last with the cards at stake */
	struct guard_words last; /* of the last one that died */
};

enum guard_decision {
	GUARD_TAKE_ARMED,  /* take the cards, each phase written before it begins */
	GUARD_TAKE,        /* take them, write nothing */
	GUARD_LEAVE,       /* the host keeps them; write ret_next */
	GUARD_LEAVE_AS_IS, /* the host keeps them; write nothing */
};

/* The row of the table for what was found (NULL = nothing) and this boot's combination.
 * What this very boot wrote, in an earlier run, stays as it is. ret_next is what the
 * variable is to say then; its words of now are empty when armed. */
enum guard_decision guard_decide(const struct guard_state *found, uint64_t combination,
				 const uint8_t boot_id[16], struct guard_state *ret_next);

/* Whether the boot that the state is about died without having ended in order: it is
 * armed, and boot_id is another boot's. */
bool guard_has_died(const struct guard_state *state, const uint8_t boot_id[16]);
bool guard_is_of_boot(const struct guard_state *state, const uint8_t boot_id[16]);

/* The words of the last boot that died, as boot_id's boot knows it; NULL = none did. */
const struct guard_words *guard_last_words(const struct guard_state *state,
					   const uint8_t boot_id[16]);

/* The booted host's word on its own boot. Each says whether *state changed and is to be
 * written. good: two quiet minutes have passed; proven is what got as far as
 * PHASE_BOOTING, which is every card of it taken. ended: an orderly shutdown has begun.
 * Neither excuses a worker that hangs. retry: the user wants the cards taken again. */
bool guard_good(struct guard_state *state, const uint8_t boot_id[16]);
bool guard_ended(struct guard_state *state, const uint8_t boot_id[16]);
bool guard_retry(struct guard_state *state, const uint8_t boot_id[16]);

/* "armed", "proven", "left", "off", "disarmed". */
const char *guard_kind_name(unsigned kind);

/* "binding, card win11, 0000:83:00.1" to buffer. */
void guard_format_words(const struct guard_words *words, char *buffer, size_t size);

/*
 * The variable's data: little-endian, a magic, a version and a checksum. Reading takes
 * any bytes: 0, or -EINVAL when they are not what guard_write would have written.
 */
void guard_write(const struct guard_state *state, uint8_t data[GUARD_SIZE]);
int guard_read(const uint8_t *data, size_t length, struct guard_state *ret_state);

#endif
