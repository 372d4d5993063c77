/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces of USB devices, and where in the tree of devices they hang.
 */
#include "hook/core/usb.h"

#include <errno.h>
#include <string.h>

#define USB_DEVICES "sys/bus/usb/devices"
#define PS2_DRIVER  "sys/bus/serio/drivers/atkbd"
#define PATH_SIZE   128

/* bInterfaceClass and bInterfaceProtocol: usb.org, "Defined Class Codes", HID 1.11, 4.3
 */
#define CLASS_HID         0x03
#define CLASS_STORAGE     0x08
#define PROTOCOL_KEYBOARD 0x01

struct look {
	const struct sys_root *root;
	char below[PCI_ADDRESS_SIZE + 5]; /* "/0000:83:00.2/usb" */
	struct usb_seen *seen;
	int error; /* the first; what could not be seen may be a disk */
};

/* What is not there, or has just been unplugged, is no error. */
static void note_error(struct look *look, int error)
{
	if (error < 0 && error != -ENOENT && error != -ENODEV && look->error == 0)
		look->error = error;
}

static int read_code(const char *name, const char *attribute, struct look *look)
{
	char path[PATH_SIZE], value[8];
	uint64_t code;
	int length;

	sys_format(path, sizeof(path), USB_DEVICES "/%s/%s", name, attribute);
	length = sys_read_attribute(look->root, path, value, sizeof(value));
	note_error(look, length);
	if (length < 0 || sys_parse_number(value, (size_t)length, 16, 0xff, &code) < 0)
		return -1;
	return (int)code;
}

static int look_at_interface(const char *name, void *data)
{
	struct look *look = data;
	struct usb_seen *seen = look->seen;
	char path[PATH_SIZE], target[SYS_LINK_SIZE];
	int class_code, length;
	bool below;

	if (!strchr(name, ':') || strlen(name) >= PCI_USB_NAME_SIZE)
		return 0;
	sys_format(path, sizeof(path), USB_DEVICES "/%s", name);
	length = sys_read_link(look->root, path, target, sizeof(target));
	note_error(look, length);
	if (length < 0)
		return 0;
	below = strstr(target, look->below) != NULL;
	class_code = read_code(name, "bInterfaceClass", look);
	if (class_code == CLASS_STORAGE && below &&
	    (!seen->disk[0] || strcmp(name, seen->disk) < 0))
		sys_format(seen->disk, sizeof(seen->disk), "%s", name);
	if (class_code != CLASS_HID ||
	    read_code(name, "bInterfaceProtocol", look) != PROTOCOL_KEYBOARD)
		return 0;
	if (below)
		seen->keyboards++;
	else
		seen->other_keyboards++;
	return 0;
}

static int count_port(const char *name, void *data)
{
	struct look *look = data;

	if (strncmp(name, "serio", 5) == 0)
		look->seen->other_keyboards++;
	return 0;
}

int usb_look(const struct sys_root *root, const struct pci_address *address,
	     struct usb_seen *ret_seen)
{
	char text[PCI_ADDRESS_SIZE];
	struct look look = {.root = root, .seen = ret_seen};

	memset(ret_seen, 0, sizeof(*ret_seen));
	pci_format_address(address, text);
	sys_format(look.below, sizeof(look.below), "/%s/usb", text);
	note_error(&look, sys_each_entry(root, USB_DEVICES, look_at_interface, &look));
	if (ret_seen->keyboards)
		note_error(&look, sys_each_entry(root, PS2_DRIVER, count_port, &look));
	return look.error;
}
