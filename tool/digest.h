/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * digest: what is enough of a file to tell whether another one has the same content.
 * Meant for files that differ by accident, not on purpose.
 */
#ifndef GPUPASS_TOOL_DIGEST_H
#define GPUPASS_TOOL_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "hook/core/sys.h"

struct archive;

struct digest {
	uint64_t size, hash;
	bool elf; /* starts as an ELF file does */
};

/* The content that an open archive is at. 0 or -EBADMSG. */
int digest_entry(struct archive *archive, struct digest *ret_digest);

/* A file below root, uncompressed where libarchive can. 0 or -errno. */
int digest_file(const struct sys_root *root, const char *path, struct digest *ret_digest);

bool digest_same(const struct digest *a, const struct digest *b);

#endif
