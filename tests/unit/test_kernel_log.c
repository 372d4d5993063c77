/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's lines: real ones, in old and new wordings, as users pasted them into
 * public issue threads, and lines of the same boots that are somebody else's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hook/core/kernel_log.h"

#define G KERNEL_LOG_GENERAL
#define F KERNEL_LOG_FUNCTION
#define O KERNEL_LOG_OTHER

/* The functions of the story: those that the lines below name. */
static const char *const functions[] = {
	"0000:01:00.0", "0000:01:00.1", "0000:08:00.0", "0001:01:00.0", "0000:42:00.0",
	"0000:0a:00.0", "0000:c3:00.0", "0000:b3:00.0", "0000:05:00.0", "0000:05:00.3",
	"0000:04:00.1", "0000:0b:00.0", "0000:8a:00.0", "0000:01:00.3", "0000:83:00.0",
};

static const struct {
	enum kernel_log_interest interest;
	const char *text;
} lines[] = {
	/* vfio and vgaarb */
	{G, "VFIO - User Level meta-driver version: 0.3"},
	{G, "vfio_pci: add [10de:174d[ffffffff:ffffffff]] class 0x000000/00000000"},
	{G, "vfio_pci: add [1002:679a[ffff:ffff]] class 0x000000/00000000"},
	{F, "vfio-pci 0000:08:00.0: vgaarb: changed VGA decodes: "
	    "olddecodes=io+mem,decodes=none:owns=none"},
	{F, "vfio-pci 0000:01:00.0: vgaarb: changed VGA decodes: "
	    "olddecodes=io+mem,decodes=io+mem:owns=io+mem"},
	{F, "vfio-pci 0000:01:00.0: vgaarb: VGA decodes changed: "
	    "olddecodes=none,decodes=io+mem:owns=none"},
	{G, "vgaarb: deactivate vga console"},
	{F, "pci 0000:01:00.0: vgaarb: setting as boot VGA device"},
	{F, "pci 0000:01:00.0: vgaarb: bridge control possible"},
	{F, "pci 0000:01:00.0: vgaarb: VGA device added: "
	    "decodes=io+mem,owns=io+mem,locks=none"},
	{F, "vfio-pci 0000:01:00.0: vfio_ecap_init: hiding ecap 0x1e@0x258"},
	{F, "vfio-pci 0000:0b:00.0: enabling device (0002 -> 0003)"},
	{F, "vfio-pci: probe of 0000:01:00.0 failed with error -22"},
	{F, "vfio-pci 0001:01:00.0: probe with driver vfio-pci failed with error -22"},
	{G, "vfio-pci 0000:99:00.0: Invalid PCI ROM header signature: expecting 0xaa55, "
	    "got 0x0000"},
	/* framebuffer and BARs */
	{F, "pci 0000:42:00.0: BAR 3: assigned to efifb"},
	{F, "pci 0000:0a:00.0: BAR 1: assigned to efifb"},
	{G, "efifb: framebuffer at 0x91000000, using 5120k, total 5120k"},
	{G, "efifb: mode is 1280x1024x32, linelength=5120, pages=1"},
	{G, "(null): BAR has moved, updating efifb address"},
	{G, "efifb: cannot reserve video memory at 0x0"},
	{G, "[drm] Initialized simpledrm 1.0.0 for simple-framebuffer.0 on minor 0"},
	{G, "blacklisting initcall sysfb_init"},
	{G, "Console: switching to colour dummy device 80x25"},
	{F, "vfio-pci 0000:c3:00.0: BAR 0: can't reserve [mem 0x2800000000-0x2fffffffff "
	    "64bit pref]"},
	{F, "vfio-pci 0000:b3:00.0: BAR 1: can\xe2\x80\x99t reserve [mem "
	    "0xe0000000-0xefffffff]"},
	{F, "vfio-pci 0000:01:00.0: BAR 1: can't reserve [mem 0x90000000-0x9fffffff "
	    "64bit pref]"},
	{F, "vfio-pci 0000:05:00.0: BAR 0: can't reserve [mem 0xd0000000-0xdfffffff "
	    "64bit pref]"},
	/* IOMMU */
	{G, "DMAR: IOMMU enabled"},
	{G, "DMAR-IR: IOAPIC id 2 under DRHD base 0xfed91000 IOMMU 0"},
	{G, "DMAR: Intel-IOMMU force enabled due to platform opt in"},
	{G, "iommu: Default domain type: Passthrough (set via kernel command line)"},
	{G, "iommu: Default domain type: Translated"},
	{G, "iommu: DMA domain TLB invalidation policy: lazy mode"},
	{O, "Command line: ro gpupass.card=0000:83:00.0 DMAR"},
	{O, "Kernel command line: ro gpupass.card=0000:83:00.0 quiet"},
	{O,
	 "Unknown kernel command line parameters \"gpupass_client=0000:83:00.0\", will "
	 "be passed to user space."},
	{O, "pci 0000:00:01.0: Adding to iommu group 1"},
	{F, "pci 0000:83:00.0: Adding to iommu group 14"},
	{G, "AMD-Vi: IOMMU performance counters supported"},
	{G, "AMD-Vi: Interrupt remapping enabled"},
	{G, "AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x001e address=0x1da414000 "
	    "flags=0x0050]"},
	{F, "vfio-pci 0000:04:00.1: DMAR: Device is ineligible for IOMMU domain attach "
	    "due to "
	    "platform RMRR requirement.  Contact your platform vendor."},
	{G, "DMAR: Intel-IOMMU: assuming all RMRRs are relaxable. This can lead to "
	    "instability"},
	/* power and reset */
	{F, "pci 0000:01:00.1: D0 power state depends on 0000:01:00.0"},
	{F,
	 "vfio-pci 0000:01:00.0: Unable to change power state from D3cold to D0, device "
	 "inaccessible"},
	{F,
	 "vfio-pci 0000:01:00.0: timed out waiting for pending transaction; performing "
	 "function level reset anyway"},
	{F, "pciback 0000:0b:00.0: timed out waiting for pending transaction: performing "
	    "function level reset anyway"},
	{F, "vfio-pci 0000:01:00.0: not ready 1023ms after FLR; waiting"},
	{F, "nvidia 0000:01:00.0: not ready 65535ms after resume; giving up"},
	{F, "vfio-pci 0000:01:00.0: Unsupported reset method 'device_specific'"},
	{F, "NVRM: Attempting to remove device 0000:8a:00.0 with non-zero usage count!"},
	/* neighbours */
	{F, "xhci_hcd 0000:05:00.3: remove, state 4"},
	{O, "usb usb2: USB disconnect, device number 1"},
	{F, "xhci_hcd 0000:05:00.3: USB bus 2 deregistered"},
	{F, "snd_hda_intel 0000:01:00.1: Handle vga_switcheroo audio client"},
	{F, "nvidia-gpu 0000:01:00.3: i2c timeout error e0000000"},
	{O, "ucsi_ccg 8-0008: i2c_transfer failed -110"},
	{F, "pci 0000:01:00.0: [10de:2f04] type 00 class 0x030000 PCIe Legacy Endpoint"},
	/* somebody else's */
	{O, "nvme nvme0: pci function 0000:02:00.0"},
	{O, "EXT4-fs (nvme0n1): mounted filesystem with ordered data mode"},
	{O, "e1000e 0000:00:19.0 eth0: renamed from eno1"},
	{O, "gpupass: win11 0000:83:00.0: read back: driver is vfio-pci"},
	{O, ""},
};

static void test_real_lines(void **state)
{
	struct pci_address addresses[sizeof(functions) / sizeof(functions[0])];
	unsigned count = sizeof(functions) / sizeof(functions[0]);

	(void)state;
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(pci_parse_address(functions[i], 12, &addresses[i]), 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int function;

		if (kernel_log_judge(lines[i].text, strlen(lines[i].text), addresses,
				     count, &function) != lines[i].interest)
			fail_msg("judged wrongly: %s", lines[i].text);
		assert_int_equal(function >= 0, lines[i].interest == F);
		if (function >= 0)
			assert_non_null(strstr(lines[i].text, functions[function]));
	}
}

static void assert_line(const char *text, bool has_time, uint64_t time, int level,
			const char *rest)
{
	size_t length = strlen(text);
	struct kernel_log_line line;

	assert_true(kernel_log_next(&text, &length, &line));
	assert_true(line.time == time);
	assert_int_equal(line.has_time, has_time);
	assert_int_equal(line.level, level);
	assert_int_equal(line.length, strlen(rest));
	assert_memory_equal(line.text, rest, line.length);
}

static void test_prefixes(void **state)
{
	(void)state;
	assert_line("<6>[    1.234567] DMAR: on\n<6>next", true, 1234567000U, 6,
		    "DMAR: on");
	assert_line("<12>[12345.000001] x", true, 12345000001000U, 4, "x");
	assert_line("<5>[    0.000000] Linux version", true, 0, 5, "Linux version");
	assert_line("<3>no time", false, 0, 3, "no time");
	assert_line("nothing", false, 0, 6, "nothing");
	assert_line("<6>[drm] a driver", false, 0, 6, "[drm] a driver");
	assert_line("<6>[    1.2] short", false, 0, 6, "[    1.2] short");
	assert_line("<x>y", false, 0, 6, "<x>y");
	assert_line("<6", false, 0, 6, "<6");
	assert_line("\n", false, 0, 6, "");
}

static void test_records(void **state)
{
	static const char good[] =
		"4,339,5140900,-,caller=T1;vfio-pci: hello\n SUBSYSTEM=pci\n";
	static const char *const bad[] = {"",          ";",         "6,1", "6,1,2",
					  "x,1,2,-;t", "6,1,x,-;t", "6;t"};
	struct kernel_log_line line;

	(void)state;
	assert_true(kernel_log_parse_record(good, strlen(good), &line));
	assert_true(line.time == 5140900000U);
	assert_int_equal(line.level, 4);
	assert_int_equal(line.length, strlen("vfio-pci: hello"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(kernel_log_parse_record(bad[i], strlen(bad[i]), &line));
}

/* Any bytes give lines, and the end is reached. Seeded, so that a failure repeats. */
static void test_any_bytes(void **state)
{
	struct pci_address address = {0, 0x83, 0, 0};
	char bytes[512];

	(void)state;
	srand(1);
	for (int round = 0; round < 2000; round++) {
		const char *rest = bytes;
		size_t length = (size_t)rand() % sizeof(bytes), total = 0;
		struct kernel_log_line line;
		int function;

		for (size_t i = 0; i < length; i++)
			bytes[i] = "<>[]. 0123;,\n\0\x1b\xff"[rand() % 17];
		kernel_log_parse_record(bytes, length, &line);
		while (kernel_log_next(&rest, &length, &line)) {
			kernel_log_judge(line.text, line.length, &address, 1, &function);
			total++;
		}
		assert_true(total <= sizeof(bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_lines),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
