/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace_format: the trace on disk, and the one table of events.
 *
 * The early program writes /run/gpupass/trace, gpupass-log reads it. The file is one
 * header of 64 bytes and TRACE_SLOTS records of 256 bytes, all numbers little-endian.
 * A record lives in slot (sequence mod slots); the header's next_sequence counts a
 * record only after the record is complete, so a crash loses at most that one.
 *
 * Nothing in here does I/O.
 */
#ifndef GPUPASS_TRACE_FORMAT_H
#define GPUPASS_TRACE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_PATH        "run/gpupass/trace" /* relative to the root directory */
#define TRACE_MAGIC       "GPUTRACE"          /* 8 bytes, no NUL in the file */
#define TRACE_VERSION     1
#define TRACE_HEADER_SIZE 64
#define TRACE_RECORD_SIZE 256
#define TRACE_SLOTS       512
#define TRACE_FILE_SIZE   (TRACE_HEADER_SIZE + TRACE_SLOTS * TRACE_RECORD_SIZE)
#define TRACE_CARD_SIZE   32  /* bytes of a card's name; NUL-padded, full = no NUL */
#define TRACE_TEXT_SIZE   176 /* bytes of a record's text; NUL-padded, full = no NUL */

struct trace_header {
	char magic[8];
	uint16_t version;
	uint16_t header_size;
	uint16_t record_size;
	uint16_t slots;
	uint8_t boot_id[16];     /* /proc/sys/kernel/random/boot_id as 16 bytes */
	uint64_t next_sequence;  /* records ever written; the first one's number is 0 */
	int64_t realtime_offset; /* CLOCK_REALTIME - CLOCK_MONOTONIC at opening, ns */
	uint8_t reserved[16];    /* zero */
};

/* A record says which function it is about only when TRACE_HAS_FUNCTION is set, and that
 * function's identity only when TRACE_HAS_IDS is set. */
#define TRACE_HAS_FUNCTION 1
#define TRACE_HAS_IDS      2

struct trace_record {
	uint64_t sequence;
	uint64_t time;     /* CLOCK_MONOTONIC, ns: kmsg's clock, give or take */
	uint64_t duration; /* ns the step took; 0 = not a step */
	uint16_t event;    /* enum trace_event */
	uint8_t level;   /* 0-7 as printk: 3 error, 4 warning, 5 notice, 6 information */
	uint8_t flags;   /* TRACE_HAS_* */
	int32_t error;   /* errno as a positive number; 0 = none */
	uint32_t domain; /* PCI domain: more than 16 bits behind Intel VMD */
	uint8_t bus;
	uint8_t devfn; /* device << 3 | function */
	uint8_t reserved[2];
	uint32_t class_code; /* 24 bits: base class, subclass, programming interface */
	uint16_t vendor;
	uint16_t device;
	char card[TRACE_CARD_SIZE]; /* the rule's name; empty = the run as a whole */
	char text[TRACE_TEXT_SIZE]; /* what the event's phrase leaves open */
};

/*
 * The table of events: number, symbol, level, name, phrase.
 *
 * A number is given once and never used for anything else; a reader that does not know
 * one shows the number. The name is what --json and tests see. The phrase is the start
 * of the sentence that people read; the record's text ends it ("PHRASE: TEXT").
 * 1xx the run, 2xx configuration, 3xx what was found, 4xx refusals (decided before
 * anything was touched), 5xx what was done, 6xx the outcome for one card, 7xx lines of
 * the kernel's log, with the kernel's own time and level.
 */
#define TRACE_EVENTS(E)                                                                  \
	E(100, START, 6, "start", "gpupass started")                                     \
	E(101, OFF, 5, "off", "switched off on the kernel command line")                 \
	E(102, DRY_RUN, 5, "dry-run", "dry run, nothing will be changed")                \
	E(103, CRASH_KERNEL, 5, "crash-kernel", "crash kernel, nothing done")            \
	E(104, END, 6, "end", "gpupass ended")                                           \
	E(105, CMDLINE_UNREADABLE, 3, "cmdline-unreadable",                              \
	  "switched off, the kernel command line cannot be read")                        \
	E(106, WORD_UNKNOWN, 3, "word-unknown",                                          \
	  "switched off, an unknown word on the kernel command line")                    \
	E(107, RESCUE, 5, "rescue", "switched off, this boot is for rescue")             \
	E(110, DEADLINE, 3, "deadline", "deadline passed")                               \
	E(111, WORKER_DIED, 3, "worker-died", "the worker died")                         \
	E(112, CONSEQUENCE, 3, "consequence", "until the next reboot")                   \
	E(113, NO_WORKER, 3, "no-worker", "the worker could not be started")             \
	E(114, RESET, 3, "reset", "resetting the machine")                               \
	E(115, NOT_RESET, 3, "not-reset", "the machine could not be reset")              \
	E(116, PRIVILEGES, 4, "privileges", "it keeps more privileges than it needs")    \
	E(120, LAST_WORDS, 3, "last-words", "an earlier boot died")                      \
	E(121, GUARD, 6, "guard", "guard")                                               \
	E(122, GUARD_WRITTEN, 6, "guard-written", "guard written")                       \
	E(123, GUARD_UNAVAILABLE, 5, "guard-unavailable", "no guard")                    \
	E(124, PANIC_SETTINGS, 6, "panic-settings", "a frozen kernel resets itself")     \
	E(125, BOOT_COUNTER, 6, "boot-counter", "systemd-boot counts this boot")         \
	E(200, CONF_READ, 6, "conf-read", "configuration read")                          \
	E(201, CONF_ERROR, 3, "conf-error", "configuration error")                       \
	E(202, CONF_UNREADABLE, 3, "conf-unreadable", "cannot read the configuration")   \
	E(203, CONF_NO_CARD, 5, "conf-no-card", "the configuration names no card")       \
	E(204, CONF_WORDS, 6, "conf-words", "cards of the kernel command line")          \
	E(300, FUNCTION_FOUND, 6, "function-found", "found")                             \
	E(301, FRAMEBUFFER, 6, "framebuffer", "firmware framebuffer")                    \
	E(302, FAREWELL, 3, "farewell", "this console is on this card")                  \
	E(303, KEEP_LIST_MISSING, 4, "keep-list-missing", "no keep list in the image")   \
	E(304, GROUP_SHARED, 4, "group-shared", "its IOMMU group is shared")             \
	E(305, ONLY_KEYBOARD, 4, "only-keyboard", "the only keyboard hangs on it")       \
	E(306, RETURNED, 5, "returned", "came back")                                     \
	E(307, DRIVER_CHOSEN, 6, "driver-chosen", "driver chosen")                       \
	E(400, REFUSED_BROKEN, 3, "refused-broken", "the configuration has an error")    \
	E(401, REFUSED_ABSENT, 3, "refused-absent", "there is no such function")         \
	E(402, REFUSED_IDENTITY, 3, "refused-identity", "something else sits there")     \
	E(403, REFUSED_CLASS, 3, "refused-class", "never taken")                         \
	E(404, REFUSED_KEEP, 3, "refused-keep", "the host runs from it")                 \
	E(405, REFUSED_NO_GROUP, 3, "refused-no-group", "no IOMMU group")                \
	E(406, REFUSED_DRIVER, 3, "refused-driver", "held by a driver")                  \
	E(407, REFUSED_SHARED, 3, "refused-shared", "two sections name one card")        \
	E(408, REFUSED_LATE, 3, "refused-late", "udev has already started")              \
	E(409, REFUSED_MODULES, 3, "refused-modules", "the modules are not there")       \
	E(410, REFUSED_UNREADABLE, 3, "refused-unreadable", "cannot be read")            \
	E(411, REFUSED_KEEP_LIST, 3, "refused-keep-list", "the keep list is broken")     \
	E(412, REFUSED_NO_CARD, 3, "refused-no-card", "no whole card")                   \
	E(413, REFUSED_DISAGREE, 3, "refused-disagree", "the selectors disagree")        \
	E(414, REFUSED_AMBIGUOUS, 3, "refused-ambiguous", "more than one card matches")  \
	E(415, REFUSED_SETTING, 3, "refused-setting", "a setting does not fit")          \
	E(416, REFUSED_USB_DISK, 3, "refused-usb-disk", "a disk hangs on it")            \
	E(417, REFUSED_GUARD, 3, "refused-guard", "the guard is not available")          \
	E(500, MODULE_INSERTED, 6, "module-inserted", "module inserted")                 \
	E(501, MODULE_PRESENT, 6, "module-present", "module already in the kernel")      \
	E(502, MODULE_BUILTIN, 6, "module-builtin", "module built into the kernel")      \
	E(503, MODULE_FAILED, 3, "module-failed", "module not inserted")                 \
	E(504, MODULE_OPTION_DROPPED, 4, "module-option-dropped", "option dropped")      \
	E(510, OVERRIDE_SET, 6, "override-set", "driver_override set")                   \
	E(511, OVERRIDE_FAILED, 3, "override-failed", "driver_override not set")         \
	E(520, UNBOUND, 6, "unbound", "native driver unbound")                           \
	E(521, UNBIND_FAILED, 3, "unbind-failed", "native driver not unbound")           \
	E(524, FRAMEBUFFER_RELEASED, 6, "framebuffer-released",                          \
	  "firmware framebuffer released")                                               \
	E(525, FRAMEBUFFER_HELD, 4, "framebuffer-held",                                  \
	  "firmware framebuffer not released")                                           \
	E(526, SETTING_MADE, 6, "setting-made", "setting")                               \
	E(527, SETTING_FAILED, 3, "setting-failed", "setting not made")                  \
	E(530, BIND_WRITTEN, 6, "bind-written", "bind written")                          \
	E(531, BIND_FAILED, 3, "bind-failed", "bind refused by the kernel")              \
	E(540, VERIFIED, 6, "verified", "read back")                                     \
	E(541, VERIFY_FAILED, 3, "verify-failed", "read back something else")            \
	E(545, BAR_HELD, 3, "bar-held", "no VM can map it")                              \
	E(546, BARS_UNKNOWN, 4, "bars-unknown", "cannot tell who holds its BARs")        \
	E(550, UNDONE, 4, "undone", "given back")                                        \
	E(551, UNDO_FAILED, 3, "undo-failed", "not given back")                          \
	E(552, UNDO_IMPOSSIBLE, 4, "undo-impossible", "cannot be undone")                \
	E(600, TAKEN, 5, "taken", "taken")                                               \
	E(601, REFUSED, 3, "refused", "refused, nothing touched")                        \
	E(602, FAILED, 3, "failed", "failed")                                            \
	E(603, WOULD_TAKE, 5, "would-take", "would be taken")                            \
	E(604, LEFT, 3, "left", "left to the host")                                      \
	E(605, TAKEN_AGAIN, 5, "taken-again", "taken again")                             \
	E(606, NOT_TAKEN_AGAIN, 3, "not-taken-again", "not taken again")                 \
	E(700, KERNEL, 6, "kernel", "kernel")                                            \
	E(701, KERNEL_MORE, 5, "kernel-more", "kernel lines left out")

#define TRACE_ENUM(number, symbol, level, name, phrase) TRACE_##symbol = (number),
enum trace_event { TRACE_EVENTS(TRACE_ENUM) };
#undef TRACE_ENUM

struct trace_event_info {
	uint16_t number;
	uint8_t level;
	const char *name;
	const char *phrase;
};

/* The table's row for number, or NULL when this version does not know it. */
const struct trace_event_info *trace_event_find(uint16_t number);

/* Number of rows, and row i in the table's order (i < trace_event_count()). */
size_t trace_event_count(void);
const struct trace_event_info *trace_event_at(size_t i);

#endif
