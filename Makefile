# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass: all, demo, check, check-fast, bench, lint, format, install, uninstall, clean.
# No configure: what is needed is named in install.sh (./install.sh --needs), the paths below.

VERSION = 0.1.0

DESTDIR =
PREFIX = /usr
# The generators look in one place only, whatever PREFIX is.
INITRAMFS_TOOLS = /usr/share/initramfs-tools
# mkinitcpio's hooks are placed only where it is: make install INITCPIO=y
INITCPIO =
LIBEXEC = /usr/lib/gpupass

BUILD = build
CC = gcc
CC_FUZZ = clang
KLCC = klcc
MUSLCC = musl-gcc

WARNINGS = -Wall -Wextra -Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef
HOST_WARNINGS = $(WARNINGS) -Wshadow -Wpedantic -Wconversion
WERROR =
CPPFLAGS = -I. -DGPUPASS_VERSION='"$(VERSION)"' -D_GNU_SOURCE
CFLAGS = -O2 -g
HARDENING = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -pie -Wl,-z,relro,-z,now
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# Small: nothing that is not called, and no padding between segments.
SMALL = -Os -static -ffunction-sections -fdata-sections -Wl,--gc-sections \
	-Wl,-z,noseparate-code -Wl,-z,common-page-size=16

CORE_SOURCES = $(wildcard hook/core/*.c)
EARLY_SOURCES = $(CORE_SOURCES) $(wildcard hook/early/*.c)
TOOL_COMMON = tool/print.c tool/names.c tool/variable.c tool/ring.c tool/log_message.c \
	tool/log_explain.c
TOOL_BOTH = $(CORE_SOURCES) $(TOOL_COMMON) tool/json.c tool/trace_file.c
LOG_SOURCES = $(sort $(TOOL_BOTH) $(wildcard tool/log_*.c) tool/gpupass_log.c)
GPUPASS_SOURCES = $(sort $(TOOL_BOTH) $(filter-out tool/log_%.c tool/gpupass_log.c,$(wildcard tool/*.c tool/*/*.c)))

LIBS_OF_LOG = $(shell pkg-config --libs json-c) -lm
LIBS_OF_GPUPASS = $(shell pkg-config --libs libkmod libarchive libpci json-c)
LIBS_CFLAGS = $(shell pkg-config --cflags libkmod libarchive libpci json-c)

all: $(BUILD)/gpupass-early $(BUILD)/gpupass $(BUILD)/gpupass-log

# A flavour: one compiler and its options; its objects are in build/objects/FLAVOUR. early is
# what ships in the image: klibc where it is packaged, else musl (make KLCC=musl-gcc).
COMPILE_early = $(KLCC) $(CPPFLAGS) -std=gnu11 $(SMALL) $(WARNINGS) $(WERROR)
COMPILE_musl = $(MUSLCC) $(CPPFLAGS) -std=gnu11 $(SMALL) $(WARNINGS) $(WERROR)
COMPILE_glibc = $(CC) $(CPPFLAGS) -std=gnu11 $(SMALL) $(WARNINGS) $(WERROR)
COMPILE_host = $(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 $(HARDENING) $(HOST_WARNINGS) $(WERROR)
COMPILE_fuzz = $(CC_FUZZ) $(CPPFLAGS) -std=gnu11 -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer $(HOST_WARNINGS) $(WERROR)
COMPILE_asan = $(CC) $(CPPFLAGS) -std=gnu11 -O1 -g $(SANITIZE) $(HOST_WARNINGS) $(WERROR)
FLAVOURS = early musl glibc host asan fuzz
objects = $(2:%.c=$(BUILD)/objects/$(1)/%.o)

define object_rule
$(BUILD)/objects/$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	$$(COMPILE_$(1)) $$(if $$(filter tool/%,$$<),$$(LIBS_CFLAGS)) -MMD -MP -c -o $$@ $$<
endef
$(foreach flavour,$(FLAVOURS),$(eval $(call object_rule,$(flavour))))
-include $(shell find $(BUILD)/objects -name '*.d' 2>/dev/null)

$(BUILD)/gpupass-early: $(call objects,early,$(EARLY_SOURCES))
	$(COMPILE_early) -o $@.debug $^
	strip -o $@ $@.debug

# Not what is installed: musl's is tested, glibc's is there to be compared.
define compared_rule
$(BUILD)/$(1)/gpupass-early: $(call objects,$(1),$(EARLY_SOURCES))
	@mkdir -p $$(@D)
	$$(COMPILE_$(1)) -o $$@ $$^
	strip $$@
endef
$(foreach flavour,musl glibc,$(eval $(call compared_rule,$(flavour))))

$(BUILD)/asan/gpupass-early: $(call objects,asan,$(EARLY_SOURCES))
	@mkdir -p $(@D)
	$(COMPILE_asan) -o $@ $^

$(BUILD)/gpupass: $(call objects,host,$(GPUPASS_SOURCES))
	$(COMPILE_host) -o $@ $^ $(LIBS_OF_GPUPASS)

$(BUILD)/gpupass-log: $(call objects,host,$(LOG_SOURCES))
	$(COMPILE_host) -o $@ $^ $(LIBS_OF_LOG)

$(BUILD)/asan/gpupass-log: $(call objects,asan,$(LOG_SOURCES))
	@mkdir -p $(@D)
	$(COMPILE_asan) -o $@ $^ $(LIBS_OF_LOG)

$(BUILD)/asan/gpupass: $(call objects,asan,$(GPUPASS_SOURCES))
	@mkdir -p $(@D)
	$(COMPILE_asan) -o $@ $^ $(LIBS_OF_GPUPASS)

# MODE:SOURCE:PLACE of all that is installed, in the order in which it is placed: what the
# generators call comes last, so that an image that is built meanwhile is a good one.
MAN_PAGES = $(wildcard conf/man/*.[1-9])
MAN = $(PREFIX)/share/man
TMPFILES = /usr/lib/tmpfiles.d/gpupass.conf
UDEV_RULES = /usr/lib/udev/rules.d/70-gpupass.rules
POST_UPDATE = /etc/initramfs/post-update.d/zz-gpupass
DRACUT = /usr/lib/dracut/modules.d/50gpupass
UNITS = /usr/lib/systemd/system
SERVICES = gpupass-good.service gpupass-guard.service gpupass-ready.service gpupass-ready.target
# Completions; the places are Debian's, packagers of others set them.
BASH_COMPLETIONS = $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS = $(PREFIX)/share/zsh/vendor-completions
FISH_COMPLETIONS = $(PREFIX)/share/fish/vendor_completions.d
COMPLETED = gpupass gpupass-log
completions = 644:conf/completions/$(1).bash:$(BASH_COMPLETIONS)/$(1) \
	644:conf/completions/$(1).zsh:$(ZSH_COMPLETIONS)/_$(1) \
	644:conf/completions/$(1).fish:$(FISH_COMPLETIONS)/$(1).fish
FILLED = $(BUILD)/filled
# The hook looks for the unit in this place alone. Last, what names the hook: without the hook
# mkinitcpio would call that an error.
INITCPIO_CONF = /etc/mkinitcpio.conf.d/zz-gpupass.conf
INITCPIO_FILES = 644:hook/dracut/gpupass.service:/usr/lib/initcpio/gpupass.service \
	755:hook/mkinitcpio/hook:/usr/lib/initcpio/hooks/gpupass \
	755:$(FILLED)/hook/mkinitcpio/install:/usr/lib/initcpio/install/gpupass \
	644:hook/mkinitcpio/conf:$(INITCPIO_CONF)
INITCPIO_PLACES = $(foreach file,$(INITCPIO_FILES),$(call place,$(file)))
FILES = 755:$(BUILD)/gpupass-early:$(LIBEXEC)/gpupass-early \
	755:$(BUILD)/gpupass:$(PREFIX)/sbin/gpupass \
	755:$(BUILD)/gpupass-log:$(PREFIX)/bin/gpupass-log \
	$(foreach page,$(MAN_PAGES),644:$(page):$(MAN)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	$(foreach name,$(COMPLETED),$(call completions,$(name))) \
	644:conf/gpupass.tmpfiles:$(TMPFILES) \
	644:conf/gpupass.rules:$(UDEV_RULES) \
	$(foreach unit,$(SERVICES),644:$(FILLED)/conf/$(unit):$(UNITS)/$(unit)) \
	755:hook/dracut/gpupass-hook.sh:$(DRACUT)/gpupass-hook.sh \
	644:hook/dracut/gpupass.service:$(DRACUT)/gpupass.service \
	755:$(FILLED)/hook/dracut/module-setup.sh:$(DRACUT)/module-setup.sh \
	755:$(FILLED)/hook/initramfs-tools/hook:$(INITRAMFS_TOOLS)/hooks/gpupass \
	755:$(FILLED)/hook/initramfs-tools/init-top:$(INITRAMFS_TOOLS)/scripts/init-top/00-gpupass \
	755:$(FILLED)/hook/initramfs-tools/post-update:$(POST_UPDATE) \
	$(if $(INITCPIO),$(INITCPIO_FILES))
mode = $(word 1,$(subst :, ,$(1)))
source = $(word 2,$(subst :, ,$(1)))
place = $(word 3,$(subst :, ,$(1)))
# Units are enabled as a package would have them, by the link that their [Install] asks for.
# gpupass-ready.target is wanted by whoever is to come after it, and by nobody else.
WANTED = multi-user.target.wants/gpupass-good.service sysinit.target.wants/gpupass-guard.service
CONFIGURATION = /etc/gpupass.conf
PLACES = $(foreach file,$(FILES),$(call place,$(file)))
INSTALLED = $(PLACES) $(addprefix $(UNITS)/,$(WANTED))
new = $(DESTDIR)$(dir $(1)).$(notdir $(1)).new
# Between two lines of a recipe.
define newline


endef

# Directories that install makes, so that uninstall takes away these and no other: an empty
# one may be another package's. A package has no such list, its manager knows.
RECORD = $(if $(DESTDIR),,$(LIBEXEC)/directories)
NEW = $(foreach path,$(PLACES) $(INITCPIO_PLACES) $(CONFIGURATION) $(RECORD),$(call new,$(path)))

record-directories:
	$(if $(RECORD),made=$$(for path in $(sort $(dir $(INSTALLED))); do \
		path=$${path%/}; \
		while [ -n "$$path" ] && [ ! -e "$(DESTDIR)$$path" ]; do \
			echo "$$path"; path=$${path%/*}; \
		done; \
	done) && mkdir -p $(DESTDIR)$(dir $(RECORD)) && \
	{ cat $(DESTDIR)$(RECORD) 2>/dev/null; echo "$$made"; } | LC_ALL=C sort -u | \
		sed '/^$$/d' >$(call new,$(RECORD)) && \
	mv -f $(call new,$(RECORD)) $(DESTDIR)$(RECORD))

# PREFIX may be another one than the last time.
$(FILLED)/%: % always
	@mkdir -p $(@D)
	sed 's|@SBINDIR@|$(PREFIX)/sbin|' $< >$@.new && mv -f $@.new $@

# All of it, each file beside the one that it replaces.
staged: all record-directories $(filter $(FILLED)/%,$(foreach file,$(FILES),$(call source,$(file))))
	$(foreach file,$(FILES),install -D -m $(call mode,$(file)) $(call source,$(file)) \
		$(call new,$(call place,$(file)))$(newline))
	test -e $(DESTDIR)$(CONFIGURATION) || test -L $(DESTDIR)$(CONFIGURATION) || \
		install -D -m 644 conf/gpupass.conf $(call new,$(CONFIGURATION))

# First room for everything, then a rename for each: where there is none nothing changes, and a
# program or a hook is the old one or the new one, never half of it. On disk before that: a power
# cut may come.
install: all
	$(MAKE) --no-print-directory staged || { rm -f $(NEW); exit 1; }
	$(if $(DESTDIR),,sync -f $(LIBEXEC) /etc)
	mv -n $(call new,$(CONFIGURATION)) $(DESTDIR)$(CONFIGURATION) 2>/dev/null || \
		test -e $(DESTDIR)$(CONFIGURATION) || test -L $(DESTDIR)$(CONFIGURATION)
	rm -f $(call new,$(CONFIGURATION))
	$(foreach unit,$(WANTED),mkdir -p $(DESTDIR)$(UNITS)/$(dir $(unit)) && \
		ln -sfn ../$(notdir $(unit)) $(DESTDIR)$(UNITS)/$(unit)$(newline))
	$(foreach path,$(PLACES),mv -f $(call new,$(path)) $(DESTDIR)$(path)$(newline))

# Called by the generators: the first to go.
HOOKS = $(INITCPIO_CONF) $(INITCPIO_PLACES) \
	$(INITRAMFS_TOOLS)/hooks/gpupass $(INITRAMFS_TOOLS)/scripts/init-top/00-gpupass \
	$(POST_UPDATE) $(DRACUT)/module-setup.sh

uninstall-hooks:
	rm -f $(addprefix $(DESTDIR),$(HOOKS))

# The configuration stays: it is the user's.
uninstall: uninstall-hooks
	rm -f $(addprefix $(DESTDIR),$(INSTALLED)) $(NEW)
	$(if $(RECORD),made=$$(LC_ALL=C sort -r $(DESTDIR)$(RECORD) 2>/dev/null); \
		rm -f $(DESTDIR)$(RECORD); \
		for path in $$made; do rmdir "$(DESTDIR)$$path" 2>/dev/null || true; done)
	for path in $(LIBEXEC) $(DRACUT); do \
		rmdir "$(DESTDIR)$$path" 2>/dev/null || true; \
	done

.PHONY: staged record-directories always

# A Debian package, with the tools that install.sh --needs deb names; its files are conf/debian.
# What it is built from is copied: the top level stays as it is.
DEB = $(BUILD)/deb/gpupass-$(VERSION)
DEB_FILES = COPYING Makefile README.md conf hook install.sh tool

deb:
	@command -v dh >/dev/null || { echo "make deb needs: $$(./install.sh --needs deb | paste -sd" ")" >&2; exit 1; }
	rm -rf $(BUILD)/deb
	mkdir -p $(DEB)
	cp -r $(DEB_FILES) $(DEB)/
	mv $(DEB)/conf/debian $(DEB)/
	sed 's/@VERSION@/$(VERSION)/; s/@DATE@/$(shell LC_ALL=C date -u -R -d @$(DEB_TIME))/' \
		conf/debian/changelog >$(DEB)/debian/changelog
	cd $(DEB) && dpkg-buildpackage --build=binary --no-sign
	ln -f $(BUILD)/deb/gpupass_$(VERSION)_*.deb $(BUILD)/

# Of the newest file that goes into it, so that one tree gives one package.
DEB_TIME = $(shell find $(DEB_FILES) -type f -printf '%T@\n' | sort -n | tail -n 1 | cut -d. -f1)

.PHONY: deb

# Unit tests: a program for each tests/unit/test_*.c, linked with what does no I/O of its own.
# cmocka's tests take a state that few of them use.
UNIT_SOURCES = $(CORE_SOURCES) $(TOOL_COMMON) tool/log_text.c tool/log_plot.c tool/log_plot_draw.c \
	tool/boot_images.c tool/conf_text.c tool/generator.c tool/lines.c tool/regular.c
UNIT_OBJECTS = $(call objects,asan,$(UNIT_SOURCES))
UNIT_TESTS = $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))

$(BUILD)/unit/test_%: tests/unit/test_%.c $(UNIT_OBJECTS) Makefile
	@mkdir -p $(@D)
	$(COMPILE_asan) -Wno-unused-parameter -o $@ $< $(UNIT_OBJECTS) -lcmocka -lm

unit: $(UNIT_TESTS)
	@status=0; for test in $(UNIT_TESTS); do \
		CMOCKA_MESSAGE_OUTPUT=TAP $$test || status=1; done; exit $$status

# Writes the traces of tests/cli/log from words.
$(BUILD)/mktrace: $(call objects,host,tests/cli/mktrace.c $(CORE_SOURCES))
	$(COMPILE_host) -o $@ $^

# Any bytes to whatever reads some, for so long each (tests/fuzz/run). What is found stays in
# build/fuzz.
SECONDS = 60
FUZZ_TARGETS = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_OBJECTS = $(call objects,fuzz,$(UNIT_SOURCES))

$(BUILD)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_OBJECTS) Makefile
	@mkdir -p $(@D)
	$(COMPILE_fuzz) -fsanitize=fuzzer -MMD -MP -o $@ $< $(FUZZ_OBJECTS) -lm

-include $(wildcard $(FUZZ_TARGETS:=.d))

fuzz: $(FUZZ_TARGETS) $(BUILD)/mktrace $(BUILD)/mkguard
	tests/fuzz/run --seconds $(SECONDS)

# Writes the guard's variable, for tests/cli/status.
$(BUILD)/mkguard: $(call objects,host,tests/cli/mkguard.c $(CORE_SOURCES))
	$(COMPILE_host) -o $@ $^

# tests/cli: makes fixtures; plays the kernel behind them; tries the second.
$(BUILD)/machine: $(wildcard tests/cli/machine/*.c tests/cli/machine/*.h) Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 $(HOST_WARNINGS) $(WERROR) -o $@ $(filter %.c,$^)

$(BUILD)/generated/syscall-names.h: Makefile
	@mkdir -p $(@D)
	echo "#include <sys/syscall.h>" | $(CC) -dM -E - | \
		sed -n "s/^#define __NR_\([a-z0-9_]*\) [0-9].*/[__NR_\1] = \"\1\",/p" >$@

$(BUILD)/sysfs-kernel: $(wildcard tests/cli/kernel/*.c tests/cli/kernel/*.h) \
		$(BUILD)/generated/syscall-names.h Makefile
	$(CC) $(CPPFLAGS) -I$(BUILD)/generated $(CFLAGS) -std=gnu11 $(HOST_WARNINGS) $(WERROR) \
		-o $@ $(filter %.c,$^)

$(BUILD)/poke: tests/cli/poke.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 $(HOST_WARNINGS) $(WERROR) -static -o $@ $<

# Runs in a booted host of tests/vm, whatever libc that has.
$(BUILD)/sweep: $(wildcard tests/faults/*.c tests/faults/*.h) tests/cli/kernel/tracee.c \
		tests/cli/kernel/tree.c $(BUILD)/generated/syscall-names.h Makefile
	$(CC) $(CPPFLAGS) -I$(BUILD)/generated $(CFLAGS) -std=gnu11 $(HOST_WARNINGS) $(WERROR) \
		-static -o $@ $(filter %.c,$^)

# A guest's kernel for tests/vm: 32 bits, nothing below it.
$(BUILD)/guest: tests/vm/guest/guest.c Makefile
	@mkdir -p $(@D)
	$(CC) -m32 -std=gnu11 -Os $(WARNINGS) $(WERROR) -ffreestanding -fno-pic -no-pie \
		-fno-stack-protector -fcf-protection=none -mgeneral-regs-only -nostdlib -static \
		-Wl,--build-id=none,-Ttext-segment=0x100000,-z,noseparate-code -o $@ $<

# tests/bench: tables and JSON from what its parts print.
$(BUILD)/bench-report: tests/bench/report.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 $(HARDENING) $(HOST_WARNINGS) $(WERROR) \
		$(LIBS_CFLAGS) -o $@ $< $(shell pkg-config --libs json-c)

# Run in a booted host, or in its boot image.
$(BUILD)/floor: tests/bench/floor.c Makefile
	$(COMPILE_early) -o $@ $<
	strip $@

$(BUILD)/stopwatch: tests/bench/stopwatch.c Makefile
	$(CC) $(CPPFLAGS) $(CFLAGS) -std=gnu11 $(HOST_WARNINGS) $(WERROR) -static -o $@ $<

bench-programs: all $(addprefix $(BUILD)/,bench-report stopwatch floor machine sysfs-kernel mktrace \
	musl/gpupass-early glibc/gpupass-early)

bench:
	tests/bench/run

.PHONY: unit fuzz bench bench-programs
.SECONDARY: $(UNIT_OBJECTS) $(FUZZ_OBJECTS)

# Everything that tests/run runs, built and not run.
tests: all unit-tests $(addprefix $(BUILD)/,asan/gpupass-early asan/gpupass asan/gpupass-log \
	musl/gpupass-early bench-report mktrace mkguard machine sysfs-kernel poke sweep guest) $(FUZZ_TARGETS)
fast-tests: all unit-tests $(addprefix $(BUILD)/,bench-report mktrace mkguard machine sysfs-kernel musl/gpupass-early)
unit-tests: $(UNIT_TESTS)

# For tests/lint/analyzer.t.
analyzed: $(call objects,host,$(sort $(EARLY_SOURCES) $(GPUPASS_SOURCES) $(LOG_SOURCES)))

check:
	tests/run

# Without the tests that build or boot an image, and of cli a sample: tests/run takes all.
check-fast:
	FAST=1 tests/run lint unit cli

# The long versions; hours.
soak:
	tests/soak

lint:
	LONG=1 tests/run lint

demo:
	./install.sh --demo

format:
	find hook tool tests -name '*.[ch]' -exec clang-format -i {} +

.PHONY: tests fast-tests unit-tests analyzed check check-fast soak lint demo format

clean:
	rm -rf $(BUILD)

.PHONY: all clean install uninstall uninstall-hooks
