// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass_native: a native driver that misbehaves. It claims one function, and when it is
 * to give it up, remove() hangs for ever with the device's lock held, or panics, or does
 * as it should.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/string.h>

static char *function = "";
module_param(function, charp, 0);
MODULE_PARM_DESC(function, "address of the function, as 0000:83:00.2");

static char *remove = "";
module_param(remove, charp, 0);
MODULE_PARM_DESC(remove, "what remove() does: hang, panic, or nothing");

static int native_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return strcmp(pci_name(pdev), function) == 0 ? 0 : -ENODEV;
}

static void native_remove(struct pci_dev *pdev)
{
	if (strcmp(remove, "panic") == 0)
		panic("gpupass_native: remove of %s", pci_name(pdev));
	while (strcmp(remove, "hang") == 0) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
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
static int __init native_init(void)
{
	struct pci_dev *pdev = find_function();
	int r;

	if (pdev == NULL)
		return -ENODEV;
	r = pci_register_driver(&driver);
	if (r == 0)
		r = pci_add_dynid(&driver, pdev->vendor, pdev->device,
				  pdev->subsystem_vendor, pdev->subsystem_device, 0, 0,
				  0);
	pci_dev_put(pdev);
	return r;
}

static void __exit native_exit(void)
{
	pci_unregister_driver(&driver);
}

module_init(native_init);
module_exit(native_exit);
MODULE_DESCRIPTION("Test fault: a native driver that misbehaves");
MODULE_LICENSE("GPL");
