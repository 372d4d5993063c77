/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pass over /proc/iomem. Knows lines, not what the names in them mean.
 */
#include "hook/core/iomem.h"

#include <errno.h>
#include <string.h>

#define IOMEM "proc/iomem"

struct scan {
	const struct pci_address *functions;
	unsigned count;
	bool visible;           /* an address other than 0 was seen */
	struct iomem_held *bar; /* the last line of a function: held[found], or NULL */
	struct iomem_held *held;
	unsigned found;
};

/* "  c0000000-c0ffffff : 0000:83:00.0"; the name, or NULL. */
static const char *parse_line(const char *line, uint64_t *ret_start, uint64_t *ret_end)
{
	const char *at = line + strspn(line, " "), *dash = strchr(at, '-');
	const char *end = dash ? strstr(dash, " : ") : NULL;

	if (!end || sys_parse_number(at, (size_t)(dash - at), 16, UINT64_MAX, ret_start))
		return NULL;
	if (sys_parse_number(dash + 1, (size_t)(end - dash - 1), 16, UINT64_MAX, ret_end))
		return NULL;
	return end + 3;
}

static bool is_of(const struct scan *scan, const struct pci_address *address)
{
	for (unsigned i = 0; i < scan->count; i++) {
		if (pci_same_address(&scan->functions[i], address))
			return true;
	}
	return false;
}

/* What is nested in a function's line, the first time, makes it a BAR that is held. */
static int visit(const char *line, void *data)
{
	struct scan *scan = data;
	struct pci_address address;
	uint64_t start, end;
	const char *name = parse_line(line, &start, &end);

	if (!name)
		return 0;
	scan->visible |= end != 0;
	if (pci_parse_address(name, strlen(name), &address) == 0) {
		scan->bar = NULL;
		if (scan->found < IOMEM_MAX_HELD && is_of(scan, &address)) {
			scan->bar = &scan->held[scan->found];
			scan->bar->address = address;
			scan->bar->start = start;
			scan->bar->end = end;
		}
	} else if (scan->bar && start >= scan->bar->start && end <= scan->bar->end) {
		sys_format(scan->bar->holder, IOMEM_NAME_SIZE, "%s", name);
		scan->bar = NULL;
		scan->found++;
	}
	return 0;
}

/* False for the ROM, which is none of the BARs. */
static bool name_bar(const struct sys_root *root, struct iomem_held *held)
{
	struct pci_range bars[PCI_BARS];

	sys_format(held->bar, sizeof(held->bar), "a BAR");
	if (pci_read_bars(root, &held->address, bars) < 0)
		return true;
	for (unsigned i = 0; i < PCI_BARS; i++) {
		if (!bars[i].end || bars[i].start != held->start)
			continue;
		sys_format(held->bar, sizeof(held->bar), "BAR %u", i);
		return true;
	}
	return false;
}

static int name_bars(const struct sys_root *root, struct iomem_held *held, unsigned count)
{
	int named = 0;

	for (unsigned i = 0; i < count; i++) {
		if (name_bar(root, &held[i]))
			held[named++] = held[i];
	}
	return named;
}

int iomem_find_held(const struct sys_root *root, const struct pci_address *functions,
		    unsigned count, struct iomem_held *ret_held)
{
	struct scan scan = {.functions = functions, .count = count, .held = ret_held};
	int error = sys_each_line(root, IOMEM, visit, &scan);

	if (error < 0)
		return error;
	return scan.visible ? name_bars(root, ret_held, scan.found) : -EACCES;
}
