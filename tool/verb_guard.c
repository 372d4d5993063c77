/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass guard good|ended|forget: the running host's word on its own boot. For the units
 * and for the uninstallation; people have `gpupass status` and `gpupass retry`.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hook/core/efivar.h"
#include "hook/core/panic_settings.h"
#include "tool/gpupass.h"
#include "tool/variable.h"

#define TAINTED      "proc/sys/kernel/tainted"
#define TAINT_DIED   7  /* an oops: Documentation/admin-guide/tainted-kernels.rst */
#define TAINT_LOCKUP 14 /* a soft lockup */

/* A boot in which a part of the kernel died or hung is no good one. */
static bool kernel_has_died(const struct sys_root *root)
{
	char text[32];
	uint64_t taints;
	int length = sys_read_attribute(root, TAINTED, text, sizeof(text));

	return length > 0 &&
	       sys_parse_number(text, (size_t)length, 10, UINT64_MAX, &taints) == 0 &&
	       (taints >> TAINT_DIED & 1 || taints >> TAINT_LOCKUP & 1);
}

/* Where there is nothing to remember in, there is nothing to do. */
static enum status no_guard(int error)
{
	printf("no guard: %s\n", variable_explain(error));
	return STATUS_GOOD;
}

static enum status put(const struct arguments *arguments, struct variable *variable,
		       bool changed)
{
	int error = changed ? variable_write(&arguments->root, variable) : 0;

	if (error < 0) {
		complain("guard: cannot write the variable: %s", variable_explain(error));
		return STATUS_CANNOT_READ;
	}
	printf("%s: %s\n", changed ? "now" : "still",
	       variable->found ? guard_kind_name(variable->state.kind) : "nothing");
	return STATUS_GOOD;
}

static enum status good(const struct arguments *arguments)
{
	struct variable variable;
	enum status status;
	bool changed;
	int error;

	sleep(arguments->seconds);
	error = variable_read(&arguments->root, &variable);
	if (error < 0)
		return no_guard(error);
	changed = variable.found && guard_good(&variable.state, variable.boot_id);
	if (changed && kernel_has_died(&arguments->root)) {
		complain("a part of the kernel died in this boot (" TAINTED
			 "): it does not count as good");
		return STATUS_FINDING;
	}
	status = put(arguments, &variable, changed);
	if (status == STATUS_GOOD && changed)
		error = panic_settings_restore(&arguments->root);
	if (error < 0)
		complain("guard: cannot put back kernel.panic and its like: %s",
			 strerror(-error));
	return status;
}

static enum status ended(const struct arguments *arguments)
{
	struct variable variable;
	int error = variable_read(&arguments->root, &variable);

	if (error < 0)
		return no_guard(error);
	return put(arguments, &variable,
		   variable.found && guard_ended(&variable.state, variable.boot_id));
}

static enum status forget(const struct arguments *arguments)
{
	int error = 0;

	if (sys_exists(&arguments->root, EFIVAR_DIRECTORY) == 1)
		error = efivar_delete(&arguments->root, GUARD_VARIABLE);
	if (error == 0)
		return STATUS_GOOD;
	complain("guard: cannot delete the variable: %s", variable_explain(error));
	return STATUS_CANNOT_READ;
}

enum status verb_guard(const struct arguments *arguments)
{
	const char *word = arguments->operand_count ? arguments->operands[0] : "";

	if (arguments->operand_count == 1 && strcmp(word, "good") == 0)
		return good(arguments);
	if (arguments->operand_count == 1 && strcmp(word, "ended") == 0)
		return ended(arguments);
	if (arguments->operand_count == 1 && strcmp(word, "forget") == 0)
		return forget(arguments);
	complain("guard: \"%s\": expected good, ended or forget", word);
	return STATUS_USAGE;
}
