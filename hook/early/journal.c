/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What journal entries have in common. Writes nothing to a function.
 */
#include "hook/early/journal.h"

#include <errno.h>
#include <string.h>

struct trace_about journal_about(const struct bind_journal *journal,
				 const struct bind_entry *entry)
{
	struct trace_about about = {.card = journal->names[entry->card],
				    .function = &entry->before};

	return about;
}

bool journal_is_for_vm(const struct bind_entry *entry)
{
	return pci_is_vfio_driver(entry->target);
}

int journal_read_driver(const struct sys_root *root, const struct bind_entry *entry,
			char *driver)
{
	char path[PCI_PATH_SIZE];
	int length;

	driver[0] = '\0';
	pci_format_path(&entry->before.address, "driver", path);
	length = sys_read_link_name(root, path, driver, PCI_DRIVER_SIZE);
	return length < 0 && length != -ENOENT ? length : 0;
}
