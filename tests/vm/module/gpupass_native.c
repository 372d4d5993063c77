// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass_native: a native driver that misbehaves. It claims one function. When it is to
 * give it up, remove(), which cannot return an error,
 *	hang	hangs for ever, with the device's lock held
 *	slow	takes 30 s, in which nobody can kill whoever waits
 *	oops	dies, and the device's lock is never given up
 *	panic	takes the whole kernel with it
 *	busy	returns and leaves the function's memory regions claimed
 * or does as it should. With probe=hang it is never through with claiming it: whoever
 *wants the device's lock waits for ever.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/string.h>

static char *function = "";
module_param(function, charp, 0);
MODULE_PARM_DESC(function, "address of the function, as 0000:83:00.2");

static char *remove = "";
module_param(remove, charp, 0);
MODULE_PARM_DESC(remove, "what remove() does: hang, slow, oops, panic, busy, or nothing");

static char *probe = "";
module_param(probe, charp, 0);
MODULE_PARM_DESC(probe, "what probe() does: hang, or as it should");

#define SLOW_MS 30000

static DECLARE_COMPLETION(probing);

static void hang(void)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
}

static int native_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	if (strcmp(pci_name(pdev), function) != 0)
		return -ENODEV;
	complete(&probing);
	if (strcmp(probe, "hang") == 0)
		hang();
	return strcmp(remove, "busy") == 0 ? pci_request_regions(pdev, KBUILD_MODNAME)
					   : 0;
}

static void native_remove(struct pci_dev *pdev)
{
	if (strcmp(remove, "panic") == 0)
		panic("gpupass_native: remove of %s", pci_name(pdev));
	BUG_ON(strcmp(remove, "oops") == 0);
	if (strcmp(remove, "hang") == 0)
		hang();
	if (strcmp(remove, "slow") == 0)
		msleep(SLOW_MS);
}

static struct pci_driver driver = {
	.name = "gpupass_native",
	.probe = native_probe,
	.remove = native_remove,
};

static struct pci_dev *find_function(void)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev)
	{
		if (strcmp(pci_name(pdev), function) == 0)
			break;
	}
	return pdev;
}

/* No other device is ever tried: the driver knows no ID but this function's. */
static int claim(void *data)
{
	struct pci_dev *pdev = data;
	int r = pci_add_dynid(&driver, pdev->vendor, pdev->device, pdev->subsystem_vendor,
			      pdev->subsystem_device, 0, 0, 0);

	pci_dev_put(pdev);
	return r;
}

/* A probe() that hangs does so in a thread of its own, and has begun when this returns.
 */
static int __init native_init(void)
{
	struct pci_dev *pdev = find_function();
	struct task_struct *thread;
	int r;

	if (pdev == NULL)
		return -ENODEV;
	r = pci_register_driver(&driver);
	if (r < 0)
		return r;
	if (strcmp(probe, "hang") != 0)
		return claim(pdev);
	thread = kthread_run(claim, pdev, "gpupass_native");
	if (IS_ERR(thread)) {
		pci_unregister_driver(&driver);
		return PTR_ERR(thread);
	}
	wait_for_completion(&probing);
	return 0;
}

static void __exit native_exit(void)
{
	pci_unregister_driver(&driver);
}

module_init(native_init);
module_exit(native_exit);
MODULE_DESCRIPTION("Test fault: a native driver that misbehaves");
MODULE_LICENSE("GPL");
