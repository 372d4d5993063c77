/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass status: whether each rule holds, what to do where one does not, and as an exit
 * status for whatever starts virtual machines. Changes nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/gpupass.h"
#include "tool/regular.h"
#include "tool/status.h"
#include "tool/trace_file.h"

#define RUN_DIRECTORY "run/gpupass"

/* No trace, or none of this boot. */
static int read_absence(const struct sys_root *root, struct status_report *report)
{
	report->boot = sys_exists(root, RUN_DIRECTORY) == 1 ? STATUS_LOST_TRACE
							    : STATUS_NO_TRACE;
	return 0;
}

static int read_records(const struct sys_root *root, const unsigned char *bytes,
			size_t length, struct status_report *report)
{
	static struct ring ring;

	if (ring_open(bytes, length, &ring) != RING_GOOD)
		return -EBADMSG;
	if (trace_file_is_other_boot(root, &ring))
		report->boot = STATUS_OTHER_BOOT;
	else
		status_read_boot(&ring, report);
	return 0;
}

/* 0; -EBADMSG when it is no trace, or -errno. */
static int read_trace(const struct sys_root *root, struct status_report *report)
{
	int fd = regular_open(root->fd, TRACE_PATH), error;
	unsigned char *bytes = NULL;
	size_t length = 0;

	if (fd == -ENOENT)
		return read_absence(root, report);
	if (fd < 0)
		return fd;
	error = trace_file_read(fd, &bytes, &length);
	close(fd);
	if (error == 0)
		error = read_records(root, bytes, length, report);
	free(bytes);
	return error;
}

static const char *explain_trace(int error)
{
	if (error == -EACCES)
		return "no permission: be root or a member of the group adm";
	if (error == -EBADMSG)
		return "damaged; gpupass-log says how";
	return regular_explain(error);
}

/* Everything that the report says; false after a complaint. */
static bool gather(const struct arguments *arguments, struct status_report *report)
{
	const char *root = arguments->root_path;
	int error = config_read(&arguments->root, CONFIG_TO_SHOW, &report->config);

	if (error < 0) {
		if (!arguments->quiet)
			complain("%s/" CONF_PATH ": %s", root, regular_explain(error));
		return false;
	}
	config_add_running(&arguments->root, &report->config.conf);
	error = read_trace(&arguments->root, report);
	if (error < 0) {
		if (!arguments->quiet)
			complain("%s/" TRACE_PATH ": %s", root, explain_trace(error));
		return false;
	}
	status_read_now(&arguments->root, report);
	status_judge(report);
	return true;
}

static enum status show(const struct arguments *arguments,
			const struct status_report *report)
{
	if (arguments->json && !status_json(report)) {
		complain("out of memory");
		return STATUS_CANNOT_READ;
	}
	if (!arguments->json && !arguments->quiet)
		status_text(report);
	switch (report->weight) {
	case STATUS_REMARK:
		return STATUS_GOOD;
	case STATUS_UNKNOWN:
		return STATUS_CANNOT_READ;
	default:
		return STATUS_FINDING;
	}
}

enum status verb_status(const struct arguments *arguments)
{
	struct status_report *report;
	enum status status = STATUS_CANNOT_READ;

	report = calloc(1, sizeof(*report));
	if (!report) {
		complain("out of memory");
		return STATUS_CANNOT_READ;
	}
	if (gather(arguments, report))
		status = show(arguments, report);
	free(report);
	return status;
}
