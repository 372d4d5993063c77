/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of directories; nothing is ever written into them.
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

void taken_note(const struct sys_root *root, const struct card *card)
{
	char path[PATH_SIZE];

	mkdirat(root->fd, DIRECTORY, 0755);
	for (unsigned i = 0; i < card->count; i++) {
		format_path(&card->functions[i], path);
		mkdirat(root->fd, path, 0755);
	}
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
