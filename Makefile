# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass: all, demo, check, check-fast, lint, format, install, uninstall, clean.
# No configure: what is needed is named in install.sh (./install.sh --needs), the paths below.

VERSION = 0.1.0

DESTDIR =
PREFIX = /usr
# The generators look in one place only, whatever PREFIX is.
INITRAMFS_TOOLS = /usr/share/initramfs-tools
LIBEXEC = /usr/lib/gpupass

BUILD = build
CC = gcc
KLCC = klcc
MUSLCC = musl-gcc

WARNINGS = -Wall -Wextra -Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef
HOST_WARNINGS = $(WARNINGS) -Wshadow -Wpedantic -Wconversion
WERROR =
CPPFLAGS = -I. -DGPUPASS_VERSION='"$(VERSION)"' -D_GNU_SOURCE
CFLAGS = -O2 -g
HARDENING = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -pie -Wl,-z,relro,-z,now
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

CORE_SOURCES = $(wildcard hook/core/*.c)
EARLY_SOURCES = $(CORE_SOURCES) $(wildcard hook/early/*.c)
TOOL_COMMON = tool/print.c tool/names.c
LOG_SOURCES = $(CORE_SOURCES) $(TOOL_COMMON) tool/ring.c tool/gpupass_log.c
GPUPASS_SOURCES = $(CORE_SOURCES) $(TOOL_COMMON) \
	$(filter-out $(TOOL_COMMON) tool/ring.c tool/gpupass_log.c,$(wildcard tool/*.c))
HEADERS = $(wildcard hook/core/*.h hook/early/*.h tool/*.h)

LOG_LIBS = $(shell pkg-config --cflags --libs json-c)
GPUPASS_LIBS = $(shell pkg-config --cflags --libs libkmod libarchive)

all: $(BUILD)/gpupass-early $(BUILD)/gpupass $(BUILD)/gpupass-log

# What ships in the image: klibc where it is packaged, else musl (make KLCC=musl-gcc).
$(BUILD)/gpupass-early: $(EARLY_SOURCES) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(KLCC) $(CPPFLAGS) -std=gnu11 -Os -static $(WARNINGS) $(WERROR) -o $@.debug $(EARLY_SOURCES)
	strip -o $@ $@.debug

$(BUILD)/musl/gpupass-early: $(EARLY_SOURCES) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(MUSLCC) $(CPPFLAGS) -std=gnu11 -Os -static $(WARNINGS) $(WERROR) -o $@ $(EARLY_SOURCES)
	strip $@

$(BUILD)/asan/gpupass-early: $(EARLY_SOURCES) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 -O1 -g $(SANITIZE) $(HOST_WARNINGS) $(WERROR) -o $@ $(EARLY_SOURCES)

$(BUILD)/gpupass: $(GPUPASS_SOURCES) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 $(HARDENING) $(HOST_WARNINGS) $(WERROR) -o $@ \
		$(GPUPASS_SOURCES) $(GPUPASS_LIBS)

$(BUILD)/gpupass-log: $(LOG_SOURCES) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 $(HARDENING) $(HOST_WARNINGS) $(WERROR) -o $@ \
		$(LOG_SOURCES) $(LOG_LIBS)

$(BUILD)/asan/gpupass-log: $(LOG_SOURCES) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 -O1 -g $(SANITIZE) $(HOST_WARNINGS) $(WERROR) -o $@ \
		$(LOG_SOURCES) $(LOG_LIBS)

$(BUILD)/asan/gpupass: $(GPUPASS_SOURCES) $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 -O1 -g $(SANITIZE) $(HOST_WARNINGS) $(WERROR) -o $@ \
		$(GPUPASS_SOURCES) $(GPUPASS_LIBS)

clean:
	rm -rf $(BUILD)

.PHONY: all clean
