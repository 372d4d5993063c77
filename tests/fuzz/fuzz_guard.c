/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as the guard's variable, and as one whose checksum is right. What
 * is taken for a state must print, be written as it was read, and lead to a decision that
 * writes no more than the table allows.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/guard_state.h"
#include "hook/core/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_words(const struct guard_words *words)
{
	char text[256];

	require(memchr(words->card, '\0', sizeof(words->card)) != NULL);
	guard_format_words(words, text, sizeof(text));
	for (const char *c = text; *c; c++)
		require(*c >= ' ' && *c <= '~');
	require(words->function.device < 32 && words->function.function < 8);
}

static void check_decision(const struct guard_state *state, uint64_t combination,
			   const uint8_t boot_id[16])
{
	struct guard_state next;
	enum guard_decision decision = guard_decide(state, combination, boot_id, &next);

	require(next.kind >= GUARD_ARMED && next.kind <= GUARD_DISARMED);
	if (decision == GUARD_TAKE)
		require(state->kind == GUARD_PROVEN && state->combination == combination);
	if (decision == GUARD_TAKE || decision == GUARD_LEAVE_AS_IS)
		require(memcmp(state, &next, sizeof(next)) == 0);
	if (decision == GUARD_TAKE_ARMED)
		require(next.kind == GUARD_ARMED && next.combination == combination);
	if (decision == GUARD_LEAVE)
		require(guard_has_died(state, boot_id) && next.failures > 0);
}

static void check(const uint8_t *data, size_t size)
{
	uint8_t again[GUARD_SIZE], other_boot[16] = {1};
	struct guard_state state, read;

	if (guard_read(data, size, &state) < 0)
		return;
	check_words(&state.now);
	check_words(&state.last);
	guard_write(&state, again);
	require(guard_read(again, sizeof(again), &read) == 0);
	require(memcmp(&state, &read, sizeof(state)) == 0);
	check_decision(&state, state.combination, other_boot);
	check_decision(&state, state.combination, state.now.boot_id);
	check_decision(&state, state.combination + 1, other_boot);
	require(!guard_good(&read, other_boot) || guard_is_of_boot(&state, other_boot));
	guard_retry(&read, other_boot);
	require(read.kind >= GUARD_ARMED && read.kind <= GUARD_DISARMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t fixed[GUARD_SIZE] = {'G', 'P', 'U', 'G', 1};
	uint64_t checksum;

	check(data, size);
	memcpy(fixed + 5, data, size < GUARD_SIZE - 13 ? size : GUARD_SIZE - 13);
	checksum = hash_add(HASH_START, fixed, GUARD_SIZE - 8);
	memcpy(fixed + GUARD_SIZE - 8, &checksum, sizeof(checksum));
	check(fixed, sizeof(fixed));
	return 0;
}
