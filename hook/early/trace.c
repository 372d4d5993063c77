/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of this boot: a mapped ring in /run/gpupass/trace, and its decisions on
 * /dev/kmsg for serial consoles and the journal. Layout: hook/core/trace_format.h.
 */
#include "hook/early/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KMSG       "dev/kmsg"
#define KMSG_LEVEL 5 /* records of this level and more urgent ones are mirrored */
#define KMSG_BUDGET                                                                      \
	8 /* the kernel takes 10 lines in 5 s from one descriptor (printk.c) */
#define KMSG_SIZE     384
#define RUN_DIRECTORY "run/gpupass"
#define TRACE_NAME    "trace"

/* Of the table of events only what is needed here: each one's level, and the phrases of
 * those that are mirrored, one behind the other. */
#define LEVEL(number, symbol, level, name, phrase) {(number), (level)},
static const struct {
	uint16_t number;
	uint8_t level;
} events[] = {TRACE_EVENTS(LEVEL)};
#undef LEVEL

#define PHRASE_3(phrase)                            phrase "\0"
#define PHRASE_4(phrase)                            phrase "\0"
#define PHRASE_5(phrase)                            phrase "\0"
#define PHRASE_6(phrase)                            "\0"
#define PHRASE(number, symbol, level, name, phrase) PHRASE_##level(phrase)
static const char phrases[] = TRACE_EVENTS(PHRASE);
_Static_assert(KMSG_LEVEL == 5, "PHRASE_n are those of these levels");
#undef PHRASE

/* Every event that is recorded stands in the table. */
static uint8_t find_event(uint16_t number, const char **ret_phrase)
{
	const char *phrase = phrases;
	unsigned i = 0;

	while (events[i].number != number) {
		phrase += strlen(phrase) + 1;
		i++;
	}
	*ret_phrase = phrase;
	return events[i].level;
}

static void fill_header(const struct trace *trace, struct trace_header *header)
{
	memset(header, 0, sizeof(*header));
	memcpy(header->magic, TRACE_MAGIC, sizeof(header->magic));
	header->version = TRACE_VERSION;
	header->header_size = TRACE_HEADER_SIZE;
	header->record_size = TRACE_RECORD_SIZE;
	header->slots = TRACE_SLOTS;
	memcpy(header->boot_id, trace->boot_id, sizeof(header->boot_id));
	header->realtime_offset = (int64_t)(sys_realtime_ns() - trace->now);
}

static bool is_ours(const struct trace *trace, const struct trace_header *header)
{
	return memcmp(header->magic, TRACE_MAGIC, sizeof(header->magic)) == 0 &&
	       header->version == TRACE_VERSION &&
	       header->header_size == TRACE_HEADER_SIZE &&
	       header->record_size == TRACE_RECORD_SIZE && header->slots == TRACE_SLOTS &&
	       memcmp(header->boot_id, trace->boot_id, sizeof(header->boot_id)) == 0;
}

/* Opens an existing trace of this boot, to go on with it. */
static int open_existing(const struct trace *trace, int directory)
{
	struct trace_header header;
	struct stat status;
	int fd = openat(directory, TRACE_NAME,
			O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_size == TRACE_FILE_SIZE &&
	    pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	    is_ours(trace, &header))
		return fd;
	close(fd);
	return -EINVAL;
}

static int create_new(int directory)
{
	int error, fd = openat(directory, TRACE_NAME,
			       O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	error = sys_allocate(fd, TRACE_FILE_SIZE);
	if (error == 0)
		return fd;
	close(fd);
	unlinkat(directory, TRACE_NAME, 0);
	return error;
}

static int open_file(const struct trace *trace, bool *ret_is_new)
{
	const struct sys_root *root = trace->root;
	int directory, fd;

	if (mkdirat(root->fd, RUN_DIRECTORY, 0755) < 0 && errno != EEXIST)
		return -errno;
	directory = openat(root->fd, RUN_DIRECTORY,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (directory < 0)
		return -errno;
	fd = create_new(directory);
	*ret_is_new = fd != -EEXIST;
	if (!*ret_is_new) {
		fd = open_existing(trace, directory);
		*ret_is_new = fd < 0;
		if (fd < 0 && unlinkat(directory, TRACE_NAME, 0) == 0)
			fd = create_new(directory);
	}
	close(directory);
	return fd;
}

/* Nothing of a new one is read before it is written: for that the kernel would map all
 * that lies around it. */
static int map_file(struct trace *trace, int fd, bool is_new)
{
	void *map =
		mmap(NULL, TRACE_FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	trace->header = map;
	if (is_new)
		fill_header(trace, trace->header);
	trace->records = (struct trace_record *)((char *)map + TRACE_HEADER_SIZE);
	return 0;
}

/* A new descriptor now and then: each has a rate limit of its own, and what is above it
 * is lost without an error. */
static void write_kmsg(struct trace *trace, const char *line)
{
	if (trace->kmsg < 0 || trace->mirrored == KMSG_BUDGET) {
		if (trace->kmsg >= 0)
			close(trace->kmsg);
		trace->kmsg =
			openat(trace->root->fd, KMSG, O_WRONLY | O_APPEND | O_CLOEXEC);
		trace->mirrored = 0;
	}
	if (trace->kmsg < 0)
		return;
	trace->mirrored++;
	/* A line lost here is in the ring all the same. */
	if (write(trace->kmsg, line, strlen(line)) < 0)
		return;
}

void trace_open(struct trace *trace, const struct sys_root *root)
{
	char line[KMSG_SIZE];
	bool is_new = false;
	int fd, error;

	memset(trace, 0, sizeof(*trace));
	trace->root = root;
	trace->kmsg = -1;
	trace->has_boot_id = sys_read_boot_id(root, trace->boot_id);
	trace_clock(trace);
	fd = open_file(trace, &is_new);
	error = fd < 0 ? fd : map_file(trace, fd, is_new);
	/* The descriptor goes with the process, as the mapping does. */
	if (error == 0)
		return;
	sys_format(line, sizeof(line),
		   "<3>gpupass: no trace: " TRACE_PATH " (errno %d)\n", -error);
	write_kmsg(trace, line);
}

uint64_t trace_clock(struct trace *trace)
{
	uint64_t before = trace->now;

	trace->now = sys_monotonic_ns();
	return trace->now - before;
}

struct trace trace_for_child(const struct trace *trace)
{
	struct trace child = *trace;

	child.kmsg = -1;
	return child;
}

static void fill_about(struct trace_record *record, const struct trace_about *about)
{
	const struct pci_function *function = about->function;

	record->error = about->error;
	record->duration = about->duration;
	if (about->card) {
		size_t length = strlen(about->card);

		if (length > sizeof(record->card))
			length = sizeof(record->card);
		memcpy(record->card, about->card, length);
	}
	if (!function)
		return;
	record->flags = TRACE_HAS_FUNCTION;
	record->domain = function->address.domain;
	record->bus = function->address.bus;
	record->devfn =
		(uint8_t)(function->address.device << 3 | function->address.function);
	if (function->vendor == 0 && function->device == 0)
		return;
	record->flags |= TRACE_HAS_IDS;
	record->class_code = function->class_code;
	record->vendor = function->vendor;
	record->device = function->device;
}

/* The record first, whole, its sequence last of all; only then does the header count it.
 */
static void append(struct trace *trace, struct trace_record *record)
{
	struct trace_record *slot;
	uint64_t sequence;

	if (!trace->header)
		return;
	sequence = __atomic_load_n(&trace->header->next_sequence, __ATOMIC_ACQUIRE);
	slot = &trace->records[sequence % TRACE_SLOTS];
	record->sequence = UINT64_MAX;
	*slot = *record;
	__atomic_store_n(&slot->sequence, sequence, __ATOMIC_RELEASE);
	__atomic_store_n(&trace->header->next_sequence, sequence + 1, __ATOMIC_RELEASE);
}

/* A console takes escapes as commands; names of drivers and words of the command line may
 * have any bytes. One line stays one. */
static void make_printable(char *line)
{
	for (; *line; line++) {
		if (*line < ' ' || *line > '~')
			*line = '?';
	}
}

/* "<5>gpupass: win11 0000:83:00.0: taken: 4 functions (errno 22)" */
static void mirror(struct trace *trace, const struct trace_record *record,
		   const struct trace_about *about, const char *phrase, const char *text)
{
	char line[KMSG_SIZE], address[PCI_ADDRESS_SIZE + 1] = "", error[24] = "";

	if (about->function) {
		address[0] = ' ';
		pci_format_address(&about->function->address, address + 1);
	}
	if (about->error)
		sys_format(error, sizeof(error), " (errno %d)", about->error);
	sys_format(line, sizeof(line) - 1, "<%d>gpupass:%s%s%s%s %s%s%s%s", record->level,
		   about->card ? " " : "", about->card ? about->card : "", address,
		   about->card || about->function ? ":" : "", phrase, text[0] ? ": " : "",
		   text, error);
	make_printable(line);
	strcat(line, "\n"); /* else it waits in the kernel for its end */
	write_kmsg(trace, line);
	trace_clock(trace); /* a serial console is slow */
}

void trace_add(struct trace *trace, enum trace_event event,
	       const struct trace_about *about, const char *format, ...)
{
	static const struct trace_about nothing;
	struct trace_record record;
	char text[TRACE_TEXT_SIZE + 1];
	const char *phrase;
	va_list arguments;

	memset(&record, 0, sizeof(record));
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	record.time = trace->now;
	record.event = (uint16_t)event;
	record.level = find_event(record.event, &phrase);
	memcpy(record.text, text, strlen(text));
	fill_about(&record, about ? about : &nothing);
	append(trace, &record);
	if (record.level <= KMSG_LEVEL)
		mirror(trace, &record, about ? about : &nothing, phrase, text);
}

void trace_add_kernel_line(struct trace *trace, const struct trace_about *about,
			   const struct kernel_log_line *line)
{
	struct trace_record record;
	size_t length = line->length;

	if (length > sizeof(record.text))
		length = sizeof(record.text);
	memset(&record, 0, sizeof(record));
	record.time = line->has_time ? line->time : trace->now;
	record.event = TRACE_KERNEL;
	record.level = line->level;
	memcpy(record.text, line->text, length);
	fill_about(&record, about);
	append(trace, &record);
}
