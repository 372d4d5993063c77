/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small-file I/O below one root, the clock, and system calls that a klibc may lack (the
 * only #ifdef of the tree). Decides nothing and prints nothing.
 */
#include "hook/core/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PIECE_SIZE    4096
#define ENTRIES_SIZE  4096 /* entries of a directory, as getdents64(2) gives them */
#define BOOT_ID       "proc/sys/kernel/random/boot_id"
#define BOOT_ID_CHARS 36

/*
 * klibc 2.0.12 has neither syscall() nor clock_gettime(), 2.0.8 no finit_module(), none
 * has fallocate(). One way for every libc: the system call itself.
 */
#if defined(__x86_64__)
static long call4(long number, long a, long b, long c, long d)
{
	long result;
	register long r10 __asm__("r10") = d;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static long call4(long number, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
			 : "memory");
	return x0;
}
#else
#error "gpupass knows the system calls of x86_64 and aarch64"
#endif

/*
 * klibc opens its three streams before main() and flushes them in exit() (2.0.8
 * to 2.0.12, usr/klibc/libc_init.c and exit.c): 48 KiB of memory and four system calls
 * for what is never used here. So that it does not, its two functions are these.
 */
#ifdef __KLIBC__
extern void __libc_init_stdio(void);

void __libc_init_stdio(void)
{
}

void exit(int status)
{
	_exit(status);
}
#endif

/* 1, 0 or -errno: taken for another root, the running one's /proc/kmsg would be read as a
 * file, and that has no end. */
static int is_running_root(int fd)
{
	struct stat given, running;

	if (fstat(fd, &given) < 0 || stat(SYS_DEFAULT_ROOT, &running) < 0)
		return -errno;
	return given.st_dev == running.st_dev && given.st_ino == running.st_ino;
}

int sys_open_root(const char *path, struct sys_root *ret_root)
{
	int real = 1, fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (strcmp(path, SYS_DEFAULT_ROOT) != 0)
		real = is_running_root(fd);
	if (real < 0) {
		close(fd);
		return real;
	}
	ret_root->fd = fd;
	ret_root->real = real == 1;
	return 0;
}

void sys_close_root(struct sys_root *root)
{
	close(root->fd);
	root->fd = -1;
}

/* What leaves room in the buffer was the whole file. */
static int read_whole(int fd, char *buffer, size_t size)
{
	ssize_t n;

	do {
		n = read(fd, buffer, size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n < size ? (int)n : -EFBIG;
}

int sys_read_file(const struct sys_root *root, const char *path, char *buffer,
		  size_t size)
{
	int fd = openat(root->fd, path, O_RDONLY | O_CLOEXEC);
	int length;

	if (fd < 0)
		return -errno;
	length = read_whole(fd, buffer, size);
	close(fd);
	if (length >= 0)
		buffer[length] = '\0';
	return length;
}

int sys_read_attribute(const struct sys_root *root, const char *path, char *buffer,
		       size_t size)
{
	int length = sys_read_file(root, path, buffer, size);
	char *newline;

	if (length < 0)
		return length;
	newline = memchr(buffer, '\n', (size_t)length);
	if (newline) {
		*newline = '\0';
		length = (int)(newline - buffer);
	}
	return length;
}

/* A line that grows, read piece by piece. */
struct line {
	char text[SYS_LINE_SIZE];
	size_t length;
};

static int feed_line(struct line *line, const char *piece, size_t length,
		     int (*visit)(const char *line, void *data), void *data)
{
	int result = 0;

	for (size_t i = 0; i < length && result == 0; i++) {
		if (piece[i] != '\n') {
			if (line->length < sizeof(line->text) - 1)
				line->text[line->length++] = piece[i];
			continue;
		}
		line->text[line->length] = '\0';
		line->length = 0;
		result = visit(line->text, data);
	}
	return result;
}

int sys_each_line(const struct sys_root *root, const char *path,
		  int (*visit)(const char *line, void *data), void *data)
{
	struct line line = {.length = 0};
	char piece[PIECE_SIZE];
	int result = 0, fd = openat(root->fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (n != 0 && result == 0) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno != EINTR)
			result = -errno;
		else if (n > 0)
			result = feed_line(&line, piece, (size_t)n, visit, data);
	}
	if (result == 0 && line.length)
		result = feed_line(&line, "\n", 1, visit, data);
	close(fd);
	return result;
}

/* include/linux/dirent.h; a libc's own reader of directories allocates memory. */
struct entry {
	uint64_t inode, next;
	uint16_t size;
	uint8_t type;
	char name[];
};

static int visit_entries(const char *at, const char *end,
			 int (*visit)(const char *name, void *data), void *data)
{
	int result = 0;

	while (at < end && result == 0) {
		const struct entry *entry = (const void *)at;

		if (entry->name[0] != '.')
			result = visit(entry->name, data);
		at += entry->size;
	}
	return result;
}

int sys_each_entry(const struct sys_root *root, const char *path,
		   int (*visit)(const char *name, void *data), void *data)
{
	int fd = openat(root->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char buffer[ENTRIES_SIZE] __attribute__((aligned(8))) = {0};
	int result = 0;
	long n = 1;

	if (fd < 0)
		return -errno;
	while (n > 0 && result == 0) {
		n = call4(__NR_getdents64, fd, (long)buffer, sizeof(buffer), 0);
		if (n > 0)
			result = visit_entries(buffer, buffer + n, visit, data);
		else
			result = (int)n;
	}
	close(fd);
	return result;
}

int sys_open_attribute(const struct sys_root *root, const char *path)
{
	int fd = openat(root->fd, path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int sys_write_open(int fd, const char *text)
{
	size_t length = strlen(text);
	ssize_t n;

	do {
		n = write(fd, text, length);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -EIO;
}

int sys_write_attribute(const struct sys_root *root, const char *path, const char *text)
{
	int result, fd = sys_open_attribute(root, path);

	if (fd < 0)
		return fd;
	result = sys_write_open(fd, text);
	close(fd);
	return result;
}

int sys_read_link(const struct sys_root *root, const char *path, char *buffer,
		  size_t size)
{
	ssize_t n = readlinkat(root->fd, path, buffer, size);

	if (n < 0)
		return -errno;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buffer[n] = '\0';
	return (int)n;
}

int sys_read_link_name(const struct sys_root *root, const char *path, char *buffer,
		       size_t size)
{
	char target[SYS_LINK_SIZE];
	int length = sys_read_link(root, path, target, sizeof(target));
	const char *name;

	if (length < 0)
		return length;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	length = (int)strlen(name);
	if ((size_t)length >= size)
		return -ENAMETOOLONG;
	memcpy(buffer, name, (size_t)length + 1);
	return length;
}

int sys_exists(const struct sys_root *root, const char *path)
{
	if (faccessat(root->fd, path, F_OK, 0) == 0)
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return -errno;
}

static uint64_t clock_ns(long clock)
{
	struct timespec now = {0, 0};

	call4(__NR_clock_gettime, clock, (long)&now, 0, 0);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

uint64_t sys_monotonic_ns(void)
{
	return clock_ns(1); /* CLOCK_MONOTONIC */
}

uint64_t sys_realtime_ns(void)
{
	return clock_ns(0); /* CLOCK_REALTIME */
}

int sys_insert_module(const struct sys_root *root, int fd, const char *parameters)
{
	if (!root->real)
		return -EPERM;
	return (int)call4(__NR_finit_module, fd, (long)parameters, 0, 0);
}

/* mount(2) knows no directory descriptor; the running root's paths are those from "/".
 * The kernel refuses the same filesystem on the same directory with EBUSY. */
int sys_mount(const struct sys_root *root, const char *type, const char *path)
{
	char absolute[SYS_LINK_SIZE];

	if (!root->real)
		return -EPERM;
	sys_format(absolute, sizeof(absolute), SYS_DEFAULT_ROOT "%s", path);
	if (mount(type, absolute, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 &&
	    errno != EBUSY)
		return -errno;
	return 0;
}

int sys_read_kernel_log(const struct sys_root *root, char *buffer, size_t size)
{
	if (!root->real)
		return sys_read_file(root, "proc/kmsg", buffer, size);
	return (int)call4(__NR_syslog, 3 /* SYSLOG_ACTION_READ_ALL */, (long)buffer,
			  (long)size, 0);
}

/* As in linux/capability.h, version 3, which musl's compiler does not find. */
#define CAPABILITY_VERSION 0x20080522
#define CAPABILITY_WORDS   2

struct capability_header {
	uint32_t version;
	int pid; /* 0 = this process */
};

struct capability_sets {
	uint32_t effective, permitted, inheritable;
};

/* Nobody can be given more than was permitted: where that is less, EPERM. */
static long set_capabilities(struct capability_header *header,
			     struct capability_sets *sets)
{
	for (unsigned i = 0; i < CAPABILITY_WORDS; i++) {
		sets[i].effective = sets[i].permitted;
		sets[i].inheritable = 0;
	}
	return call4(__NR_capset, (long)header, (long)sets, 0, 0);
}

int sys_keep_capabilities(uint64_t mask)
{
	struct capability_header header = {.version = CAPABILITY_VERSION};
	struct capability_sets sets[CAPABILITY_WORDS] = {
		{.permitted = (uint32_t)mask}, {.permitted = (uint32_t)(mask >> 32)}};
	long error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;

	if (error == 0)
		error = set_capabilities(&header, sets);
	if (error != -EPERM)
		return (int)error;
	error = call4(__NR_capget, (long)&header, (long)sets, 0, 0);
	for (unsigned i = 0; i < CAPABILITY_WORDS; i++)
		sets[i].permitted &= (uint32_t)(mask >> 32 * i);
	return (int)(error ? error : set_capabilities(&header, sets));
}

void sys_discard(void *buffer, size_t size)
{
	call4(__NR_madvise, (long)buffer, (long)size, 4 /* MADV_DONTNEED */, 0);
}

int sys_allocate(int fd, uint64_t size)
{
	return (int)call4(__NR_fallocate, fd, 0, 0, (long)size);
}

void sys_format(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int sys_parse_number(const char *text, size_t length, unsigned base, uint64_t max,
		     uint64_t *ret_value)
{
	uint64_t value = 0;

	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		unsigned digit = (unsigned)digit_value(text[i]);

		if (digit >= base)
			return -EINVAL;
		if (digit > max || value > (max - digit) / base)
			return -ERANGE;
		value = value * base + digit;
	}
	*ret_value = value;
	return 0;
}

/* From "f81d4fae-7dec-…". */
bool sys_read_boot_id(const struct sys_root *root, uint8_t *ret_id)
{
	char text[BOOT_ID_CHARS + 2] = "";
	unsigned at = 0;

	memset(ret_id, 0, 16);
	if (sys_read_attribute(root, BOOT_ID, text, sizeof(text)) != BOOT_ID_CHARS)
		return false;
	for (unsigned i = 0; i < 16; i++) {
		uint64_t byte;

		if (text[at] == '-')
			at++;
		if (sys_parse_number(text + at, 2, 16, 0xff, &byte) < 0) {
			memset(ret_id, 0, 16);
			return false;
		}
		ret_id[i] = (uint8_t)byte;
		at += 2;
	}
	return true;
}
