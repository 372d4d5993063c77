/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * variable: the guard's variable as the running host sees it, with words for why not.
 */
#ifndef GPUPASS_TOOL_VARIABLE_H
#define GPUPASS_TOOL_VARIABLE_H

#include "hook/core/guard_state.h"
#include "hook/core/sys.h"

/* Enough for any boot id of the kernel's. */
struct variable {
	bool found; /* else there is none, and state is nothing */
	struct guard_state state;
	uint8_t boot_id[SYS_BOOT_ID_SIZE]; /* of the running boot */
};

/* 0 with or without a variable; -ENOENT where there is no EFI firmware; -EINVAL when it
 * is none of ours; other -errno. */
int variable_read(const struct sys_root *root, struct variable *ret_variable);

/* Writes the state, one more write counted. 0, or -errno. */
int variable_write(const struct sys_root *root, struct variable *variable);

/* What an error of these means. */
const char *variable_explain(int error);

#endif
