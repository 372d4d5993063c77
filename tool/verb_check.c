/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpupass check: before a reboot, what the next boot will do with the cards and what
 * stands in the way. Prints commands and runs none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/check/check.h"
#include "tool/generator.h"
#include "tool/gpupass.h"
#include "tool/regular.h"

/* Images take a second or more each; a line that goes away again says which one it is. */
static void show_progress(void *data, const char *what)
{
	bool *shown = data;

	fprintf(stderr, "\r\033[Klooking into ");
	for (; *what; what++)
		fputc(*what >= ' ' && *what <= '~' ? *what : '?', stderr);
	*shown = true;
}

static void hide_progress(bool shown)
{
	if (shown)
		fputs("\r\033[K", stderr);
}

static bool read_config(const struct arguments *arguments, struct check *check)
{
	int error = config_read(&arguments->root, CONFIG_TO_SHOW, &check->config);

	if (error == 0)
		return true;
	complain("%s/" CONF_PATH ": %s", arguments->root_path, regular_explain(error));
	return false;
}

static bool read_cards(const struct arguments *arguments, struct check *check)
{
	int error = cards_read(&arguments->root, &check->cards);

	if (error == 0)
		return true;
	complain("cannot list the PCI functions, %s/" PCI_DEVICES ": %s",
		 arguments->root_path, strerror(-error));
	return false;
}

static void read_log(struct check *check)
{
	int length = sys_read_kernel_log(check->root, check->log, sizeof(check->log) - 1);
	struct check_finding *finding;

	check->has_log = length >= 0;
	if (length >= 0)
		check->log[length] = '\0';
	if (length != -EPERM && length != -EACCES)
		return;
	finding = check_add(check, CHECK_NOTE, "not-root",
			    "without root the kernel's log and some files are not "
			    "looked at");
	check_set_remedy(finding, "run gpupass check as root");
}

static void read_machine(const struct arguments *arguments, struct check *check)
{
	const char *command = generator_command(generator_find(&arguments->root));

	check->root = &arguments->root;
	check->root_path = arguments->root_path;
	sys_format(check->rebuild, sizeof(check->rebuild), "%s%s", command ? "run: " : "",
		   command ? command : "build the boot images of this host again");
	if (sys_read_attribute(check->root, "proc/sys/kernel/osrelease", check->release,
			       sizeof(check->release)) < 0)
		check->release[0] = '\0';
	boot_loader_read(check->root, &check->loader);
	console_find(check->root, &check->console);
	read_log(check);
}

static void look(struct check *check)
{
	check_configuration(check);
	check_iommu(check);
	check_cards(check);
	check_guard(check);
	check_images(check);
	check_screen(check);
	check_parameters(check);
	check_modprobe(check);
	check_others(check);
	check_sort(check);
}

static enum status show(const struct arguments *arguments, const struct check *check)
{
	if (!arguments->json) {
		check_text(check, arguments->colour);
	} else if (!check_json(check)) {
		complain("out of memory");
		return STATUS_CANNOT_READ;
	}
	return check_count(check, CHECK_ERROR) || check_count(check, CHECK_WARNING)
		       ? STATUS_FINDING
		       : STATUS_GOOD;
}

enum status verb_check(const struct arguments *arguments)
{
	struct check *check = calloc(1, sizeof(*check));
	enum status status = STATUS_CANNOT_READ;
	bool shown = false;

	if (!check) {
		complain("out of memory");
		return status;
	}
	if (isatty(STDERR_FILENO)) {
		check->progress = show_progress;
		check->progress_data = &shown;
	}
	if (read_config(arguments, check) && read_cards(arguments, check)) {
		read_machine(arguments, check);
		look(check);
		hide_progress(shown);
		status = show(arguments, check);
		cards_free(&check->cards);
	}
	free(check);
	return status;
}
