/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver core on a fixture: stores to attributes change files and links as the kernel
 * changes what they stand for. Knows nothing of processes.
 */
#include "tests/cli/kernel/core.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/kernel/framebuffer.h"
#include "tests/cli/kernel/function.h"
#include "tests/cli/kernel/setting.h"

#define NO_OVERRIDE  "(null)"
#define OVERRIDE_MAX 4094 /* store_driver_override: len >= PAGE_SIZE - 1 is refused */
#define KMSG_BURST   10   /* lines in five seconds from one descriptor */
#define KMSG_LINE    976  /* LOG_LINE_MAX */

/* Without an override: the driver that had it when the fixture was made, or one that the
 * script names. */
static bool matches_by_id(const struct core *core, const char *driver,
			  const char *address)
{
	char path[PATH_MAX];

	if (faults_find_function(core->faults, FAULT_MATCHES, driver, address))
		return true;
	tree_format(path, sizeof(path), FUNCTION_BUS "drivers/%s/%s", driver, address);
	return tree_find(core->start, path) != NULL;
}

static bool matches(const struct core *core, const char *driver, const char *address)
{
	char override[FAULT_WORD_SIZE];

	if (function_read(core->root, address, "driver_override", override) &&
	    strcmp(override, NO_OVERRIDE) != 0)
		return strcmp(override, driver) == 0;
	return matches_by_id(core, driver, address);
}

/* vfio-pci takes the framebuffer away since Linux 6.0. */
static bool evicts(const struct core *core)
{
	char release[FAULT_WORD_SIZE];

	return !tree_read_line(core->root, "proc/sys/kernel/osrelease", release,
			       sizeof(release)) ||
	       atoi(release) >= 6;
}

static int probe(const struct core *core, const char *driver, const char *address)
{
	struct fault *fault =
		faults_find_function(core->faults, FAULT_PROBE_FAILS, driver, address);

	/* vfio_pci_core_register_device: the framebuffer first, whatever follows */
	if (strcmp(driver, "vfio-pci") == 0 && evicts(core))
		framebuffer_evict(core->root, address);
	if (fault)
		return -fault->error;
	if (strcmp(driver, "vfio-pci") == 0) {
		char text[FAULT_WORD_SIZE];

		/* no group, or not a header of type 0 */
		if (!function_read(core->root, address, "iommu_group", text))
			return -EINVAL;
		if (function_read(core->root, address, "class", text) &&
		    strncmp(text, "0x0604", 6) == 0)
			return -EINVAL;
	}
	function_link_driver(core->root, address, driver);
	return 0;
}

static int store_bind(const struct core *core, const char *driver, const char *address)
{
	char text[FAULT_WORD_SIZE], path[PATH_MAX];

	if (!function_find(core->root, address, path) || !matches(core, driver, address))
		return -ENODEV;
	if (function_read(core->root, address, "driver", text))
		return -EBUSY;
	if (faults_find_function(core->faults, FAULT_BIND_LIES, driver, address))
		return 0;
	return probe(core, driver, address);
}

static int store_unbind(const struct core *core, const char *driver, const char *address)
{
	char text[FAULT_WORD_SIZE];

	if (!function_read(core->root, address, "driver", text) ||
	    strcmp(text, driver) != 0)
		return -ENODEV;
	function_unlink_driver(core->root, address, driver);
	return 0;
}

/* Success even when nothing binds: __device_attach_driver swallows what probe says. */
static int store_probe(const struct core *core, const char *address)
{
	char text[FAULT_WORD_SIZE], path[PATH_MAX];
	struct dirent *entry;
	DIR *drivers;

	if (!function_find(core->root, address, path))
		return -ENODEV;
	if (function_read(core->root, address, "driver", text))
		return 0;
	drivers = fdopendir(
		openat(core->root, FUNCTION_BUS "drivers", O_RDONLY | O_DIRECTORY));
	while (drivers && (entry = readdir(drivers))) {
		if (entry->d_name[0] == '.' || !matches(core, entry->d_name, address))
			continue;
		if (probe(core, entry->d_name, address) == 0)
			break;
	}
	if (drivers)
		closedir(drivers);
	return 0;
}

static int store_attribute(const struct core *core, const char *path, const char *value,
			   size_t length)
{
	char line[OVERRIDE_MAX + 2];
	int size;

	if (faccessat(core->root, path, F_OK, 0) < 0)
		return -ENODEV;
	if (length > OVERRIDE_MAX)
		return -EINVAL;
	if (setting_is(path))
		return setting_store(core->root, core->start, path, value);
	if (strcmp(tree_last_component(path), "driver_override") == 0 && value[0] == '\0')
		value = NO_OVERRIDE;
	size = snprintf(line, sizeof(line), "%s\n", value);
	tree_write(core->root, path, line, (size_t)size, false);
	return 0;
}

/* A driver of the platform knows the firmware's framebuffer alone. */
static int store_platform(const struct core *core, const char *path, const char *device)
{
	char driver[PATH_MAX];
	const char *attribute = tree_last_component(path);

	tree_format(driver, sizeof(driver), "%s", path + strlen(FRAMEBUFFER_DRIVERS));
	driver[strcspn(driver, "/")] = '\0';
	if (strcmp(attribute, "unbind") == 0)
		return framebuffer_unbind(core->root, driver, device);
	if (strcmp(attribute, "bind") == 0)
		return framebuffer_bind(core->root, core->start, driver, device);
	return -EINVAL;
}

static int store(const struct core *core, const char *path, const char *value,
		 size_t length)
{
	char driver[PATH_MAX];
	const char *name = tree_name(path), *attribute = tree_last_component(path);

	if (strcmp(name, "drivers_probe") == 0)
		return store_probe(core, value);
	if (strncmp(path, FRAMEBUFFER_DRIVERS, strlen(FRAMEBUFFER_DRIVERS)) == 0)
		return store_platform(core, path, value);
	if (strncmp(name, "drivers/", strlen("drivers/")) != 0)
		return store_attribute(core, path, value, length);
	tree_format(driver, sizeof(driver), "%s", name + strlen("drivers/"));
	driver[strcspn(driver, "/")] = '\0';
	if (strcmp(attribute, "bind") == 0)
		return store_bind(core, driver, value);
	if (strcmp(attribute, "unbind") == 0)
		return store_unbind(core, driver, value);
	return -EINVAL;
}

/* Which function's lock a write takes: its own attribute's, or the one that it names. */
static void find_locked(const char *name, const char *value, char *address)
{
	const char *slash = strchr(name, '/');

	if (strncmp(name, "drivers", strlen("drivers")) == 0 || !slash ||
	    strncmp(name, FRAMEBUFFER_DRIVERS, strlen(FRAMEBUFFER_DRIVERS)) == 0)
		tree_format(address, FAULT_WORD_SIZE, "%.*s", FAULT_WORD_SIZE - 1, value);
	else
		tree_format(address, FAULT_WORD_SIZE, "%.*s", (int)(slash - name), name);
}

static bool is_held(const struct core *core, const char *address)
{
	for (size_t i = 0; i < core->held_count; i++) {
		if (strcmp(core->held[i], address) == 0)
			return true;
	}
	return false;
}

static void hold(struct core *core, const char *address)
{
	if (core->held_count == CORE_MAX_HELD)
		tree_fail("more than %d stuck writes", CORE_MAX_HELD);
	tree_format(core->held[core->held_count++], FAULT_WORD_SIZE, "%s", address);
}

static struct core_outcome give(struct core *core, enum core_action action, int error,
				const char *remark)
{
	struct core_outcome outcome = {action, error};

	if (error < 0)
		fprintf(core->log, " -> %s", strerrorname_np(-error));
	fprintf(core->log, "%s\n", remark);
	return outcome;
}

static void lose_driver(const struct core *core, const char *address)
{
	char driver[FAULT_WORD_SIZE];

	if (function_read(core->root, address, "driver", driver))
		function_unlink_driver(core->root, address, driver);
}

static struct core_outcome write_attribute(struct core *core, const char *path,
					   const char *value, size_t length)
{
	const char *name = tree_name(path);
	char address[FAULT_WORD_SIZE];
	struct fault *fault;
	int error;

	find_locked(name, value, address);
	fprintf(core->log, "%s = %s", name, value[0] ? value : "\"\"");
	fault = faults_find_write(core->faults, FAULT_VANISH, name, value);
	if (fault)
		function_remove(core->root, fault->address);
	fault = faults_find_write(core->faults, FAULT_LOSES, name, value);
	if (fault)
		lose_driver(core, fault->address);
	if (is_held(core, address))
		return give(core, CORE_STUCK, 0, " -> blocked behind the stuck one");
	if (faults_find_write(core->faults, FAULT_DIE, name, value))
		return give(core, CORE_DIE, 0, " -> killed");
	if (faults_find_write(core->faults, FAULT_HANG, name, value))
		return give(core, CORE_HANG, 0, " -> hangs");
	if (faults_find_write(core->faults, FAULT_STUCK, name, value)) {
		hold(core, address);
		return give(core, CORE_STUCK, 0, " -> stuck");
	}
	fault = faults_find_write(core->faults, FAULT_WRITE_FAILS, name, value);
	error = fault ? -fault->error : store(core, path, value, length);
	return give(core, CORE_RETURN, error, "");
}

/* Lines beyond the limit are lost, and the writer is not told. */
static struct core_outcome write_kmsg(struct core *core, const char *text, size_t length)
{
	struct core_outcome outcome = {CORE_RETURN, (long)length};

	if (length > KMSG_LINE) {
		outcome.result = -EINVAL;
		return outcome;
	}
	if (core->kmsg_lines++ >= KMSG_BURST) {
		fprintf(core->log, "dev/kmsg: a line above the limit was lost\n");
		return outcome;
	}
	tree_write(core->root, "dev/kmsg", text, length, true);
	if (length == 0 || text[length - 1] != '\n')
		tree_write(core->root, "dev/kmsg", "\n", 1, true);
	return outcome;
}

/* Firmware variables are files like others: made, written and removed. */
bool core_is_variable(const char *part)
{
	static const char place[] = "sys/firmware/efi/efivars/";

	return strncmp(part, place, strlen(place)) == 0;
}

/* The guard's variable, in the order of the other writes: its kind, and of the boot's
 * last words phase and function (hook/core/guard_state.c). Faults are those of any path.
 */
static struct core_outcome write_variable(struct core *core, const char *path,
					  const char *data, size_t length)
{
	const char *name = tree_last_component(path);
	struct core_outcome outcome = {CORE_PASS, 0};
	struct fault *fault;
	char value[32] = "";
	int fd;

	if (length == 204)
		tree_format(value, sizeof(value), data[58] ? "%d.%d" : "%d", data[59],
			    data[57] & 7);
	fprintf(core->log, "efivars/%.*s", (int)strcspn(name, "-"), name);
	if (length == 204)
		fprintf(core->log, " = kind %d, failures %d, phase %d", data[9], data[10],
			data[59]);
	if (length == 204 && data[58])
		fprintf(core->log, " of .%d", data[57] & 7);
	if (memcmp(data, "\7\0\0\0", 4) != 0)
		return give(core, CORE_RETURN, -EINVAL, " (other attributes)");
	if (faults_find_write(core->faults, FAULT_FORGETS, name, value))
		return give(core, CORE_RETURN, (int)length, " -> forgotten");
	if (faults_find_write(core->faults, FAULT_HANG, name, value))
		return give(core, CORE_HANG, 0, " -> hangs");
	if (faults_find_write(core->faults, FAULT_STUCK, name, value))
		return give(core, CORE_STUCK, 0, " -> stuck");
	fault = faults_find_write(core->faults, FAULT_WRITE_FAILS, name, value);
	if (fault)
		return give(core, CORE_RETURN, -fault->error, "");
	/* What was there before is gone, however long it was. */
	fd = openat(core->root, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	fputc('\n', core->log);
	return outcome;
}

struct core_outcome core_write(struct core *core, const char *path, const char *text,
			       size_t length)
{
	struct core_outcome outcome = {CORE_PASS, 0};
	char value[OVERRIDE_MAX + 2];

	if (strcmp(path, "dev/kmsg") == 0)
		return write_kmsg(core, text, length);
	if (strncmp(path, "sys/", strlen("sys/")) != 0)
		return outcome;
	if (core_is_variable(path))
		return write_variable(core, path, text, length);
	if (length == 0) {
		/* kernfs does not call store() */
		outcome.action = CORE_RETURN;
		return outcome;
	}
	tree_format(value, sizeof(value), "%.*s",
		    (int)(length < sizeof(value) ? length : sizeof(value) - 1), text);
	value[strcspn(value, "\n")] = '\0';
	outcome = write_attribute(core, path, value, length);
	if (outcome.action == CORE_RETURN && outcome.result == 0)
		outcome.result = (long)length;
	return outcome;
}

/* Which reads take the lock was seen with a remove() that hangs: these two. */
static bool takes_lock(const char *path)
{
	const char *attribute = tree_last_component(path);

	return strcmp(attribute, "driver_override") == 0 ||
	       strcmp(attribute, "uevent") == 0;
}

struct core_outcome core_read(struct core *core, const char *path)
{
	struct core_outcome outcome = {CORE_PASS, 0};
	const char *name = tree_name(path);
	struct fault *fault = faults_find_path(core->faults, FAULT_READ_FAILS, name);
	char address[FAULT_WORD_SIZE];

	if (fault) {
		outcome.action = CORE_RETURN;
		outcome.result = -fault->error;
		return outcome;
	}
	if (core->held_count == 0 || strncmp(path, "sys/", strlen("sys/")) != 0)
		return outcome;
	find_locked(name, "", address);
	if (takes_lock(path) && is_held(core, address)) {
		outcome.action = CORE_STUCK;
		fprintf(core->log, "reading %s -> blocked behind the stuck one\n", name);
	}
	return outcome;
}

struct core_outcome core_look(struct core *core, const char *path)
{
	struct core_outcome outcome = {CORE_PASS, 0};
	const char *name = tree_name(path);
	struct stat status;

	if (fstatat(core->root, path, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !faults_find_path(core->faults, FAULT_STUCK_READ, name))
		return outcome;
	fprintf(core->log, "reading %s -> stuck\n", name);
	outcome.action = CORE_STUCK;
	return outcome;
}
