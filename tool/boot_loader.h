/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_loader: which program starts the kernel here, what the next boot's kernel command
 * line will be, and how a word gets onto it or off it on this machine. Reads only.
 *
 * Where what is known comes from: GRUB's grub-mkconfig and its /etc/default/grub (GRUB
 * manual, "Simple configuration"), Debian's update-grub; grubby(8); the Boot Loader
 * Specification's type #1 entries and kernel-install(8)'s /etc/kernel/cmdline;
 * proxmox-boot-tool (Proxmox VE Administration Guide, "Host Bootloader").
 */
#ifndef GPUPASS_BOOT_LOADER_H
#define GPUPASS_BOOT_LOADER_H

#include "tool/lines.h"

#define BOOT_LOADER_LINE_SIZE 4096 /* of a kernel command line, COMMAND_LINE_SIZE */

enum boot_loader_kind {
	BOOT_LOADER_UNKNOWN,
	BOOT_LOADER_GRUB,
	BOOT_LOADER_GRUBBY,  /* GRUB or systemd-boot, with grubby to change entries */
	BOOT_LOADER_PROXMOX, /* systemd-boot with proxmox-boot-tool */
	BOOT_LOADER_SYSTEMD,
	BOOT_LOADER_UKI, /* dracut puts the command line into the kernel's image */
};

#define BOOT_LOADER_CMDLINE "etc/kernel/cmdline"

/* Where the words come from that are made into what the boot loader reads: variables of
 * a file, and of those of a directory behind it. */
struct boot_loader_source {
	const char *const *names;
	size_t count;
	const char *file, *directory, *suffix;
};

struct boot_loader {
	enum boot_loader_kind kind;
	const struct boot_loader_source *source; /* NULL: BOOT_LOADER_CMDLINE, or none */
	char now[BOOT_LOADER_LINE_SIZE];         /* of the running kernel */
	bool has_next;                           /* else next is now again */
	char next[BOOT_LOADER_LINE_SIZE];
	char next_path[PATH_MAX];           /* where next was found */
	char wanted[BOOT_LOADER_LINE_SIZE]; /* what the configuration names, that of the
					     * default entries; it may not be in next yet
					     */
	bool has_wanted;                    /* there is such a configuration */
	bool is_partly_wanted;           /* it has variables: wanted is not all of it */
	struct lines_place wanted_place; /* of the first line of that */
	struct lines_place add_place;    /* of the line that says what is appended */
	char update[128]; /* the command that brings wanted into next; empty = none */
};

/* What cannot be read is as if it were not there. */
void boot_loader_read(const struct sys_root *root, struct boot_loader *ret_loader);

/* "add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then run
 * update-grub": how, on this machine. To text. */
void boot_loader_advise_add(const struct boot_loader *loader, const char *word,
			    char *text, size_t size);

/* The same for a word that is there; it is looked for, so that its line is named. Only
 * the command where the configuration has lost it already. */
void boot_loader_advise_remove(const struct sys_root *root,
			       const struct boot_loader *loader, const char *word,
			       char *text, size_t size);

/* The same, with another word in its place; NULL or "" = none. */
void boot_loader_advise_replace(const struct sys_root *root,
				const struct boot_loader *loader, const char *word,
				const char *instead, char *text, size_t size);

#endif
