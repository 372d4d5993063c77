// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass_hang: a step that never comes back. The Nth time that gpupass-early comes to a
 * built-in function of the kernel, it waits there for ever and cannot be killed, with
 * whatever locks its callers hold. With a DEVICE only calls count whose first argument is
 * that device: pci_device_remove/0000:83:00.1 is one hung remove(), whoever the driver.
 *
 * A probe's handler may not sleep; it lets the call go on elsewhere (as the kernel's own
 * lib/error-inject.c and kernel/fail_function.c do), and there it may.
 */
#include <linux/device.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

static char *at = "";
module_param(at, charp, 0);
MODULE_PARM_DESC(at, "SYMBOL[/DEVICE]");

static int nth = 1;
module_param(nth, int, 0);
MODULE_PARM_DESC(nth, "which of these calls");

static char copy[128];
static char *device;

static void hang(void)
{
	pr_emerg("gpupass_hang: hangs at %s\n", at);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
}

static bool is_ours(struct pt_regs *regs)
{
	if (strcmp(current->comm, "gpupass-early") != 0)
		return false;
	return device == NULL ||
	       strcmp(dev_name((void *)regs_get_kernel_argument(regs, 0)), device) == 0;
}

/* 1: the call goes on at the new place. */
static int at_entry(struct kprobe *probe, struct pt_regs *regs)
{
	if (!is_ours(regs) || --nth != 0)
		return 0;
	instruction_pointer_set(regs, (unsigned long)hang);
	return 1;
}

/* That there is one keeps the kernel from turning the probe into a jump, from which no
 * call can go on elsewhere. */
static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probe = {.pre_handler = at_entry, .post_handler = after};

static int parse(void)
{
	device = copy;
	if (strscpy(copy, at, sizeof(copy)) < 0)
		return -EINVAL;
	probe.symbol_name = strsep(&device, "/");
	return 0;
}

static int __init hang_init(void)
{
	int r = parse();

	return r < 0 ? r : register_kprobe(&probe);
}

static void __exit hang_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(hang_init);
module_exit(hang_exit);
MODULE_DESCRIPTION("Test fault: a step that never comes back");
MODULE_LICENSE("GPL");
