/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the verbs of gpupass(8) share: arguments, exit statuses, messages.
 */
#ifndef GPUPASS_TOOL_H
#define GPUPASS_TOOL_H

#include "hook/core/sys.h"
#include "tool/print.h"

enum status {
	STATUS_GOOD = 0,
	STATUS_FINDING = 1, /* or a refusal, or nothing found */
	STATUS_USAGE = 2,
	STATUS_CANNOT_READ = 3, /* or write */
};

struct arguments {
	const char *root_path; /* as given, without slashes at its end: "" is the host's
				  root */
	struct sys_root root;
	const char *kernel; /* --kernel; NULL when the verb does not take it */
	const char *into;   /* --into; NULL when the verb does not take it */
	const char *name;   /* --name; NULL when not given */
	bool rebuild;       /* --rebuild */
	bool help;          /* --help */
	bool json;          /* --json */
	const char *color;  /* --color as it was given; NULL = it was not */
	enum print_colour colour;
	const char *conf;  /* --conf; NULL when not given */
	bool quiet;        /* --quiet */
	const char *after; /* --after as it was given; NULL = it was not */
	unsigned seconds;  /* --after */
	bool libvirt, qemu, proxmox, kubevirt; /* --libvirt and so on */
	const char *bus; /* --bus as it was given; NULL = it was not */
	char **operands; /* what follows the options */
	unsigned operand_count;
};

/* "W: gpupass: MESSAGE" on stderr, as the generators' own warnings look. */
void warn_user(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "gpupass: MESSAGE" on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

enum status verb_add(const struct arguments *arguments);
enum status verb_capture(const struct arguments *arguments);
enum status verb_check(const struct arguments *arguments);
enum status verb_guard(const struct arguments *arguments);
enum status verb_image(const struct arguments *arguments);
enum status verb_keep(const struct arguments *arguments);
enum status verb_list(const struct arguments *arguments);
enum status verb_modules(const struct arguments *arguments);
enum status verb_remove(const struct arguments *arguments);
enum status verb_retry(const struct arguments *arguments);
enum status verb_status(const struct arguments *arguments);
enum status verb_verify_image(const struct arguments *arguments);
enum status verb_vm(const struct arguments *arguments);

#endif
