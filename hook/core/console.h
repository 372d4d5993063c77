/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console: on which function the firmware's framebuffer lies. Reads only.
 *
 * The platform device's parent tells it on kernels from 6.8 on; before, the address in
 * screen_info (Documentation/arch/x86/zero-page.rst) against the BARs does.
 */
#ifndef GPUPASS_CONSOLE_H
#define GPUPASS_CONSOLE_H

#include "hook/core/pci.h"

#define CONSOLE_NAME_SIZE 32

struct console {
	char device[CONSOLE_NAME_SIZE]; /* "efi-framebuffer.0"; empty = none registered */
	char driver[CONSOLE_NAME_SIZE]; /* what drives it; empty = nothing */
	bool has_parent;                /* the kernel says which function it belongs to */
	struct pci_address parent;
	uint64_t base; /* physical address from screen_info; 0 = unknown */
	/* Once console_look_at() has met it: */
	bool found;
	struct pci_address carrier; /* the function that carries it */
	int bar;                    /* where; -1 = that is not known */
};

/* Which it is. Whose it is console_is_on() and console_look_at() find out. */
void console_find(const struct sys_root *root, struct console *ret_console);

/* Whether function carries the console. ret_bar is the BAR that holds the framebuffer, or
 * -1 when that is not known. Without any framebuffer device, the boot VGA device carries
 * the text console. */
bool console_is_on(const struct sys_root *root, const struct console *console,
		   const struct pci_function *function, int *ret_bar);

/* Notes in console when function carries it; the first one stays. */
void console_look_at(const struct sys_root *root, struct console *console,
		     const struct pci_function *function);

/* Whether function is the one that was noted. */
bool console_was_on(const struct console *console, const struct pci_function *function);

#endif
