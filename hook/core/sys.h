/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys: small files below one root directory, the clock, and the few system calls that a
 * klibc may lack. The only room with an #ifdef, and the only one that knows whether the
 * root is the running system's.
 *
 * Every path is relative to root->fd and has no leading slash. Functions return 0 or a
 * count, or -errno; outputs come last and are written only on success.
 */
#ifndef GPUPASS_SYS_H
#define GPUPASS_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYS_DEFAULT_ROOT "/"
#define SYS_LINK_SIZE    512 /* bytes for a sysfs link's target, NUL included */
#define SYS_LINE_SIZE    256

struct sys_root {
	int fd; /* O_PATH-like directory descriptor; owner closes it with sys_close_root
		 */
	bool real; /* this is the running system's root: kernel calls are allowed */
};

int sys_open_root(const char *path, struct sys_root *ret_root);
void sys_close_root(struct sys_root *root);

/* Reads a file whole into buffer (size bytes, NUL added). Returns the length; -EFBIG when
 * the file has size bytes or more. For what one read(2) gives whole: files of sysfs and
 * efivarfs, those of procfs that are one record (seq_read, fs/seq_file.c), and regular
 * ones. */
int sys_read_file(const struct sys_root *root, const char *path, char *buffer,
		  size_t size);

/* sys_read_file, then cut at the first newline: what a sysfs attribute wants. */
int sys_read_attribute(const struct sys_root *root, const char *path, char *buffer,
		       size_t size);

/* Calls visit for each line of a file, without its newline, until it returns other than
 * 0; that is returned. What is beyond SYS_LINE_SIZE - 1 bytes of a line is left out. */
int sys_each_line(const struct sys_root *root, const char *path,
		  int (*visit)(const char *line, void *data), void *data);

/* Calls visit for each entry of a directory but those that begin with a dot, until it
 * returns other than 0; that is returned, or -errno. */
int sys_each_entry(const struct sys_root *root, const char *path,
		   int (*visit)(const char *name, void *data), void *data);

/* One write() of text on O_WRONLY | O_TRUNC, never creating a file; a short write is
 * -EIO. Sysfs acts on that one call. */
int sys_write_attribute(const struct sys_root *root, const char *path, const char *text);

/* Its two halves, for an attribute that gets more than one text: the descriptor or
 * -errno, and one write(). Where a text is written, and what was before it, sysfs does
 * not look at (sysfs_kf_write, fs/sysfs/file.c). */
int sys_open_attribute(const struct sys_root *root, const char *path);
int sys_write_open(int fd, const char *text);

/* The target of a link, and its last component. -EINVAL when it is not a link,
 * -ENAMETOOLONG when it does not fit. */
int sys_read_link(const struct sys_root *root, const char *path, char *buffer,
		  size_t size);
int sys_read_link_name(const struct sys_root *root, const char *path, char *buffer,
		       size_t size);

/* 1 when path exists, 0 when it does not (ENOENT, ENOTDIR), else -errno. */
int sys_exists(const struct sys_root *root, const char *path);

/* This boot's id as 16 bytes; zero, and false, when the kernel has none. */
#define SYS_BOOT_ID_SIZE 16
bool sys_read_boot_id(const struct sys_root *root, uint8_t *ret_id);

uint64_t sys_monotonic_ns(void);
uint64_t sys_realtime_ns(void);

/* Inserts the module open at fd. -EPERM below another root: nothing there may reach the
 * running kernel. */
int sys_insert_module(const struct sys_root *root, int fd, const char *parameters);

/* Mounts a filesystem that needs no device, nosuid,nodev,noexec, on a directory. 0 also
 * when it is there already. -EPERM below another root. */
int sys_mount(const struct sys_root *root, const char *type, const char *path);

/* The kernel's log as syslog(2) gives it, its last size bytes, oldest line first. Returns
 * the length. Below another root it is the plain file proc/kmsg there. */
int sys_read_kernel_log(const struct sys_root *root, char *buffer, size_t size);

/* Gives up what this process has beyond the capabilities of mask (bit n = capability n of
 * capabilities(7)), for good: no execve(2) brings one back. capget(2), capset(2),
 * prctl(2) PR_SET_NO_NEW_PRIVS. */
enum sys_capability {
	SYS_CAP_LINUX_IMMUTABLE = 9,
	SYS_CAP_SYS_MODULE = 16,
	SYS_CAP_SYS_ADMIN = 21,
	SYS_CAP_SYSLOG = 34,
};
int sys_keep_capabilities(uint64_t mask);

/* What is in buffer is not needed any more: madvise(2) MADV_DONTNEED. It begins at a
 * multiple of SYS_PAGE and ends at one. A kernel with larger pages keeps it. */
#define SYS_PAGE 4096
void sys_discard(void *buffer, size_t size);

/* Allocates the first size bytes of a file, so that a later mapping of them cannot meet a
 * full filesystem (which would be SIGBUS). fallocate(2). */
int sys_allocate(int fd, uint64_t size);

/* Formats into buffer, always NUL-terminated, cut where it does not fit. */
void sys_format(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* An unsigned number of exactly the given digits' alphabet, no sign, no blanks, whole
 * text or -EINVAL; -ERANGE above max. base is 10 or 16. */
int sys_parse_number(const char *text, size_t length, unsigned base, uint64_t max,
		     uint64_t *ret_value);

#endif
