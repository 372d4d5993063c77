/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replace: a file's text by another one, whole or not at all, whatever happens meanwhile:
 * written beside it, on disk, and then renamed. The old text stays as FILE~, made in the
 * same way. Owner, mode and extended attributes are kept as far as that is allowed.
 */
#ifndef GPUPASS_TOOL_REPLACE_H
#define GPUPASS_TOOL_REPLACE_H

#include <limits.h>

#include "hook/core/span.h"
#include "hook/core/sys.h"

#define REPLACE_NAME_SIZE (NAME_MAX + 1)

struct replace {
	int directory;       /* of the file itself; locked */
	char path[PATH_MAX]; /* of the file itself, from the root directory */
	char name[REPLACE_NAME_SIZE];
	char backup[REPLACE_NAME_SIZE]; /* in that directory */
	const char *about;              /* the name of the file that an error is about */
};

/* Finds the file behind path (links are followed, an absolute one from the root
 * directory on), which need not be there, and keeps others that come through here away
 * from its directory. Waits for them, but not long: -EBUSY. Else 0 or -errno, and then
 * there is nothing to close. */
int replace_open(const struct sys_root *root, const char *path,
		 struct replace *ret_replace);
void replace_close(struct replace *replace);

/* Puts text in the place of old; old.text is NULL when there is no file, and none may
 * have come. -ESTALE when it has another text by now. After any error the file is what it
 * was. */
int replace_write(struct replace *replace, struct span old, struct span text);

/* What an error of both means. */
const char *replace_explain(int error);

#endif
