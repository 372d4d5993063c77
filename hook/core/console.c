/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who carries the firmware's framebuffer. Releases nothing.
 */
#include "hook/core/console.h"

#include <errno.h>
#include <string.h>

#define PLATFORM    "sys/bus/platform/devices/"
#define BOOT_PARAMS "sys/kernel/boot_params/data"
#define SCREEN_INFO 64 /* bytes; include/uapi/linux/screen_info.h */

/* Names that drivers/firmware/sysfb.c gives; at most one exists. */
static const char *const device_names[] = {
	"simple-framebuffer.0",   "efi-framebuffer.0", "vesa-framebuffer.0",
	"platform-framebuffer.0", "vga-framebuffer.0", "ega-framebuffer.0",
};

/* ".../0000:83:00.0/efi-framebuffer.0": the component before the last. */
static bool parse_parent(const char *target, struct pci_address *ret_parent)
{
	const char *last = strrchr(target, '/');
	const char *start = last;

	if (!last)
		return false;
	while (start > target && start[-1] != '/')
		start--;
	return pci_parse_address(start, (size_t)(last - start), ret_parent) == 0;
}

static bool find_device(const struct sys_root *root, struct console *console)
{
	char path[PCI_PATH_SIZE], target[SYS_LINK_SIZE];

	for (unsigned i = 0; i < sizeof(device_names) / sizeof(device_names[0]); i++) {
		sys_format(path, sizeof(path), PLATFORM "%s", device_names[i]);
		if (sys_read_link(root, path, target, sizeof(target)) < 0)
			continue;
		sys_format(console->device, sizeof(console->device), "%s",
			   device_names[i]);
		console->has_parent = parse_parent(target, &console->parent);
		sys_format(path, sizeof(path), PLATFORM "%s/driver", device_names[i]);
		sys_read_link_name(root, path, console->driver, sizeof(console->driver));
		return true;
	}
	return false;
}

static uint32_t get32(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

/* screen_info is the start of boot_params: lfb_base at 0x18, capabilities at 0x36 (bit 1:
 * the address has an upper half), ext_lfb_base at 0x3a. */
static uint64_t read_base(const struct sys_root *root)
{
	char start[SCREEN_INFO];
	const unsigned char *info = (const unsigned char *)start;
	uint64_t base;

	/* There is more behind it. */
	if (sys_read_file(root, BOOT_PARAMS, start, sizeof(start)) != -EFBIG)
		return 0;
	base = get32(info + 0x18);
	if (get32(info + 0x36) & 2)
		base |= (uint64_t)get32(info + 0x3a) << 32;
	return base;
}

void console_find(const struct sys_root *root, struct console *ret_console)
{
	memset(ret_console, 0, sizeof(*ret_console));
	if (find_device(root, ret_console))
		ret_console->base = read_base(root);
}

/* The BAR that holds base: its number, -1 for none of them, or -errno below -1. */
static int find_bar(const struct sys_root *root, const struct pci_address *address,
		    uint64_t base)
{
	struct pci_range bars[PCI_BARS];

	if (base == 0 || pci_read_bars(root, address, bars) < 0)
		return -EIO;
	for (int i = 0; i < PCI_BARS; i++) {
		if (bars[i].end && bars[i].start <= base && base <= bars[i].end)
			return i;
	}
	return -1;
}

bool console_is_on(const struct sys_root *root, const struct console *console,
		   const struct pci_function *function, int *ret_bar)
{
	int bar;

	*ret_bar = -1;
	if (function->class_code >> 16 != PCI_CLASS_DISPLAY && !function->unidentified)
		return false;
	if (console->device[0] == '\0')
		return function->boot_vga == 1;
	bar = find_bar(root, &function->address, console->base);
	if (bar >= 0)
		*ret_bar = bar;
	if (console->has_parent)
		return pci_same_address(&console->parent, &function->address);
	/* Where the ranges cannot be compared, the firmware's choice is the best guess.
	 */
	return bar >= 0 || (bar != -1 && function->boot_vga == 1);
}

void console_look_at(const struct sys_root *root, struct console *console,
		     const struct pci_function *function)
{
	if (console->found || !console_is_on(root, console, function, &console->bar))
		return;
	console->found = true;
	console->carrier = function->address;
}

bool console_was_on(const struct console *console, const struct pci_function *function)
{
	return console->found && pci_same_address(&console->carrier, &function->address);
}
