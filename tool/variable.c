/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing of the guard's variable. Decides nothing: guard_state does.
 */
#include "tool/variable.h"

#include <errno.h>
#include <string.h>

#include "hook/core/efivar.h"

int variable_read(const struct sys_root *root, struct variable *ret_variable)
{
	uint8_t data[EFIVAR_MAX];
	int length;

	memset(ret_variable, 0, sizeof(*ret_variable));
	if (sys_exists(root, EFIVAR_DIRECTORY) == 0)
		return -ENOENT;
	if (!sys_read_boot_id(root, ret_variable->boot_id))
		return -ENODATA;
	length = efivar_read(root, GUARD_VARIABLE, data, sizeof(data));
	if (length == -ENOENT)
		return 0;
	if (length < 0)
		return length;
	ret_variable->found = true;
	return guard_read(data, (size_t)length, &ret_variable->state);
}

int variable_write(const struct sys_root *root, struct variable *variable)
{
	uint8_t data[GUARD_SIZE];

	variable->state.writes++;
	guard_write(&variable->state, data);
	return efivar_write(root, GUARD_VARIABLE, data, sizeof(data));
}

const char *variable_explain(int error)
{
	switch (-error) {
	case ENOENT:
		return "this machine was not booted by EFI firmware";
	case EINVAL:
		return "the variable is none that gpupass wrote; gpupass guard forget "
		       "deletes it";
	case ENODATA:
		return "this boot has no id";
	case ENOSPC:
		return "the firmware has no room for variables; old crash dumps, "
		       "dump-type0-*, can be removed there";
	case EROFS:
		return "efivarfs is mounted read-only; see /etc/fstab";
	case EFBIG:
		return variable_explain(-EINVAL);
	case EACCES:
	case EPERM:
		return "only root may write it";
	default:
		return strerror(-error);
	}
}
