/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass retry: after boots that died with the cards, the next one is to take them
 * again.
 */
#include <stdio.h>

#include "tool/gpupass.h"
#include "tool/variable.h"

static const char *why_not(const struct variable *variable)
{
	if (!variable->found)
		return "no boot has tried the cards yet, or nothing is remembered";
	if (variable->state.kind == GUARD_PROVEN)
		return "a boot with the cards was good, and each one takes them";
	if (variable->state.kind == GUARD_ARMED)
		return "this boot is trying the cards";
	return "the next boot takes the cards anyway";
}

enum status verb_retry(const struct arguments *arguments)
{
	struct variable variable;
	int error = variable_read(&arguments->root, &variable);

	if (error == 0 &&
	    (!variable.found || !guard_retry(&variable.state, variable.boot_id))) {
		printf("nothing to retry: %s\n", why_not(&variable));
		return STATUS_GOOD;
	}
	if (error == 0)
		error = variable_write(&arguments->root, &variable);
	if (error < 0) {
		complain("retry: the guard's variable: %s", variable_explain(error));
		return STATUS_CANNOT_READ;
	}
	puts("the next boot takes the cards again");
	return STATUS_GOOD;
}
