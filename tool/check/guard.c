/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guard remembers and the next boot will go by.
 */
#include <errno.h>

#include "tool/check/check.h"
#include "tool/variable.h"

static void explain_none(struct check *check, int error)
{
	bool required = check->config.conf.guard == CONF_GUARD_REQUIRE;
	struct check_finding *finding =
		check_add(check, required ? CHECK_ERROR : CHECK_NOTE, "guard-unavailable",
			  "the guard is not available: %s", variable_explain(error));

	check_set_reason(finding, "%s",
			 required ? "guard = require, so every card is refused"
				  : "a boot that dies with the card is not remembered, "
				    "and the next one tries again");
	if (error == -ENOENT)
		check_set_remedy(finding, "boot this machine by EFI, not by legacy BIOS "
					  "(CSM)");
}

static void explain_state(struct check *check, const struct variable *variable)
{
	const struct guard_state *state = &variable->state;
	struct check_finding *finding;

	if (state->kind == GUARD_OFF) {
		finding = check_add(check, CHECK_ERROR, "guard-off",
				    "two boots died with the cards");
		check_set_reason(finding, "the host keeps the cards until the "
					  "configuration, the kernel or the firmware "
					  "changes");
	} else if (guard_has_died(state, variable->boot_id)) {
		finding = check_add(check, CHECK_WARNING, "guard-died",
				    "an earlier boot died with the cards");
		check_set_reason(finding, "the next one leaves them to the host");
	} else {
		return;
	}
	check_set_remedy(finding, "look at: gpupass-log --last-crash; to try again run: "
				  "gpupass retry");
}

void check_guard(struct check *check)
{
	struct variable variable;
	int error;

	if (check->config.conf.guard == CONF_GUARD_OFF ||
	    check->config.conf.rule_count == 0)
		return;
	error = variable_read(check->root, &variable);
	if (error < 0)
		explain_none(check, error);
	else if (variable.found)
		explain_state(check, &variable);
}
