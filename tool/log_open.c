/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds and reads the trace, and says in one sentence why there is none and what to do.
 * Knows nothing about what the records mean.
 */
#include "tool/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hook/core/conf.h"
#include "tool/trace_file.h"

#define UDEV_DATABASE   "run/udev/data"
#define KERNEL_LOG_SIZE (1024 * 1024)

/* Where the trace comes from. */
struct source {
	const struct log_options *options;
	struct sys_root root;
	const char *slash; /* between the root and a path below it, in messages */
};

__attribute__((format(printf, 2, 3))) static void complain(const struct source *source,
							   const char *format, ...)
{
	const char *file = source->options->file;
	char where[PATH_MAX], what[PATH_MAX];
	va_list arguments;

	if (file == NULL)
		sys_format(where, sizeof(where), "%s%s%s", source->options->root,
			   source->slash, TRACE_PATH);
	else
		sys_format(where, sizeof(where), "%s",
			   strcmp(file, "-") == 0 ? "standard input" : file);
	va_start(arguments, format);
	vsnprintf(what, sizeof(what), format, arguments);
	va_end(arguments);
	log_complain("%s: %s", where, what);
}

/* What has to happen so that the next boot has a trace. */
static void advise(const struct source *source)
{
	static const char rebuild[] =
		"rebuild the initramfs (update-initramfs -u -k all, or "
		"dracut -f --regenerate-all) and reboot";
	char text[CONF_MAX_SIZE + 1], path[PATH_MAX], advice[2 * PATH_MAX];
	int length = sys_read_file(&source->root, CONF_PATH, text, sizeof(text));
	struct conf *conf;

	conf = length < 0 ? NULL : malloc(sizeof(*conf));
	if (conf != NULL)
		conf_parse(text, (size_t)length, conf);
	sys_format(path, sizeof(path), "%s%s%s", source->options->root, source->slash,
		   CONF_PATH);
	if (length == -ENOENT)
		sys_format(advice, sizeof(advice),
			   "There is no %s: write one, see gpupass.conf(5), then %s.",
			   path, rebuild);
	else if (conf != NULL && conf->rule_count == 0)
		sys_format(advice, sizeof(advice),
			   "%s names no card, so the initramfs is without gpupass: name "
			   "one, see gpupass.conf(5), then %s.",
			   path, rebuild);
	else
		sys_format(advice, sizeof(advice),
			   "The initramfs of this boot is without gpupass: %s; if that "
			   "does not help, see gpupass(8).",
			   rebuild);
	print_line(stderr, advice);
	free(conf);
}

/* Whether the kernel's log has lines of gpupass: without a directory for its trace, that
 * is all that is left of it. */
static bool kernel_heard_it(const struct source *source)
{
	char *log = malloc(KERNEL_LOG_SIZE);
	int length =
		log ? sys_read_kernel_log(&source->root, log, KERNEL_LOG_SIZE) : -ENOMEM;
	bool heard = length > 0 && memmem(log, (size_t)length, "gpupass: ", 9) != NULL;

	free(log);
	return heard;
}

static enum log_status explain_absence(const struct source *source)
{
	char directory[] = TRACE_PATH;

	*strrchr(directory, '/') = '\0';
	if (sys_exists(&source->root, directory) > 0 || kernel_heard_it(source)) {
		complain(source, "not there, although gpupass ran in this boot");
		fputs("It could not write its trace; what it said to the kernel's log is "
		      "in "
		      "journalctl -k -g gpupass.\n",
		      stderr);
		return LOG_NOTHING;
	}
	complain(source, "not there: this boot ran without gpupass");
	advise(source);
	return LOG_NOTHING;
}

static enum log_status explain_error(const struct source *source, int error)
{
	if (error == ENOENT && source->options->file == NULL)
		return explain_absence(source);
	if (error == EACCES && source->options->file == NULL)
		complain(source, "no permission: be root or a member of the group adm");
	else
		complain(source, "%s", strerror(error));
	return LOG_UNREADABLE;
}

/* The whole file in memory that the caller frees. Nothing else is ever read from it. */
static int read_source(const struct source *source, unsigned char **ret_bytes,
		       size_t *ret_length)
{
	const char *file = source->options->file;
	int fd = STDIN_FILENO, result;

	if (file == NULL)
		fd = openat(source->root.fd, TRACE_PATH, O_RDONLY | O_CLOEXEC);
	else if (strcmp(file, "-") != 0)
		fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	result = trace_file_read(fd, ret_bytes, ret_length);
	if (fd != STDIN_FILENO)
		close(fd);
	return result;
}

static enum log_status check_ring(const struct source *source, enum ring_status status,
				  size_t length, const struct ring *ring)
{
	switch (status) {
	case RING_GOOD:
		return LOG_GOOD;
	case RING_EMPTY:
		complain(source, "not a trace: the file is empty");
		break;
	case RING_SHORT:
		complain(source, "cut off after %zu bytes, inside the header", length);
		break;
	case RING_FOREIGN:
		complain(source, "not a trace of gpupass: it does not begin with %s",
			 TRACE_MAGIC);
		break;
	case RING_VERSION:
		complain(source,
			 "a trace of version %u; this gpupass-log reads version %u",
			 ring->header.version, TRACE_VERSION);
		break;
	case RING_LAYOUT:
		complain(source,
			 "damaged: a header of %u bytes and %u records of %u bytes "
			 "cannot be",
			 ring->header.header_size, ring->header.slots,
			 ring->header.record_size);
		break;
	}
	return LOG_UNREADABLE;
}

/* udev makes the directory of its database with the first device that it works on; it is
 * carried over from the initramfs. tmpfs knows its time of birth from Linux 6.0 on. */
static uint64_t find_udev_time(const struct sys_root *root, const struct ring *ring)
{
	struct statx status;
	int64_t born;

	if (statx(root->fd, UDEV_DATABASE, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &status) <
		    0 ||
	    !(status.stx_mask & STATX_BTIME))
		return 0;
	born = (int64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec -
	       ring->header.realtime_offset;
	return born > 0 ? (uint64_t)born : 0;
}

static enum log_status check_boot(const struct source *source, struct log_trace *trace)
{
	trace->other_boot = trace_file_is_other_boot(&source->root, &trace->ring);
	if (!trace->other_boot && source->options->file == NULL)
		trace->udev_time = find_udev_time(&source->root, &trace->ring);
	if (!trace->other_boot || source->options->file != NULL)
		return LOG_GOOD;
	complain(source,
		 "of another boot than the running one; -F reads it all the same");
	return LOG_NOTHING;
}

static enum log_status open_source(const struct source *source,
				   struct log_trace *ret_trace)
{
	struct ring *ring = &ret_trace->ring;
	unsigned char *bytes = NULL;
	size_t length = 0;
	enum log_status status;
	int result = read_source(source, &bytes, &length);

	if (result < 0)
		return explain_error(source, -result);
	status = check_ring(source, ring_open(bytes, length, ring), length, ring);
	if (status == LOG_GOOD)
		status = check_boot(source, ret_trace);
	if (status == LOG_GOOD)
		ret_trace->bytes = bytes;
	else
		free(bytes);
	return status;
}

enum log_status log_open(const struct log_options *options, struct log_trace *ret_trace)
{
	struct source source = {.options = options};
	enum log_status status;
	size_t length;
	int result = sys_open_root(options->root, &source.root);

	if (result < 0) {
		log_complain("%s: %s", options->root, strerror(-result));
		return LOG_UNREADABLE;
	}
	length = strlen(options->root);
	source.slash = length > 0 && options->root[length - 1] == '/' ? "" : "/";
	status = open_source(&source, ret_trace);
	sys_close_root(&source.root);
	return status;
}

void log_close(struct log_trace *trace)
{
	free(trace->bytes);
	trace->bytes = NULL;
}
