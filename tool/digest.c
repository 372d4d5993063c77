// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * FNV-1a over a file's content, as libarchive hands it out.
 */
#include "tool/digest.h"

#include <archive.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tool/regular.h"

#define FNV_OFFSET 0xcbf29ce484222325u
#define FNV_PRIME  0x100000001b3u

#define BLOCK_SIZE (16 * 1024)

static void add(struct digest *digest, const unsigned char *bytes, size_t length)
{
	static const unsigned char elf[4] = {0x7f, 'E', 'L', 'F'};

	if (digest->size == 0)
		digest->elf =
			length >= sizeof(elf) && memcmp(bytes, elf, sizeof(elf)) == 0;
	for (size_t i = 0; i < length; i++)
		digest->hash = (digest->hash ^ bytes[i]) * FNV_PRIME;
	digest->size += length;
}

int digest_entry(struct archive *archive, struct digest *ret_digest)
{
	unsigned char block[BLOCK_SIZE];
	la_ssize_t length;

	*ret_digest = (struct digest){.hash = FNV_OFFSET};
	while ((length = archive_read_data(archive, block, sizeof(block))) > 0)
		add(ret_digest, block, (size_t)length);
	return length < 0 ? -EBADMSG : 0;
}

/* libarchive's raw format has one entry: the file as its filters leave it. */
static int read_raw(struct archive *archive, int fd, struct digest *ret_digest)
{
	struct archive_entry *entry;

	if (archive_read_support_filter_all(archive) < ARCHIVE_WARN ||
	    archive_read_support_format_raw(archive) != ARCHIVE_OK ||
	    archive_read_support_format_empty(archive) != ARCHIVE_OK ||
	    archive_read_open_fd(archive, fd, BLOCK_SIZE) != ARCHIVE_OK)
		return -EBADMSG;
	switch (archive_read_next_header(archive, &entry)) {
	case ARCHIVE_OK:
		return digest_entry(archive, ret_digest);
	case ARCHIVE_EOF:
		*ret_digest = (struct digest){.hash = FNV_OFFSET};
		return 0;
	default:
		return -EBADMSG;
	}
}

int digest_file(const struct sys_root *root, const char *path, struct digest *ret_digest)
{
	int fd = regular_open(root->fd, path);
	struct archive *archive;
	int error;

	if (fd < 0)
		return fd;
	archive = archive_read_new();
	error = archive ? read_raw(archive, fd, ret_digest) : -ENOMEM;
	archive_read_free(archive);
	close(fd);
	return error;
}

bool digest_same(const struct digest *a, const struct digest *b)
{
	return a->size == b->size && a->hash == b->hash;
}
