/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkguard [KEY=VALUE]... > FILE: writes the guard's variable as efivarfs shows it, for
 * the tests: its attributes, then its data.
 *
 *	kind=armed|proven|left|off|disarmed   failures=N
 *	now=BOOT_ID[,PHASE[,CARD[,FUNCTION[,deadline]]]]   last=...   each at a fixed time
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/guard_state.h"

#define TIME 1767358134 /* 2026-01-02 12:48:54 UTC */

static void die(const char *word)
{
	fprintf(stderr, "mkguard: %s\n", word);
	exit(2);
}

static uint64_t number(const char *text, size_t length, unsigned base)
{
	uint64_t value;

	if (sys_parse_number(text, length, base, UINT64_MAX, &value) < 0)
		die(text);
	return value;
}

static void set_boot(const char *text, struct guard_words *words)
{
	for (unsigned i = 0; i < sizeof(words->boot_id); i++) {
		if (*text == '-')
			text++;
		if (strlen(text) < 2)
			die("boot id");
		words->boot_id[i] = (uint8_t)number(text, 2, 16);
		text += 2;
	}
}

static void set_words(char *text, struct guard_words *words)
{
	char *parts[5] = {NULL};
	unsigned count = 0;

	for (char *part = strsep(&text, ","); part && count < 5;
	     part = strsep(&text, ","))
		parts[count++] = part;
	set_boot(parts[0], words);
	words->time = TIME;
	if (parts[1])
		words->phase = (uint8_t)number(parts[1], strlen(parts[1]), 10);
	if (parts[2])
		snprintf(words->card, sizeof(words->card), "%s", parts[2]);
	if (parts[3] && parts[3][0]) {
		words->has_function = true;
		if (pci_parse_address(parts[3], strlen(parts[3]), &words->function) < 0)
			die(parts[3]);
	}
	if (parts[4])
		words->cause = GUARD_DEADLINE;
}

static void set_kind(const char *text, struct guard_state *state)
{
	for (unsigned kind = GUARD_ARMED; kind <= GUARD_DISARMED; kind++) {
		if (strcmp(guard_kind_name(kind), text) == 0)
			state->kind = (uint8_t)kind;
	}
	if (!state->kind)
		die(text);
}

int main(int argc, char **argv)
{
	static const uint8_t attributes[] = {7, 0, 0, 0};
	struct guard_state state;
	uint8_t data[GUARD_SIZE];

	memset(&state, 0, sizeof(state));
	for (int i = 1; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			die(argv[i]);
		*value++ = '\0';
		if (strcmp(argv[i], "kind") == 0)
			set_kind(value, &state);
		else if (strcmp(argv[i], "failures") == 0)
			state.failures = (uint8_t)number(value, strlen(value), 10);
		else if (strcmp(argv[i], "now") == 0)
			set_words(value, &state.now);
		else if (strcmp(argv[i], "last") == 0)
			set_words(value, &state.last);
		else
			die(argv[i]);
	}
	guard_write(&state, data);
	return fwrite(attributes, sizeof(attributes), 1, stdout) == 1 &&
			       fwrite(data, sizeof(data), 1, stdout) == 1
		       ? 0
		       : 3;
}
