// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gpupass_fault: makes vfio-pci's probe of one function fail, as a function without a
 * coherent IOMMU or with a broken power state would. While vfio-pci probes it, the
 * function looks like a bridge, which vfio-pci refuses with -EINVAL before it touches
 * anything (drivers/vfio/pci/vfio_pci_core.c, vfio_pci_core_register_device). Afterwards
 * it is what it was, so that its native driver can have it.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/pci.h>

static char *function = "";
module_param(function, charp, 0);
MODULE_PARM_DESC(function, "address of the function, as 0000:83:00.2");

static int notify(struct notifier_block *block, unsigned long action, void *data)
{
	struct device *dev = data;
	struct pci_dev *pdev = to_pci_dev(dev);

	if (strcmp(pci_name(pdev), function) != 0)
		return NOTIFY_DONE;
	if (action == BUS_NOTIFY_BIND_DRIVER &&
	    strcmp(dev->driver->name, "vfio-pci") == 0)
		pdev->hdr_type = PCI_HEADER_TYPE_BRIDGE;
	if (action == BUS_NOTIFY_DRIVER_NOT_BOUND)
		pdev->hdr_type = PCI_HEADER_TYPE_NORMAL;
	return NOTIFY_DONE;
}

static struct notifier_block block = {.notifier_call = notify};

static int __init fault_init(void)
{
	return bus_register_notifier(&pci_bus_type, &block);
}

static void __exit fault_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &block);
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_DESCRIPTION("Test fault: one function that vfio-pci cannot have");
MODULE_LICENSE("GPL");
