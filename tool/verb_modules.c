// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass modules: prints modules.list for one kernel. Copies nothing.
 */
#include "tool/gpupass.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tool/config.h"
#include "tool/modules.h"
#include "tool/regular.h"

static struct config config;
static struct modules modules;

enum status verb_modules(const struct arguments *arguments)
{
	char text[IMAGE_LIST_SIZE];
	int result = config_read(&arguments->root, CONFIG_TO_SHOW, &config);

	if (result < 0) {
		complain("%s/" CONF_PATH ": %s", arguments->root_path,
			 regular_explain(result));
		return STATUS_CANNOT_READ;
	}
	config_warn_errors(&config);
	result = modules_resolve(arguments->root_path, &arguments->root,
				 arguments->kernel, &config.conf, &modules);
	if (result == 0)
		result = modules_format(&modules, text, sizeof(text));
	if (result == -ENOENT)
		complain("kernel %s has no modules.dep.bin in %s/lib/modules/%s",
			 arguments->kernel, arguments->root_path, arguments->kernel);
	else if (result < 0)
		complain("cannot list the modules of kernel %s: %s", arguments->kernel,
			 strerror(-result));
	if (result < 0)
		return STATUS_CANNOT_READ;
	print_lines(stdout, text);
	return modules_missing(&modules) ? STATUS_FINDING : STATUS_GOOD;
}
