/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efivar: a small variable of the firmware's, through efivarfs
 * (Documentation/filesystems/efivarfs.rst): one write() is one SetVariable, attributes
 * first, and a variable that the kernel does not know is immutable until that is taken
 * off (fs/efivarfs/file.c, checked with 6.1 and 6.12). Survives a reset. Each write wears
 * the board's flash and takes some ten milliseconds: the caller counts them.
 */
#ifndef GPUPASS_EFIVAR_H
#define GPUPASS_EFIVAR_H

#include "hook/core/sys.h"

#define EFIVAR_FIRMWARE  "sys/firmware/efi" /* absent = not booted by EFI */
#define EFIVAR_DIRECTORY EFIVAR_FIRMWARE "/efivars"
#define EFIVAR_MAX       1024 /* bytes of data that pass through here */
#define EFIVAR_NAME_MAX  128  /* NAME-GUID */

/* Mounts efivarfs where it is not; its module must be there. 0; -ENOENT without EFI
 * firmware; other -errno. Below another root nothing is mounted. */
int efivar_mount(const struct sys_root *root);

/* The data without its attributes. Returns its length; -ENOENT when there is no such
 * variable; -EFBIG when it does not fit into size. */
int efivar_read(const struct sys_root *root, const char *name, void *data, size_t size);

/* Writes and reads back: -EIO when something else is there then. Kept over resets, usable
 * at boot and at run time (EFI_VARIABLE_NON_VOLATILE, _BOOTSERVICE_ACCESS,
 * _RUNTIME_ACCESS). -ENOSPC, -EROFS, -ENOENT as the kernel has them. */
int efivar_write(const struct sys_root *root, const char *name, const void *data,
		 size_t length);

/* 0 also when there is none. */
int efivar_delete(const struct sys_root *root, const char *name);

#endif
