/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision for each rule, with its reason. The checks stand in the order in which a
 * person would ask: is it there, is it not too late, is it the right thing, may it be
 * taken at all, can it be taken now.
 */
#include "hook/core/plan.h"

#include <errno.h>
#include <string.h>

#define CLASS_VGA 0x0300

/* Unbound without a word from the user: each gives its device up cleanly and at once
 * (nvidia-gpu is the I2C side of the card's USB-C port, not the graphics driver). */
static const char *const safe_drivers[] = {
	"xhci_hcd", "ehci-pci", "ohci-pci", "uhci_hcd", "snd_hda_intel", "nvidia-gpu",
};

/* Base classes, and subclasses that are storage or network by another way, or that run
 * the board (PCI Code and ID Assignment Specification 1.16, 1). */
static const struct {
	uint32_t class_code;
	unsigned shift; /* of the class code down to what is compared */
	const char *what;
} forbidden_classes[] = {
	{0x01, 16, "a storage controller"},
	{0x02, 16, "a network controller"},
	{0x06, 16, "a bridge"},
	{0x10, 16, "an encryption controller"},
	{0x0805, 8, "an SD host controller"},
	{0x0c04, 8, "a Fibre Channel controller"},
	{0x0c05, 8, "an SMBus controller"},
	{0x0c06, 8, "an InfiniBand controller"},
	{0x0c07, 8, "an IPMI controller"},
};

static void refuse(struct plan *plan, uint16_t refusal, int about)
{
	plan->refusal = refusal;
	plan->about = about;
}

const char *plan_driver(const struct plan *plan, const struct pci_function *function)
{
	enum conf_driver wanted = conf_driver_of(plan->rule, function->address.function);
	const char *variant = NULL;

	if (wanted != CONF_AUTO)
		return conf_driver_name(wanted);
	if (plan->modules)
		variant = image_find_variant(plan->modules, function);
	return variant ? variant : conf_driver_name(CONF_VFIO_PCI);
}

/* How many functions get the same driver as number first, which is the first of them; 0
 * when it is not. */
static unsigned count_same(const struct plan *plan, unsigned first)
{
	const struct pci_function *functions = plan->card.functions;
	const char *driver = plan_driver(plan, &functions[first]);
	unsigned count = 0;

	for (unsigned i = 0; i < plan->card.count; i++) {
		if (strcmp(plan_driver(plan, &functions[i]), driver) != 0)
			continue;
		if (i < first)
			return 0;
		count++;
	}
	return count;
}

void plan_format_drivers(const struct plan *plan, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < plan->card.count; i++) {
		unsigned count = count_same(plan, i);

		if (count == 0)
			continue;
		sys_format(text + used, size - used, "%s%u%s with %s", used ? ", " : "",
			   count,
			   used         ? ""
			   : count == 1 ? " function"
					: " functions",
			   plan_driver(plan, &plan->card.functions[i]));
		used = strlen(text);
	}
}

static void check_rule(const struct conf *conf, const struct conf_rule *rule,
		       struct plan *plan)
{
	if (conf->refuse_all) {
		refuse(plan, TRACE_REFUSED_BROKEN, -1);
		sys_format(plan->reason, sizeof(plan->reason),
			   "outside the cards' sections, so that none is touched");
	} else if (rule->broken) {
		refuse(plan, TRACE_REFUSED_BROKEN, -1);
		if (rule->line == CONF_COMMAND_LINE)
			sys_format(plan->reason, sizeof(plan->reason),
				   "in its word on the kernel command line");
		else
			sys_format(plan->reason, sizeof(plan->reason),
				   "in the section from line %u on", rule->line);
	}
}

static void check_site(const struct plan_site *site, struct plan *plan)
{
	plan->address = site->address;
	if (!site->refusal)
		return;
	refuse(plan, site->refusal, -1);
	plan->error = site->error;
	sys_format(plan->reason, sizeof(plan->reason), "%s%s%s", site->reason,
		   site->elsewhere[0] ? "; its id is now at " : "", site->elsewhere);
}

/* What card_find's result means to the user, and the event for it. */
static const struct {
	uint16_t refusal;
	const char *reason;
} card_refusals[] = {
	[CARD_ABSENT] = {TRACE_REFUSED_ABSENT, "is not on this machine"},
	[CARD_NO_DISPLAY] =
		{TRACE_REFUSED_NO_CARD,
		 "has no GPU at function 0 of its slot; name what you want with "
		 "functions"},
	[CARD_NOT_OF_IT] =
		{TRACE_REFUSED_NO_CARD,
		 "does not belong to the GPU beside it; name what you want with "
		 "functions"},
	[CARD_NO_SWITCH] = {TRACE_REFUSED_NO_CARD, "is not below a PCIe switch"},
	[CARD_TOO_LARGE] = {TRACE_REFUSED_NO_CARD, "has too many functions around it"},
};

static bool goes_last(const struct card *card, const struct pci_function *function)
{
	for (unsigned i = 0; i < card->count; i++) {
		if (card->functions[i].class_code >> 16 == 0x03)
			return function->class_code >> 16 == 0x03;
	}
	return function->address.function == 0;
}

/* The order of work: what carries the screen last, so that an earlier failure leaves the
 * picture alone. */
static void put_screen_last(struct card *card)
{
	struct card ordered = {0};

	for (int last = 0; last < 2; last++) {
		for (unsigned i = 0; i < card->count; i++) {
			if (goes_last(card, &card->functions[i]) == last)
				ordered.functions[ordered.count++] = card->functions[i];
		}
	}
	*card = ordered;
}

static const struct pci_function *find_function(const struct plan_site *site)
{
	for (unsigned i = 0; i < site->near->count; i++) {
		if (pci_same_address(&site->near->functions[i].address, &site->address))
			return &site->near->functions[i];
	}
	return NULL;
}

/* For the record, where there is no card: what stands in the slot of a function that is
 * absent or cannot be read, else the function at the address. */
static void show_instead(const struct plan_site *site, struct plan *plan)
{
	plan->card.count = 0;
	for (unsigned i = 0; i < site->near->count; i++) {
		const struct pci_function *function = &site->near->functions[i];

		if (plan->found == CARD_ABSENT || plan->found == CARD_UNREADABLE
			    ? pci_same_slot(&function->address, &plan->missing)
			    : pci_same_address(&function->address, &site->address))
			plan->card.functions[plan->card.count++] = *function;
	}
}

static void find_card(const struct plan_site *site, struct plan *plan)
{
	plan->found = card_find(plan->rule, &site->address, site->near, &plan->card,
				&plan->missing);
	if (plan->found != CARD_FOUND)
		show_instead(site, plan);
	put_screen_last(&plan->card);
}

static void refuse_card(const struct plan_site *site, struct plan *plan)
{
	char text[PCI_ADDRESS_SIZE];

	pci_format_address(&plan->missing, text);
	refuse(plan, card_refusals[plan->found].refusal, -1);
	sys_format(plan->reason, sizeof(plan->reason), "%s %s%s%s%s", text,
		   card_refusals[plan->found].reason,
		   plan->found == CARD_ABSENT && site->near->count
			   ? ", though its slot is not empty"
			   : "",
		   site->elsewhere[0] ? "; its id is now at " : "", site->elsewhere);
}

static void refuse_port(const struct topology_near *near, struct plan *plan)
{
	char text[PCI_ADDRESS_SIZE];

	pci_format_address(&near->unknown, text);
	refuse(plan, TRACE_REFUSED_UNREADABLE, -1);
	plan->error = near->error;
	sys_format(plan->reason, sizeof(plan->reason), "attribute %s of %s in sysfs",
		   near->unreadable, text);
}

static void check_readable(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		if (plan->card.functions[i].error == 0)
			continue;
		refuse(plan, TRACE_REFUSED_UNREADABLE, (int)i);
		sys_format(plan->reason, sizeof(plan->reason),
			   "its attribute %s in sysfs",
			   plan->card.functions[i].unreadable);
		plan->error = plan->card.functions[i].error;
		return;
	}
}

static void check_identity(const struct plan_site *site, struct plan *plan)
{
	const struct conf_rule *rule = plan->rule;
	const struct pci_function *found = find_function(site);
	char there[32] = "", wanted[32] = "", subsystem[32] = "";

	if (site->identity_holds)
		return;
	if (rule->has_subsystem) {
		sys_format(there, sizeof(there), " with subsystem %04x:%04x",
			   found->subsystem_vendor, found->subsystem_device);
		sys_format(subsystem, sizeof(subsystem), "%ssubsystem %04x:%04x",
			   rule->has_id ? " with " : "", rule->subsystem_vendor,
			   rule->subsystem_device);
	}
	if (rule->has_id)
		sys_format(wanted, sizeof(wanted), "%04x:%04x", rule->vendor,
			   rule->device);
	refuse(plan, TRACE_REFUSED_IDENTITY, card_index(&plan->card, &site->address));
	sys_format(plan->reason, sizeof(plan->reason),
		   "%04x:%04x%s of class %04x, where the section wants %s%s%s%s",
		   found->vendor, found->device, there, found->class_code >> 8, wanted,
		   subsystem, site->elsewhere[0] ? ", which is now at " : "",
		   site->elsewhere);
}

const char *plan_name_forbidden(uint32_t class_code)
{
	for (unsigned i = 0; i < sizeof(forbidden_classes) / sizeof(forbidden_classes[0]);
	     i++) {
		if (class_code >> forbidden_classes[i].shift ==
		    forbidden_classes[i].class_code)
			return forbidden_classes[i].what;
	}
	return NULL;
}

static void check_class(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		uint32_t class_code = plan->card.functions[i].class_code;
		const char *what = plan_name_forbidden(class_code);

		if (!what)
			continue;
		refuse(plan, TRACE_REFUSED_CLASS, (int)i);
		sys_format(plan->reason, sizeof(plan->reason), "it is %s (class %04x)",
			   what, class_code >> 8);
		return;
	}
}

static void check_keep(const struct image_keep *keep, struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		for (unsigned k = 0; k < keep->count; k++) {
			if (!pci_same_address(&plan->card.functions[i].address,
					      &keep->addresses[k]))
				continue;
			refuse(plan, TRACE_REFUSED_KEEP, (int)i);
			sys_format(plan->reason, sizeof(plan->reason),
				   "a filesystem or swap lies behind it");
			return;
		}
	}
}

static void check_group(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		if (plan->card.functions[i].iommu_group >= 0)
			continue;
		refuse(plan, TRACE_REFUSED_NO_GROUP, (int)i);
		sys_format(plan->reason, sizeof(plan->reason),
			   "switch the IOMMU on in the firmware setup (VT-d, AMD-Vi) "
			   "and, for "
			   "Intel, with intel_iommu=on on the kernel command line");
		return;
	}
}

static const struct pci_function *find_number(const struct card *card, unsigned number)
{
	for (unsigned i = 0; i < card->count; i++) {
		if (card->functions[i].address.function == number)
			return &card->functions[i];
	}
	return NULL;
}

static void refuse_setting(struct plan *plan, const char *reason)
{
	refuse(plan, TRACE_REFUSED_SETTING, -1);
	sys_format(plan->reason, sizeof(plan->reason), "%s", reason);
}

/* The GPU of the card, or NULL. */
static const struct pci_function *find_display(const struct card *card)
{
	for (unsigned i = 0; i < card->count; i++) {
		if (card->functions[i].class_code >> 16 == PCI_CLASS_DISPLAY)
			return &card->functions[i];
	}
	return NULL;
}

static bool has_gpu_setting(const struct conf_rule *rule)
{
	for (unsigned i = 0; i < PCI_BARS; i++) {
		if (rule->bar_bits[i])
			return true;
	}
	return rule->reset[0] != '\0';
}

/* What the section wants of the card, and this card cannot have. */
static void check_settings(struct plan *plan)
{
	const struct conf_rule *rule = plan->rule;
	const struct pci_function *display = find_display(&plan->card);

	for (unsigned i = 0; i < PCI_SLOT_FUNCTIONS; i++) {
		if (rule->own_driver & 1U << i && !find_number(&plan->card, i)) {
			refuse_setting(plan, "");
			sys_format(plan->reason, sizeof(plan->reason),
				   "driver %u: the card has no function %u", i, i);
			return;
		}
	}
	if (has_gpu_setting(rule) && !display)
		refuse_setting(plan, "reset and bar are for a GPU, and none is taken");
	else if (rule->keep_console && display && display->class_code >> 8 == CLASS_VGA &&
		 conf_driver_of(rule, display->address.function) != CONF_PCI_STUB)
		refuse_setting(plan,
			       "console = keep, and vfio-pci takes the picture of a card "
			       "of class 0300 all the same");
}

static void check_disks(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		if (plan->card.functions[i].usb_disk[0] == '\0')
			continue;
		refuse(plan, TRACE_REFUSED_USB_DISK, (int)i);
		sys_format(plan->reason, sizeof(plan->reason),
			   "USB storage %s; the host may need it",
			   plan->card.functions[i].usb_disk);
		return;
	}
}

static bool may_unbind(const struct conf_rule *rule, const char *driver)
{
	for (unsigned i = 0; i < sizeof(safe_drivers) / sizeof(safe_drivers[0]); i++) {
		if (strcmp(driver, safe_drivers[i]) == 0)
			return true;
	}
	for (unsigned i = 0; i < rule->unbind_count; i++) {
		if (strcmp(driver, rule->unbind[i]) == 0)
			return true;
	}
	return false;
}

static bool is_target(const struct plan *plan, const struct pci_function *function)
{
	const char *driver = plan_driver(plan, function);

	return image_same_module(function->driver, strlen(function->driver), driver,
				 strlen(driver));
}

static const char *name_drm_cause(const struct pci_function *function)
{
	return function->drm_loaded
		       ? "a DRM driver, which is never unbound; keep its module out of "
			 "the image"
		       : "a DRM driver, which is never unbound; it is built into this "
			 "kernel";
}

static void check_driver(struct plan *plan)
{
	for (unsigned i = 0; i < plan->card.count; i++) {
		const struct pci_function *function = &plan->card.functions[i];
		const char *why;

		if (function->driver[0] == '\0' || is_target(plan, function))
			continue;
		if (function->drm)
			why = name_drm_cause(function);
		else if (!may_unbind(plan->rule, function->driver))
			why = "which is unbound only when the section's unbind names it";
		else
			continue;
		refuse(plan, TRACE_REFUSED_DRIVER, (int)i);
		sys_format(plan->reason, sizeof(plan->reason), "%s, %s", function->driver,
			   why);
		return;
	}
}

static void check_facts(const struct plan_facts *facts, struct plan *plan)
{
	if (facts->late) {
		refuse(plan, TRACE_REFUSED_LATE, -1);
		sys_format(plan->reason, sizeof(plan->reason),
			   "gpupass must run before it: rebuild the image and look at "
			   "its order");
	} else if (facts->keep_broken) {
		refuse(plan, TRACE_REFUSED_KEEP_LIST, -1);
		sys_format(plan->reason, sizeof(plan->reason), "rebuild the image");
	}
}

void plan_make(const struct conf *conf, const struct conf_rule *rule,
	       const struct plan_site *site, const struct plan_facts *facts,
	       struct plan *ret_plan)
{
	struct plan *plan = ret_plan;

	memset(plan, 0, sizeof(*plan));
	plan->rule = rule;
	plan->modules = facts->modules;
	plan->about = -1;
	check_rule(conf, rule, plan);
	if (!plan->refusal)
		check_site(site, plan);
	if (!plan->refusal)
		find_card(site, plan);
	if (!plan->refusal && plan->found == CARD_ABSENT)
		refuse_card(site, plan);
	if (!plan->refusal)
		check_facts(facts, plan);
	if (!plan->refusal)
		check_readable(plan);
	if (!plan->refusal)
		check_identity(site, plan);
	if (!plan->refusal)
		check_class(plan);
	if (!plan->refusal && plan->found == CARD_NO_PORT)
		refuse_port(site->near, plan);
	if (!plan->refusal && plan->found != CARD_FOUND)
		refuse_card(site, plan);
	if (!plan->refusal)
		check_keep(facts->keep, plan);
	if (!plan->refusal)
		check_group(plan);
	if (!plan->refusal)
		check_settings(plan);
	if (!plan->refusal)
		check_disks(plan);
	if (!plan->refusal)
		check_driver(plan);
}

/* A broken rule, or one whose selectors led nowhere, names no card; and one that found
 * something else in its place names another. */
static bool has_place(const struct plan *plan)
{
	return plan->refusal != TRACE_REFUSED_BROKEN &&
	       plan->refusal != TRACE_REFUSED_DISAGREE &&
	       plan->refusal != TRACE_REFUSED_AMBIGUOUS &&
	       plan->refusal != TRACE_REFUSED_IDENTITY &&
	       (plan->rule->has_address || plan->card.count);
}

static bool touches_slot(const struct plan *plan, const struct pci_address *address)
{
	if (pci_same_slot(&plan->address, address))
		return true;
	for (unsigned i = 0; i < plan->card.count; i++) {
		if (pci_same_slot(&plan->card.functions[i].address, address))
			return true;
	}
	return false;
}

/* A slot holds one card: two rules for functions of one are two for one card. */
bool plan_is_same_card(const struct plan *a, const struct plan *b)
{
	if (!has_place(a) || !has_place(b))
		return false;
	if (touches_slot(a, &b->address))
		return true;
	for (unsigned i = 0; i < b->card.count; i++) {
		if (touches_slot(a, &b->card.functions[i].address))
			return true;
	}
	return false;
}

void plan_refuse_shared(struct plan *plans, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		for (unsigned k = 0; k < count; k++) {
			if (k == i || plans[i].refusal ||
			    !plan_is_same_card(&plans[i], &plans[k]))
				continue;
			refuse(&plans[i], TRACE_REFUSED_SHARED, -1);
			sys_format(plans[i].reason, sizeof(plans[i].reason),
				   "[card %s] names it too", plans[k].rule->name);
			break;
		}
	}
}
