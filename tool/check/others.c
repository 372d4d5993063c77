/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs that give the same functions away: driverctl(8), supergfxctl.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/check/check.h"
#include "tool/regular.h"

#define DRIVERCTL   "etc/driverctl.d"
#define SUPERGFX    "etc/supergfxd.conf"
#define CONFIG_SIZE (16 * 1024)

/* The driver that a section wants for a taken function, or NULL. */
static const char *find_wanted(const struct check *check,
			       const struct pci_address *address)
{
	for (unsigned i = 0; i < check->config.conf.rule_count; i++) {
		const struct plan *plan = &check->plans[i];

		if (!plan->refusal && card_index(&plan->card, address) >= 0)
			return plan_driver(
				plan,
				&plan->card.functions[card_index(&plan->card, address)]);
	}
	return NULL;
}

/* One file a device, pci-ADDRESS, with the driver's name in it. */
static void look_at_override(struct check *check, const char *name)
{
	struct check_finding *finding;
	struct pci_address address;
	char path[PATH_MAX], driver[PCI_DRIVER_SIZE] = "";
	const char *wanted;
	bool agrees;

	if (pci_parse_address(name, strlen(name), &address) < 0)
		return;
	wanted = find_wanted(check, &address);
	if (!wanted)
		return;
	snprintf(path, sizeof(path), DRIVERCTL "/pci-%s", name);
	if (regular_read(check->root->fd, path, driver, sizeof(driver)) <= 0)
		return;
	driver[strcspn(driver, "\n")] = '\0';
	agrees = image_same_module(driver, strlen(driver), wanted, strlen(wanted));
	finding = check_add(check, agrees ? CHECK_NOTE : CHECK_ERROR,
			    agrees ? "driverctl-not-needed" : "driverctl",
			    "driverctl wants driver %s for it", driver);
	snprintf(finding->place.path, sizeof(finding->place.path), "%s", path);
	check_set_function(finding, &address);
	check_set_reason(finding,
			 agrees ? "gpupass has given it that driver long before"
				: "udev runs it after gpupass, and it takes the function "
				  "away again");
	/* unset-override would move the function to another driver at once, which can
	 * hang (NVIDIA), or pull it out of a VM. */
	check_set_remedy(finding, "run: rm /%s", path);
}

static void check_driverctl(struct check *check)
{
	char **names;
	int count = lines_names(check->root, DRIVERCTL, "", &names);

	for (int i = 0; i < count; i++) {
		if (strncmp(names[i], "pci-", 4) == 0)
			look_at_override(check, names[i] + 4);
	}
	if (count >= 0)
		lines_free_names(names, count);
}

/* It removes or rebinds the GPU in these modes (supergfxctl's README). */
static void check_supergfx(struct check *check)
{
	static char text[CONFIG_SIZE];
	struct json_object *object, *mode, *vfio;
	const char *name = "";
	struct check_finding *finding;
	bool enabled;

	if (check->config.conf.rule_count == 0 ||
	    regular_read(check->root->fd, SUPERGFX, text, sizeof(text)) < 0)
		return;
	object = json_tokener_parse(text);
	if (json_object_object_get_ex(object, "mode", &mode))
		name = json_object_get_string(mode);
	enabled = json_object_object_get_ex(object, "vfio_enable", &vfio) &&
		  json_object_get_boolean(vfio);
	if (enabled ||
	    (name && (strcmp(name, "Integrated") == 0 || strcmp(name, "Vfio") == 0))) {
		finding = check_add(check, CHECK_WARNING, "supergfxctl",
				    "supergfxctl manages the GPU, too (mode %s%s)",
				    name && name[0] ? name : "unknown",
				    enabled ? ", vfio_enable" : "");
		snprintf(finding->place.path, sizeof(finding->place.path), SUPERGFX);
		check_set_reason(finding, "it moves the card to another driver, or takes "
					  "it off the bus, after gpupass has taken it");
		check_set_remedy(finding,
				 "set its mode to Hybrid and vfio_enable to false, or "
				 "run: systemctl disable --now supergfxd");
	}
	json_object_put(object);
}

void check_others(struct check *check)
{
	check_driverctl(check);
	check_supergfx(check);
	check_proxmox(check);
}
