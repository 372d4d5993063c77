/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a rule says where its keys overlap.
 */
#include "hook/core/conf_rule.h"

enum conf_driver conf_driver_of(const struct conf_rule *rule, unsigned function)
{
	return rule->own_driver & 1U << function ? rule->driver_of[function]
						 : rule->driver;
}

const char *conf_driver_name(enum conf_driver driver)
{
	static const char *const names[CONF_DRIVERS] = {
		[CONF_VFIO_PCI] = "vfio-pci",
		[CONF_PCI_STUB] = "pci-stub",
		[CONF_AUTO] = "auto",
	};

	return names[driver];
}
