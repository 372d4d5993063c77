/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of directories; no file is ever written into them.
 */
#include "hook/early/taken.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY "run/gpupass/taken"
#define LOCK      "run/gpupass/lock"
#define PATH_SIZE 80

static void format_path(const struct pci_function *function, char *path)
{
	char text[PCI_ADDRESS_SIZE];

	pci_format_address(&function->address, text);
	sys_format(path, PATH_SIZE, DIRECTORY "/%s-0x%04x:0x%04x", text, function->vendor,
		   function->device);
}

static void note_variant(const struct sys_root *root, const struct plan *plan,
			 const struct pci_function *function)
{
	char path[PATH_SIZE], directory[PATH_SIZE + 1 + PCI_DRIVER_SIZE];

	format_path(function, path);
	sys_format(directory, sizeof(directory), "%s/%s", path,
		   plan_driver(plan, function));
	mkdirat(root->fd, directory, 0755);
}

void taken_note(const struct sys_root *root, const struct plan *plan)
{
	char path[PATH_SIZE];

	mkdirat(root->fd, DIRECTORY, 0755);
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *function = &plan->card.functions[i];

		format_path(function, path);
		mkdirat(root->fd, path, 0755);
		if (conf_driver_of(plan->rule, function->address.function) == CONF_AUTO)
			note_variant(root, plan, function);
	}
}

static int take_name(const char *name, void *data)
{
	struct image_modules *modules = data;

	modules->variant_count = 1;
	sys_format(modules->variants[0].driver, sizeof(modules->variants[0].driver), "%s",
		   name);
	return 1;
}

void taken_read_variant(const struct sys_root *root, const struct pci_address *address,
			struct image_modules *ret_modules)
{
	char path[PATH_SIZE];

	ret_modules->variant_count = 0;
	if (pci_read_identity(root, address, &ret_modules->variants[0].function) < 0)
		return;
	format_path(&ret_modules->variants[0].function, path);
	sys_each_entry(root, path, take_name, ret_modules);
}

bool taken_is(const struct sys_root *root, const struct pci_address *address)
{
	char path[PATH_SIZE];
	struct pci_function function;

	if (pci_read_identity(root, address, &function) < 0)
		return false;
	format_path(&function, path);
	return sys_exists(root, path) == 1;
}

void taken_lock(const struct sys_root *root)
{
	struct flock whole;
	int fd = openat(root->fd, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	memset(&whole, 0, sizeof(whole));
	whole.l_type = F_WRLCK;
	if (fd >= 0)
		fcntl(fd, F_SETLKW, &whole);
}
