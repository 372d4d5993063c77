/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass capture: this machine as a file for a report, in the format of
 * tests/machines/README. Only what gpupass itself goes by; gpupass(8) says what.
 */
#include "tool/gpupass.h"

#include <stdio.h>
#include <string.h>

#include "tool/capture.h"
#include "tool/cards.h"
#include "tool/pci_names.h"
#include "tool/print.h"

#define COMMAND_LINE     "proc/cmdline"
#define RELEASE          "proc/sys/kernel/osrelease"
#define PLATFORM_DEVICES "sys/bus/platform/devices"
#define PLATFORM_DRIVERS "sys/bus/platform/drivers"
#define BOOT_PARAMS      "sys/kernel/boot_params"
#define TEXT_SIZE        (16 * 1024)
#define SCREEN_INFO_SIZE                                                                 \
	64 /* the start of boot_params; a monitor's EDID is further on                   \
	    */
#define BOOT_PARAMS_SIZE 4096

static void capture_head(const struct sys_root *root)
{
	static char text[TEXT_SIZE], reduced[TEXT_SIZE + 1];
	int length = sys_read_file(root, RELEASE, text, sizeof(text));

	puts("# source: gpupass " GPUPASS_VERSION " capture\n"
	     "# What is in here, and what is not: gpupass(8), capture.");
	if (length >= 0)
		capture_text('F', RELEASE, text, (size_t)length);
	if (sys_read_attribute(root, COMMAND_LINE, text, sizeof(text)) < 0)
		return;
	capture_reduce(text, reduced);
	strcat(reduced, "\n");
	capture_text('F', COMMAND_LINE, reduced, strlen(reduced));
}

/* One line of pci.ids. */
static void put_name(const char *indent, uint16_t id, const char *name)
{
	char text[PRINT_ESCAPED_SIZE(PCI_NAMES_SIZE)];

	print_escape(name, strlen(name), text);
	printf("| %s%04x  %s\n", indent, id, text);
}

static const struct pci_function *gpu_of(const struct cards *cards, unsigned number)
{
	return &cards->cards[number].card.functions[0];
}

/* Whether no card before it is of the same vendor, and device. */
static bool is_first(const struct cards *cards, unsigned number, bool device)
{
	for (unsigned i = 0; i < number; i++) {
		if (gpu_of(cards, i)->vendor == gpu_of(cards, number)->vendor &&
		    (!device ||
		     gpu_of(cards, i)->device == gpu_of(cards, number)->device))
			return false;
	}
	return true;
}

static void put_devices(struct pci_names *names, const struct cards *cards,
			uint16_t vendor)
{
	char name[PCI_NAMES_SIZE];

	for (unsigned i = 0; i < cards->count; i++) {
		const struct pci_function *gpu = gpu_of(cards, i);

		if (gpu->vendor == vendor && is_first(cards, i, true) &&
		    pci_names_device(names, vendor, gpu->device, name))
			put_name("\\t", gpu->device, name);
	}
}

/* A pci.ids with the names of the GPUs alone, so that they are listed alike elsewhere. */
static void capture_names(struct pci_names *names, const struct cards *cards)
{
	char name[PCI_NAMES_SIZE];
	bool begun = false;

	for (unsigned i = 0; i < cards->count; i++) {
		uint16_t vendor = gpu_of(cards, i)->vendor;

		if (!is_first(cards, i, false) || !pci_names_vendor(names, vendor, name))
			continue;
		if (!begun)
			puts("F: " PCI_NAMES_LIST);
		begun = true;
		put_name("", vendor, name);
		put_devices(names, cards, vendor);
	}
}

static void capture_pci_driver(const char *name, void *data)
{
	(void)data;
	printf("P: bus/pci/drivers/%s\n", name);
}

static bool is_framebuffer(const char *name)
{
	return strstr(name, "-framebuffer") != NULL;
}

static void capture_platform_driver(const char *name, void *data)
{
	(void)data;
	if (is_framebuffer(name))
		printf("P: bus/platform/drivers/%s\n", name);
}

static void capture_framebuffer(const char *name, void *data)
{
	const struct sys_root *root = data;
	char link[CAPTURE_PATH_SIZE], path[CAPTURE_PATH_SIZE] = "sys/";

	if (!is_framebuffer(name))
		return;
	sys_format(link, sizeof(link), PLATFORM_DEVICES "/%s", name);
	if (capture_resolve(root, link, path + strlen(path)) < 0)
		return;
	capture_directory(path + strlen("sys/"));
	capture_attribute(root, path, "driver_override");
	capture_link(root, path, "driver");
	printf("S: %s=../../../%s\n", link, path + strlen("sys/"));
}

static void capture_screen(const struct sys_root *root)
{
	char text[BOOT_PARAMS_SIZE + 1];

	capture_each(root, PLATFORM_DRIVERS, capture_platform_driver, NULL);
	capture_each(root, PLATFORM_DEVICES, capture_framebuffer, (void *)root);
	if (sys_read_file(root, BOOT_PARAMS "/data", text, sizeof(text)) !=
	    BOOT_PARAMS_SIZE)
		return;
	capture_directory(BOOT_PARAMS + strlen("sys/"));
	capture_bytes(BOOT_PARAMS, "data", text, SCREEN_INFO_SIZE, BOOT_PARAMS_SIZE);
}

enum status verb_capture(const struct arguments *arguments)
{
	const struct sys_root *root = &arguments->root;
	struct pci_names *names;
	struct cards cards;
	bool unseen = false;
	int result = cards_read(root, &cards);

	if (result < 0) {
		complain("cannot list the PCI functions, %s/" PCI_DEVICES ": %s",
			 arguments->root_path, strerror(-result));
		return STATUS_CANNOT_READ;
	}
	names = pci_names_open(arguments);
	capture_head(root);
	capture_names(names, &cards);
	putchar('\n');
	capture_each(root, PCI_DRIVERS, capture_pci_driver, NULL);
	capture_screen(root);
	for (unsigned i = 0; i < cards.function_count; i++)
		unseen |= capture_function(root, &cards.functions[i]);
	if (unseen)
		warn_user(
			"without root the kind of bridges cannot be seen: run it as root");
	pci_names_close(names);
	cards_free(&cards);
	return STATUS_GOOD;
}
