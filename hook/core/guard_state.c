/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's table, and its bytes. No I/O, no state.
 */
#include "hook/core/guard_state.h"

#include <errno.h>
#include <string.h>

#include "hook/core/hash.h"
#include "hook/core/sys.h"

#define MAGIC   "GPUG"
#define VERSION 1

/* The variable as it lies in the firmware, 200 bytes and no padding. */
struct stored_words {
	uint8_t boot_id[16];
	uint64_t time;
	uint32_t domain;
	uint8_t bus, devfn, has_function, phase;
	uint8_t cause, reserved[7];
	char card[32]; /* NUL-padded, full = no NUL */
};

struct stored {
	char magic[4];
	uint8_t version, kind, failures, reserved;
	uint32_t writes, reserved_too;
	uint64_t combination;
	struct stored_words now, last;
	uint8_t unused[24];
	uint64_t checksum; /* of all before it */
};

_Static_assert(sizeof(struct stored_words) == 72, "words");
_Static_assert(sizeof(struct stored) == GUARD_SIZE, "variable");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format is little-endian");

static bool has_words(const struct guard_words *words)
{
	static const uint8_t nobody[sizeof(words->boot_id)];

	return memcmp(words->boot_id, nobody, sizeof(nobody)) != 0;
}

bool guard_is_of_boot(const struct guard_state *state, const uint8_t boot_id[16])
{
	return memcmp(state->now.boot_id, boot_id, sizeof(state->now.boot_id)) == 0;
}

bool guard_has_died(const struct guard_state *state, const uint8_t boot_id[16])
{
	return state->kind == GUARD_ARMED && !guard_is_of_boot(state, boot_id);
}

const struct guard_words *guard_last_words(const struct guard_state *state,
					   const uint8_t boot_id[16])
{
	if (guard_has_died(state, boot_id))
		return &state->now;
	return has_words(&state->last) ? &state->last : NULL;
}

/* A boot died with the combination: once the host may keep the cards for one boot, to see
 * whether they were the cause; twice they were. */
static enum guard_decision after_death(struct guard_state *next)
{
	next->kind = next->failures ? GUARD_OFF : GUARD_LEFT;
	if (next->failures < UINT8_MAX)
		next->failures++;
	return GUARD_LEAVE;
}

static enum guard_decision arm(struct guard_state *next, uint64_t combination)
{
	next->kind = GUARD_ARMED;
	next->combination = combination;
	memset(&next->now, 0, sizeof(next->now));
	return GUARD_TAKE_ARMED;
}

/* Started a second time in one boot: nothing has died since. */
static enum guard_decision go_on(struct guard_state *next)
{
	switch (next->kind) {
	case GUARD_ARMED:
	case GUARD_DISARMED:
		next->kind = GUARD_ARMED;
		return GUARD_TAKE_ARMED;
	case GUARD_PROVEN:
		return GUARD_TAKE;
	default:
		return GUARD_LEAVE_AS_IS;
	}
}

enum guard_decision guard_decide(const struct guard_state *found, uint64_t combination,
				 const uint8_t boot_id[16], struct guard_state *ret_next)
{
	if (!found) {
		memset(ret_next, 0, sizeof(*ret_next));
		return arm(ret_next, combination);
	}
	*ret_next = *found;
	if (guard_is_of_boot(found, boot_id) && found->combination == combination)
		return go_on(ret_next);
	if (guard_has_died(found, boot_id))
		ret_next->last = found->now;
	if (found->combination != combination) {
		ret_next->failures = 0;
		return arm(ret_next, combination);
	}
	switch (found->kind) {
	case GUARD_PROVEN:
		return GUARD_TAKE;
	case GUARD_OFF:
		return GUARD_LEAVE_AS_IS;
	case GUARD_ARMED:
		return after_death(ret_next);
	case GUARD_LEFT: /* and that boot was not good either: not the cards' fault */
		ret_next->failures = 0;
		return arm(ret_next, combination);
	default: /* GUARD_DISARMED */
		return arm(ret_next, combination);
	}
}

bool guard_good(struct guard_state *state, const uint8_t boot_id[16])
{
	bool through = state->now.phase == PHASE_BOOTING;

	if (!guard_is_of_boot(state, boot_id))
		return false;
	if (state->kind == GUARD_ARMED && through) {
		state->kind = GUARD_PROVEN;
		state->failures = 0;
		return true;
	}
	return guard_ended(state, boot_id);
}

bool guard_ended(struct guard_state *state, const uint8_t boot_id[16])
{
	if (!guard_is_of_boot(state, boot_id) || state->now.cause == GUARD_DEADLINE ||
	    (state->kind != GUARD_ARMED && state->kind != GUARD_LEFT))
		return false;
	state->kind = GUARD_DISARMED;
	return true;
}

bool guard_retry(struct guard_state *state, const uint8_t boot_id[16])
{
	if (state->kind == GUARD_PROVEN ||
	    (state->kind == GUARD_ARMED && guard_is_of_boot(state, boot_id)) ||
	    (state->kind == GUARD_DISARMED && state->failures == 0))
		return false;
	if (state->kind == GUARD_ARMED)
		state->last = state->now;
	state->kind = GUARD_DISARMED;
	state->failures = 0;
	return true;
}

const char *guard_kind_name(unsigned kind)
{
	static const char *const names[] = {
		[GUARD_ARMED] = "armed",       [GUARD_PROVEN] = "proven",
		[GUARD_LEFT] = "left",         [GUARD_OFF] = "off",
		[GUARD_DISARMED] = "disarmed",
	};

	return kind >= GUARD_ARMED && kind <= GUARD_DISARMED ? names[kind] : "unknown";
}

void guard_format_words(const struct guard_words *words, char *buffer, size_t size)
{
	char address[PCI_ADDRESS_SIZE] = "";

	if (words->has_function)
		pci_format_address(&words->function, address);
	sys_format(buffer, size, "%s%s%s%s%s", phase_name(words->phase),
		   words->card[0] ? ", card " : "", words->card, address[0] ? ", " : "",
		   address);
}

static void store_words(const struct guard_words *words, struct stored_words *stored)
{
	memcpy(stored->boot_id, words->boot_id, sizeof(stored->boot_id));
	stored->time = words->time;
	stored->domain = words->function.domain;
	stored->bus = words->function.bus;
	stored->devfn = (uint8_t)(words->function.device << 3 | words->function.function);
	stored->has_function = words->has_function;
	stored->phase = words->phase;
	stored->cause = words->cause;
	memcpy(stored->card, words->card, sizeof(stored->card));
}

static void load_words(const struct stored_words *stored, struct guard_words *words)
{
	memset(words, 0, sizeof(*words));
	memcpy(words->boot_id, stored->boot_id, sizeof(words->boot_id));
	words->time = stored->time;
	words->function.domain = stored->domain;
	words->function.bus = stored->bus;
	words->function.device = stored->devfn >> 3;
	words->function.function = stored->devfn & 7;
	words->has_function = stored->has_function;
	words->phase = stored->phase;
	words->cause = stored->cause;
	memcpy(words->card, stored->card, sizeof(stored->card));
}

/* Only what gpupass.conf allows comes back out: it is printed. */
static bool is_card_name(const char *card, size_t size)
{
	for (size_t i = 0; i < size && card[i]; i++) {
		char c = card[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && !strchr("._-", c))
			return false;
	}
	return true;
}

void guard_write(const struct guard_state *state, uint8_t data[GUARD_SIZE])
{
	struct stored stored;

	memset(&stored, 0, sizeof(stored));
	memcpy(stored.magic, MAGIC, sizeof(stored.magic));
	stored.version = VERSION;
	stored.kind = state->kind;
	stored.failures = state->failures;
	stored.writes = state->writes;
	stored.combination = state->combination;
	store_words(&state->now, &stored.now);
	store_words(&state->last, &stored.last);
	stored.checksum =
		hash_add(HASH_START, &stored, offsetof(struct stored, checksum));
	memcpy(data, &stored, sizeof(stored));
}

int guard_read(const uint8_t *data, size_t length, struct guard_state *ret_state)
{
	struct stored stored;

	if (length != sizeof(stored))
		return -EINVAL;
	memcpy(&stored, data, sizeof(stored));
	if (memcmp(stored.magic, MAGIC, sizeof(stored.magic)) != 0 ||
	    stored.version != VERSION || stored.kind < GUARD_ARMED ||
	    stored.kind > GUARD_DISARMED ||
	    stored.checksum !=
		    hash_add(HASH_START, &stored, offsetof(struct stored, checksum)) ||
	    !is_card_name(stored.now.card, sizeof(stored.now.card)) ||
	    !is_card_name(stored.last.card, sizeof(stored.last.card)))
		return -EINVAL;
	memset(ret_state, 0, sizeof(*ret_state));
	ret_state->kind = stored.kind;
	ret_state->failures = stored.failures;
	ret_state->writes = stored.writes;
	ret_state->combination = stored.combination;
	load_words(&stored.now, &ret_state->now);
	load_words(&stored.last, &ret_state->last);
	return 0;
}
