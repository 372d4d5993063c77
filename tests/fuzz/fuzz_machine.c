/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as a machine file, which strangers send with a report. The tool
 * that reads them, whole, on a file system that is not there: it notes what it is asked
 * for.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STEPS_MAX 16000000 /* of one input: the most directories, as deep as can be */

static jmp_buf left;
static unsigned long steps;

static void require(int condition)
{
	if (!condition)
		abort();
}

static int touch(const char *path)
{
	require(strlen(path) < 4096);
	require(++steps < STEPS_MAX);
	return 0;
}

static int fake_open(const char *path, ...)
{
	return touch(path) == 0 ? 1000 : -1;
}

static ssize_t fake_write(const void *bytes, size_t length)
{
	unsigned sum = 0;

	/* Whether they can be read is for the sanitizers to see. */
	for (size_t i = 0; i < length; i++)
		sum += ((const uint8_t *)bytes)[i];
	require(++steps < STEPS_MAX);
	return sum == 1 ? (ssize_t)length : (ssize_t)length;
}

static int fake_stat(const char *path, struct stat *status)
{
	memset(status, 0, sizeof(*status));
	return touch(path);
}

static ssize_t fake_readlink(const char *path, char *buffer, size_t size)
{
	static const char target[] = "../../../devices/pci0000:00/0000:00:01.0";

	touch(path);
	require(size >= sizeof(target));
	memcpy(buffer, target, sizeof(target) - 1);
	return sizeof(target) - 1;
}

static __attribute__((noreturn)) void fake_exit(void)
{
	longjmp(left, 1);
}

/* What the reader has when it gives up. */
static char *line_at_work;
static FILE *input_at_work;

static ssize_t fake_getline(char **line, size_t *size, FILE *input)
{
	ssize_t length = getline(line, size, input);

	line_at_work = *line;
	input_at_work = input;
	return length;
}

#define getline(line, size, input)       fake_getline(line, size, input)
#define unshare(flags)                   0
#define mkdir(path, mode)                touch(path)
#define open(path, ...)                  fake_open(path, __VA_ARGS__)
#define openat(at, path, ...)            (touch(path), errno = ENOENT, -1)
#define write(fd, bytes, length)         fake_write(bytes, length)
#define pwrite(fd, bytes, length, at)    fake_write(bytes, length)
#define close(fd)                        0
#define unlink(path)                     touch(path)
#define symlink(target, path)            (touch(target), touch(path))
#define readlink(path, buffer, size)     fake_readlink(path, buffer, size)
#define nftw(path, each, depth, flags)   (touch(path), (void)remove_one, 0)
#define stat(path, status)               fake_stat(path, status)
#define chroot(path)                     touch(path)
#define exit(status)                     fake_exit()
#define vfprintf(out, format, arguments) vsnprintf(said, sizeof(said), format, arguments)
#define main                             machine_main

static char said[8192];

int machine_main(int argc, char **argv);

/* In this order, and the name that two of them have told apart. */
/* clang-format off */
#include "tests/cli/machine/tree.c"
#define put_link function_put_link
#include "tests/cli/machine/function.c"
#undef put_link
#include "tests/cli/machine/main.c"
/* clang-format on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *quiet;

	if (size == 0)
		return 0;
	if (!quiet)
		quiet = stderr = fopen("/dev/null", "w");
	steps = 0;
	at = (struct position){.name = "fuzz"};
	if (setjmp(left) == 0) {
		read_machine("fuzz", fmemopen((void *)(uintptr_t)data, size, "r"));
		return 0;
	}
	free(line_at_work);
	fclose(input_at_work);
	return 0;
}
