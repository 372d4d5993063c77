/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio: the files of a boot image as the kernel takes it
 * (Documentation/driver-api/early-userspace/buffer-format.rst): cpio archives one after
 * another, plain or compressed, zeros between them.
 */
#ifndef GPUPASS_TOOL_CPIO_H
#define GPUPASS_TOOL_CPIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct archive;

/* One file of an image. */
struct cpio_file {
	const char *path; /* without a leading "./" or "/" */
	mode_t mode;      /* type and permissions */
	const char *link; /* what a symbolic link points to, or NULL */
	uint64_t inode; /* the same for each name of one file, whose content may be at any
			   of them; 0 when it has one name */
	struct archive *archive;
};

/*
 * Calls each for every file of the image at path, in its order: a later one replaces an
 * earlier one of the same path. Returns 0, the first negative result of each, or -errno:
 * -EBADMSG when it is no image, or is cut off or damaged, -EINVAL when it is no file.
 */
int cpio_read_image(const char *path,
		    int (*each)(const struct cpio_file *file, void *data), void *data);

/* The file's content, as far as size goes; only inside of each. Bytes, or -EBADMSG. */
ssize_t cpio_read_file(const struct cpio_file *file, char *buffer, size_t size);

#endif
