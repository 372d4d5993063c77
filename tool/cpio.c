// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the archives in a boot image; libarchive uncompresses and reads them. An archive
 * ends with its trailer, and only libarchive's count of consumed bytes says where: the
 * next one may begin right there, in the image itself or in what came out of a compressed
 * part of it.
 */
#include "tool/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/regular.h"

/* Bytes that come block by block: from memory in one, or out of a compressed part. */
struct stream {
	struct archive *compressed; /* NULL: there is one block */
	const char *rest;           /* of the current block, not handed out */
	size_t length;
	size_t handed; /* to the cpio reader that is open now */
};

struct visitor {
	int (*each)(const struct cpio_file *file, void *data);
	void *data;
	unsigned archives; /* that were read to their end */
};

/* The next block, when the current one is used up. 1, 0 at the end, or -EBADMSG. */
static int refill(struct stream *stream)
{
	la_int64_t offset;

	while (stream->length == 0) {
		const void *block = NULL;
		int result;

		if (!stream->compressed)
			return 0;
		result = archive_read_data_block(stream->compressed, &block,
						 &stream->length, &offset);
		if (result == ARCHIVE_EOF) {
			stream->length = 0;
			return 0;
		}
		if (result < ARCHIVE_WARN || (stream->length && !block)) {
			stream->length = 0;
			return -EBADMSG;
		}
		stream->rest = block;
	}
	return 1;
}

/* libarchive's read callback. The handed block stays in rest for give_back(). */
static la_ssize_t hand_out(struct archive *archive, void *data, const void **ret_buffer)
{
	struct stream *stream = data;
	size_t length;

	if (refill(stream) < 0) {
		archive_set_error(archive, EBADMSG, "damaged");
		return -1;
	}
	*ret_buffer = stream->rest;
	length = stream->length;
	stream->handed += length;
	stream->rest += length;
	stream->length = 0;
	return (la_ssize_t)length;
}

/* What the cpio reader has taken but not used is the end of the last block: it asks for
 * no more than the header, name or trailer that it then uses. */
static void give_back(struct stream *stream, size_t used)
{
	stream->length = stream->handed - used;
	stream->rest -= stream->length;
	stream->handed = 0;
}

/* Names of one file are told by their number; a device of its own has each archive. */
static uint64_t find_inode(struct archive_entry *entry)
{
	return archive_entry_nlink(entry) > 1 ? (uint64_t)archive_entry_ino64(entry) : 0;
}

static int read_entries(struct archive *archive, struct visitor *visitor)
{
	struct archive_entry *entry;
	int result;

	while ((result = archive_read_next_header(archive, &entry)) != ARCHIVE_EOF) {
		struct cpio_file file = {
			.path = archive_entry_pathname(entry),
			.mode = archive_entry_mode(entry),
			.link = archive_entry_symlink(entry),
			.inode = find_inode(entry),
			.archive = archive,
		};

		if (result < ARCHIVE_WARN)
			return -EBADMSG;
		if (!file.path)
			continue;
		if (strncmp(file.path, "./", 2) == 0)
			file.path++;
		file.path += file.path[0] == '/';
		result = visitor->each(&file, visitor->data);
		if (result < 0)
			return result;
	}
	visitor->archives++;
	return 0;
}

/* One archive, from its first header to its trailer. */
static int read_archive(struct stream *stream, struct visitor *visitor)
{
	struct archive *archive = archive_read_new();
	int error = -EBADMSG;

	if (!archive)
		return -ENOMEM;
	stream->handed = 0;
	if (archive_read_support_format_cpio(archive) == ARCHIVE_OK &&
	    archive_read_open(archive, stream, NULL, hand_out, NULL) == ARCHIVE_OK)
		error = read_entries(archive, visitor);
	if (error == 0)
		give_back(stream, (size_t)archive_filter_bytes(archive, 0));
	archive_read_free(archive);
	return error;
}

static bool skip_zeros(struct stream *stream)
{
	while (refill(stream) > 0) {
		while (stream->length && stream->rest && *stream->rest == '\0') {
			stream->rest++;
			stream->length--;
		}
		if (stream->length)
			return true;
	}
	return false;
}

static bool is_archive(const struct stream *stream)
{
	return stream->rest && stream->length >= 6 &&
	       (memcmp(stream->rest, "070701", 6) == 0 ||
		memcmp(stream->rest, "070702", 6) == 0);
}

/* All archives in a compressed part; *ret_length is how long it is itself. */
static int read_compressed(const char *data, size_t length, struct visitor *visitor,
			   size_t *ret_length)
{
	struct archive *archive = archive_read_new();
	struct stream stream = {.compressed = archive, .rest = ""};
	struct archive_entry *entry;
	unsigned before = visitor->archives;
	int error = 0;

	if (!archive)
		return -ENOMEM;
	/* A filter that libarchive lacks is only missed when the image needs it. */
	if (archive_read_support_filter_all(archive) < ARCHIVE_WARN ||
	    archive_read_support_format_raw(archive) != ARCHIVE_OK ||
	    archive_read_open_memory(archive, data, length) != ARCHIVE_OK ||
	    archive_read_next_header(archive, &entry) != ARCHIVE_OK ||
	    archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE)
		error = -EBADMSG;
	while (error == 0 && skip_zeros(&stream))
		error = is_archive(&stream) ? read_archive(&stream, visitor) : -EBADMSG;
	*ret_length = (size_t)archive_filter_bytes(archive, -1);
	if (error == 0 && (visitor->archives == before || *ret_length == 0))
		error = -EBADMSG;
	archive_read_free(archive);
	return error;
}

static int read_parts(const char *data, size_t length, struct visitor *visitor)
{
	struct stream stream = {.rest = data, .length = length};
	int error = 0;

	while (error == 0 && skip_zeros(&stream)) {
		size_t used;

		if (is_archive(&stream)) {
			error = read_archive(&stream, visitor);
			continue;
		}
		error = read_compressed(stream.rest, stream.length, visitor, &used);
		if (error == 0) {
			stream.rest += used;
			stream.length -= used;
		}
	}
	if (error == 0 && visitor->archives == 0)
		error = -EBADMSG;
	return error;
}

int cpio_read_image(const char *path,
		    int (*each)(const struct cpio_file *file, void *data), void *data)
{
	struct visitor visitor = {.each = each, .data = data};
	int fd = regular_open(AT_FDCWD, path);
	struct stat status;
	void *image;
	int error;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	if (status.st_size == 0) {
		close(fd);
		return -EBADMSG;
	}
	image = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	error = image == MAP_FAILED ? -errno : 0;
	close(fd);
	if (error < 0)
		return error;
	error = read_parts(image, (size_t)status.st_size, &visitor);
	munmap(image, (size_t)status.st_size);
	return error;
}

ssize_t cpio_read_file(const struct cpio_file *file, char *buffer, size_t size)
{
	la_ssize_t length = archive_read_data(file->archive, buffer, size);

	return length < 0 ? -EBADMSG : length;
}
