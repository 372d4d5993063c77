// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass_cut: cuts the power of the emulated machine at an exact step of the kernel: at
 * the Nth time that a built-in function is called, or has returned. QEMU's isa-debug-exit
 * ends QEMU within the instruction, so that nothing is flushed, unmounted or written any
 * more but one line on the console, by which a test knows where it was.
 *
 * Only what is ours is counted: calls from gpupass-early or the PROGRAM that is named; of
 * executions (begin_new_exec), those of the PROGRAM; of writes of EFI variables
 * (virt_efi_set_variable), those of the guard's, whoever writes.
 */
#include <linux/binfmts.h>
#include <linux/io.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#define PORT        0xf4 /* -device isa-debug-exit,iobase=0xf4,iosize=4 */
#define EXIT_STATUS 0x10 /* QEMU's exit status is 2n + 1 */

static char *at = "";
module_param(at, charp, 0);
MODULE_PARM_DESC(at, "SYMBOL[/PROGRAM]:N[:return]");

static char copy[128];
static char *symbol, *program;
static int hits_left;
static bool on_return;

static void cut(void)
{
	pr_emerg("gpupass_cut: the power is cut at %s\n", at);
	outl(EXIT_STATUS, PORT);
}

static bool is_guard_variable(struct pt_regs *regs)
{
	static const char start[] = "GpupassGuard";
	const u16 *name = (const u16 *)regs_get_kernel_argument(regs, 0);
	size_t i;

	for (i = 0; start[i] != '\0'; i++)
		if (name[i] != start[i])
			return false;
	return true;
}

static bool is_execution(struct pt_regs *regs)
{
	const struct linux_binprm *bprm = (void *)regs_get_kernel_argument(regs, 0);

	return program != NULL && strcmp(kbasename(bprm->filename), program) == 0;
}

/* No PROGRAM: the guard's variable has two writers, everything else has one. */
static bool is_ours(struct pt_regs *regs)
{
	if (strcmp(symbol, "begin_new_exec") == 0)
		return is_execution(regs);
	if (strcmp(symbol, "virt_efi_set_variable") == 0 && !is_guard_variable(regs))
		return false;
	if (strcmp(symbol, "virt_efi_set_variable") == 0 && program == NULL)
		return true;
	return strcmp(current->comm, program != NULL ? program : "gpupass-early") == 0;
}

static bool is_the_hit(struct pt_regs *regs)
{
	return is_ours(regs) && --hits_left == 0;
}

static int at_entry(struct kprobe *probe, struct pt_regs *regs)
{
	if (is_the_hit(regs))
		cut();
	return 0;
}

/* Not 0: this call's return is none of ours. */
static int before_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	return !is_the_hit(regs);
}

static int at_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	cut();
	return 0;
}

static struct kprobe probe = {.pre_handler = at_entry};
static struct kretprobe return_probe = {.entry_handler = before_return,
					.handler = at_return};

static int parse(void)
{
	char *rest = copy;
	char *number, *where;

	if (strscpy(copy, at, sizeof(copy)) < 0)
		return -EINVAL;
	program = strsep(&rest, ":");
	symbol = strsep(&program, "/");
	number = strsep(&rest, ":");
	where = strsep(&rest, ":");
	on_return = where != NULL;
	if (number == NULL || kstrtoint(number, 10, &hits_left) < 0 || hits_left < 1 ||
	    (on_return && strcmp(where, "return") != 0))
		return -EINVAL;
	return 0;
}

static int __init cut_init(void)
{
	int r = parse();

	if (r < 0)
		return r;
	probe.symbol_name = symbol;
	return_probe.kp.symbol_name = symbol;
	return on_return ? register_kretprobe(&return_probe) : register_kprobe(&probe);
}

static void __exit cut_exit(void)
{
	if (on_return)
		unregister_kretprobe(&return_probe);
	else
		unregister_kprobe(&probe);
}

module_init(cut_init);
module_exit(cut_exit);
MODULE_DESCRIPTION("Test fault: a power cut at an exact step");
MODULE_LICENSE("GPL");
