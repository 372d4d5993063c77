/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a trace, whole. Knows nothing of what is in it.
 */
#include "tool/trace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_all(int fd, unsigned char *buffer, size_t size, size_t *ret_length)
{
	size_t length = 0;

	while (length < size) {
		ssize_t n = read(fd, buffer + length, size - length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0) {
			*ret_length = length;
			return 0;
		}
		length += (size_t)n;
	}
	return -EFBIG;
}

int trace_file_read(int fd, unsigned char **ret_bytes, size_t *ret_length)
{
	unsigned char *bytes = malloc(RING_MAX_SIZE);
	int result =
		bytes == NULL ? -ENOMEM : read_all(fd, bytes, RING_MAX_SIZE, ret_length);

	if (result == 0)
		*ret_bytes = bytes;
	else
		free(bytes);
	return result;
}

bool trace_file_is_other_boot(const struct sys_root *root, const struct ring *ring)
{
	static const uint8_t unknown[sizeof(ring->header.boot_id)];
	uint8_t running[SYS_BOOT_ID_SIZE];

	return memcmp(ring->header.boot_id, unknown, sizeof(unknown)) != 0 &&
	       sys_read_boot_id(root, running) &&
	       memcmp(ring->header.boot_id, running, sizeof(running)) != 0;
}
