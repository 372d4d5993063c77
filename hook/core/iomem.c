/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pass over /proc/iomem. Knows lines, not what the names in them mean.
 */
#include "hook/core/iomem.h"

#include <errno.h>
#include <string.h>

#define IOMEM "proc/iomem"

struct scan {
	struct iomem_bar *bars;
	unsigned count;
	bool visible; /* an address other than 0 was seen */
};

/* "  c0000000-c0ffffff : 0000:83:00.0"; the name, or NULL. */
static const char *parse_line(const char *line, struct pci_range *ret_range)
{
	const char *at = line + strspn(line, " "), *dash = strchr(at, '-');
	const char *end = dash ? strstr(dash, " : ") : NULL;

	if (!end || sys_parse_number(at, (size_t)(dash - at), 16, UINT64_MAX,
				     &ret_range->start) < 0)
		return NULL;
	if (sys_parse_number(dash + 1, (size_t)(end - dash - 1), 16, UINT64_MAX,
			     &ret_range->end) < 0)
		return NULL;
	return end + 3;
}

static void look(struct iomem_bar *bar, const struct pci_range *range, const char *name)
{
	char address[PCI_ADDRESS_SIZE];

	if (range->start < bar->range.start || range->end > bar->range.end)
		return;
	pci_format_address(&bar->address, address);
	if (strcmp(name, address) == 0)
		bar->listed = true;
	else if (bar->listed && bar->holder[0] == '\0')
		sys_format(bar->holder, sizeof(bar->holder), "%s", name);
}

static int visit(const char *line, void *data)
{
	struct scan *scan = data;
	struct pci_range range;
	const char *name = parse_line(line, &range);

	if (!name)
		return 0;
	scan->visible |= range.end != 0;
	for (unsigned i = 0; i < scan->count; i++)
		look(&scan->bars[i], &range, name);
	return 0;
}

int iomem_find_holders(const struct sys_root *root, struct iomem_bar *bars,
		       unsigned count)
{
	struct scan scan = {bars, count, false};
	int error;

	for (unsigned i = 0; i < count; i++) {
		bars[i].listed = false;
		bars[i].holder[0] = '\0';
	}
	error = sys_each_line(root, IOMEM, visit, &scan);
	if (error < 0)
		return error;
	return scan.visible ? 0 : -EACCES;
}
