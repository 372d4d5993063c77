/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard's table, row by row, as boots in a series; and its bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hook/core/guard_state.h"

#define SAME  1
#define OTHER 2

static struct guard_state variable;
static bool exists;
static uint8_t boot[16]; /* the id of the boot that is running */

static void forget(void)
{
	exists = false;
	memset(boot, 0, sizeof(boot));
}

/* The next boot, as the early program goes about it. */
static enum guard_decision start(uint64_t combination, enum phase phase)
{
	struct guard_state next;
	enum guard_decision decision;

	boot[0]++;
	decision = guard_decide(exists ? &variable : NULL, combination, boot, &next);
	if (decision == GUARD_TAKE || decision == GUARD_LEAVE_AS_IS) {
		assert_memory_equal(&next, &variable, sizeof(next));
		return decision;
	}
	variable = next;
	exists = true;
	memcpy(variable.now.boot_id, boot, sizeof(boot));
	variable.now.phase = (uint8_t)phase;
	return decision;
}

static void assert_state(enum guard_kind kind, unsigned failures)
{
	assert_int_equal(variable.kind, kind);
	assert_int_equal(variable.failures, failures);
}

static void nothing_then_armed_then_proven(void **state)
{
	forget();
	assert_int_equal(start(SAME, PHASE_BOOTING), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 0);
	assert_true(guard_good(&variable, boot));
	assert_state(GUARD_PROVEN, 0);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(start(SAME, PHASE_BOOTING), GUARD_TAKE);
		assert_false(guard_good(&variable, boot));
		assert_false(guard_ended(&variable, boot));
	}
}

/* A card that was given back, a worker that died: the boot went well, and proves nothing.
 */
static void what_did_not_get_through_is_not_proven(void **state)
{
	forget();
	start(SAME, PHASE_UNBIND);
	assert_true(guard_good(&variable, boot));
	assert_state(GUARD_DISARMED, 0);
	assert_int_equal(start(SAME, PHASE_BIND), GUARD_TAKE_ARMED);
}

/* It hung, and went on because nothing could reset it. */
static void a_hang_is_neither_good_nor_ended(void **state)
{
	forget();
	start(SAME, PHASE_UNBIND);
	variable.now.cause = GUARD_DEADLINE;
	assert_false(guard_good(&variable, boot));
	assert_false(guard_ended(&variable, boot));
	assert_state(GUARD_ARMED, 0);
	assert_int_equal(start(SAME, PHASE_READING), GUARD_LEAVE);
}

static void another_combination_is_armed_again(void **state)
{
	forget();
	start(SAME, PHASE_BOOTING);
	guard_good(&variable, boot);
	assert_int_equal(start(OTHER, PHASE_BIND), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 0);
	/* And a boot that died is remembered over it. */
	assert_int_equal(start(SAME, PHASE_MODULES), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 0);
	assert_int_equal(variable.last.boot_id[0], 2);
	assert_int_equal(variable.last.phase, PHASE_BIND);
}

static void one_death_leaves_the_cards_once(void **state)
{
	forget();
	start(SAME, PHASE_UNBIND);
	assert_int_equal(start(SAME, PHASE_READING), GUARD_LEAVE);
	assert_state(GUARD_LEFT, 1);
	assert_int_equal(variable.last.phase, PHASE_UNBIND);
	assert_int_equal(variable.last.boot_id[0], 1);
	/* Good: a pulled plug is not a crash. */
	assert_true(guard_good(&variable, boot));
	assert_int_equal(start(SAME, PHASE_BIND), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 1);
}

static void a_left_boot_that_dies_exonerates(void **state)
{
	forget();
	start(SAME, PHASE_UNBIND);
	start(SAME, PHASE_READING);
	assert_int_equal(start(SAME, PHASE_BIND), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 0);
}

static void a_second_death_turns_off(void **state)
{
	forget();
	start(SAME, PHASE_UNBIND);
	start(SAME, PHASE_READING);
	guard_good(&variable, boot);
	start(SAME, PHASE_BIND);
	assert_int_equal(start(SAME, PHASE_READING), GUARD_LEAVE);
	assert_state(GUARD_OFF, 2);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(start(SAME, PHASE_READING), GUARD_LEAVE_AS_IS);
		assert_false(guard_good(&variable, boot));
		assert_false(guard_ended(&variable, boot));
	}
	assert_int_equal(variable.last.phase, PHASE_BIND);
	/* Until something changes ... */
	struct guard_state off = variable;

	assert_int_equal(start(OTHER, PHASE_BIND), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 0);
	/* ... or the user says so. */
	variable = off;
	assert_true(guard_retry(&variable, boot));
	assert_int_equal(start(SAME, PHASE_BIND), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 0);
}

static void an_end_in_order_disarms(void **state)
{
	forget();
	start(SAME, PHASE_BOOTING);
	assert_true(guard_ended(&variable, boot));
	assert_false(guard_ended(&variable, boot));
	assert_int_equal(start(SAME, PHASE_BOOTING), GUARD_TAKE_ARMED);
	assert_state(GUARD_ARMED, 0);
	/* A failure before it is not forgotten. */
	start(SAME, PHASE_READING);
	assert_true(guard_ended(&variable, boot));
	start(SAME, PHASE_BOOTING);
	assert_state(GUARD_ARMED, 1);
	assert_true(guard_ended(&variable, boot));
	start(SAME, PHASE_BIND);
	assert_int_equal(start(SAME, PHASE_READING), GUARD_LEAVE);
}

/* gpupass=off and a rescue boot between: their word on themselves changes nothing. */
static void another_boots_word_counts_for_nothing(void **state)
{
	forget();
	start(SAME, PHASE_BIND);
	boot[0]++;
	assert_false(guard_good(&variable, boot));
	assert_false(guard_ended(&variable, boot));
	assert_true(guard_has_died(&variable, boot));
	assert_ptr_equal(guard_last_words(&variable, boot), &variable.now);
	assert_int_equal(start(SAME, PHASE_READING), GUARD_LEAVE);
}

static void retry_where_there_is_something(void **state)
{
	forget();
	start(SAME, PHASE_BIND);
	assert_false(guard_retry(&variable, boot));
	boot[0]++; /* it died, and this boot is switched off */
	assert_true(guard_retry(&variable, boot));
	assert_int_equal(variable.last.phase, PHASE_BIND);
	assert_false(guard_retry(&variable, boot));
	start(SAME, PHASE_BOOTING);
	assert_state(GUARD_ARMED, 0);
	guard_good(&variable, boot);
	assert_false(guard_retry(&variable, boot));
	forget();
	start(SAME, PHASE_BIND);
	start(SAME, PHASE_READING);
	assert_true(guard_retry(&variable, boot));
	assert_state(GUARD_DISARMED, 0);
}

/* Started twice in one boot. */
static void a_second_run_goes_on(void **state)
{
	struct guard_state next;

	forget();
	start(SAME, PHASE_BIND);
	assert_int_equal(guard_decide(&variable, SAME, boot, &next), GUARD_TAKE_ARMED);
	assert_memory_equal(&next, &variable, sizeof(next));
	guard_ended(&variable, boot);
	assert_int_equal(guard_decide(&variable, SAME, boot, &next), GUARD_TAKE_ARMED);
	assert_int_equal(next.kind, GUARD_ARMED);
	forget();
	start(SAME, PHASE_BIND);
	start(SAME, PHASE_READING);
	assert_int_equal(variable.kind, GUARD_LEFT);
	assert_int_equal(guard_decide(&variable, SAME, boot, &next), GUARD_LEAVE_AS_IS);
	assert_memory_equal(&next, &variable, sizeof(next));
	/* With another configuration it is a new try, and nobody has died. */
	start(OTHER, PHASE_BIND);
	guard_decide(&variable, SAME, boot, &next);
	assert_int_equal(next.kind, GUARD_ARMED);
	assert_int_equal(next.last.boot_id[0], 1);
}

static void no_words_no_story(void **state)
{
	forget();
	start(SAME, PHASE_BOOTING);
	assert_null(guard_last_words(&variable, boot));
	guard_good(&variable, boot);
	assert_null(guard_last_words(&variable, boot));
}

static void fill(struct guard_state *full)
{
	memset(full, 0, sizeof(*full));
	full->kind = GUARD_LEFT;
	full->failures = 7;
	full->writes = 0x01020304;
	full->combination = 0x1122334455667788;
	memset(full->now.boot_id, 0xa1, 16);
	full->now.time = 0x66778899aabb;
	full->now.phase = PHASE_UNBIND;
	full->now.cause = GUARD_DEADLINE;
	full->now.has_function = true;
	full->now.function = (struct pci_address){0x10001, 0x83, 0x1f, 7};
	memset(full->now.card, 'x', 32);
	full->last = full->now;
	strcpy(full->last.card, "a.B-9_");
}

static void bytes_come_back(void **state)
{
	uint8_t data[GUARD_SIZE];
	struct guard_state full, read;

	fill(&full);
	guard_write(&full, data);
	assert_int_equal(guard_read(data, sizeof(data), &read), 0);
	assert_memory_equal(&read, &full, sizeof(full));
}

static void other_bytes_do_not(void **state)
{
	uint8_t data[GUARD_SIZE + 1] = {0};
	struct guard_state full, read;

	fill(&full);
	guard_write(&full, data);
	assert_int_equal(guard_read(data, GUARD_SIZE - 1, &read), -EINVAL);
	assert_int_equal(guard_read(data, GUARD_SIZE + 1, &read), -EINVAL);
	assert_int_equal(guard_read(data, 0, &read), -EINVAL);
	for (unsigned i = 0; i < 8 * GUARD_SIZE; i++) {
		data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(guard_read(data, GUARD_SIZE, &read), -EINVAL);
		data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	/* Well written, but by somebody else. */
	full.kind = 6;
	guard_write(&full, data);
	assert_int_equal(guard_read(data, GUARD_SIZE, &read), -EINVAL);
	full.kind = GUARD_ARMED;
	strcpy(full.now.card, "\033[2J");
	guard_write(&full, data);
	assert_int_equal(guard_read(data, GUARD_SIZE, &read), -EINVAL);
}

static void words(void **state)
{
	struct guard_words words = {.phase = PHASE_BIND};
	char text[100];

	guard_format_words(&words, text, sizeof(text));
	assert_string_equal(text, "binding");
	words.has_function = true;
	words.function = (struct pci_address){0, 0x83, 0, 1};
	strcpy(words.card, "win11");
	guard_format_words(&words, text, sizeof(text));
	assert_string_equal(text, "binding, card win11, 0000:83:00.1");
	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		assert_non_null(phase_name(i));
		assert_non_null(guard_kind_name(i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_then_armed_then_proven),
		cmocka_unit_test(what_did_not_get_through_is_not_proven),
		cmocka_unit_test(a_hang_is_neither_good_nor_ended),
		cmocka_unit_test(another_combination_is_armed_again),
		cmocka_unit_test(one_death_leaves_the_cards_once),
		cmocka_unit_test(a_left_boot_that_dies_exonerates),
		cmocka_unit_test(a_second_death_turns_off),
		cmocka_unit_test(an_end_in_order_disarms),
		cmocka_unit_test(another_boots_word_counts_for_nothing),
		cmocka_unit_test(retry_where_there_is_something),
		cmocka_unit_test(a_second_run_goes_on),
		cmocka_unit_test(no_words_no_story),
		cmocka_unit_test(bytes_come_back),
		cmocka_unit_test(other_bytes_do_not),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
