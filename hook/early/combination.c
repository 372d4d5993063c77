/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and hashing. Decides nothing.
 */
#include "hook/early/combination.h"

#include <string.h>

#include "hook/core/hash.h"

#define DMI        "sys/class/dmi/id/"
#define VALUE_SIZE 256

/* The two files of uname's release and version, the firmware's version, the machine. */
static const char *const machine_files[] = {
	"proc/sys/kernel/osrelease", "proc/sys/kernel/version", DMI "bios_vendor",
	DMI "bios_version",          DMI "bios_date",           DMI "product_uuid",
};

static uint64_t hash_machine(const struct sys_root *root, uint64_t hash)
{
	char value[VALUE_SIZE];

	for (size_t i = 0; i < sizeof(machine_files) / sizeof(machine_files[0]); i++) {
		if (sys_read_attribute(root, machine_files[i], value, sizeof(value)) < 0)
			value[0] = '\0';
		hash = hash_add_text(hash, value);
	}
	return hash;
}

static uint64_t hash_card(const struct card *card, uint64_t hash)
{
	for (unsigned i = 0; i < card->count; i++) {
		const struct pci_function *f = &card->functions[i];
		const uint32_t identity[] = {f->address.domain,   f->address.bus,
					     f->address.device,   f->address.function,
					     (uint32_t)f->vendor, f->device,
					     f->class_code};

		hash = hash_add(hash, identity, sizeof(identity));
	}
	return hash;
}

/* Words that boot loaders add, and that change when a boot has failed or with the way it
 * was loaded: GRUB's recordfail leaves out vt.handoff. */
static bool is_of_loader(const char *word)
{
	static const char *const starts[] = {
		"BOOT_IMAGE=", "BOOTIF=", "initrd=", "vt.handoff="};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (strncmp(word, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static uint64_t hash_command_line(const char *words, uint64_t hash)
{
	while (*(words += strspn(words, " \t\n"))) {
		size_t length = strcspn(words, " \t\n");

		if (!is_of_loader(words))
			hash = hash_add(hash_add(hash, words, length), " ", 1);
		words += length;
	}
	return hash;
}

uint64_t combination_hash(const struct sys_root *root,
			  const struct combination *combination, const struct plan *plans)
{
	uint64_t hash = hash_machine(root, HASH_START);

	hash = hash_add_text(hash, GPUPASS_VERSION);
	hash = hash_command_line(combination->command_line, hash);
	hash = hash_add(hash, &combination->conf->hash, sizeof(combination->conf->hash));
	hash = hash_add(hash, &combination->modules, sizeof(combination->modules));
	for (unsigned i = 0; i < combination->conf->rule_count; i++) {
		if (!plans[i].refusal)
			hash = hash_card(&plans[i].card, hash);
	}
	return hash;
}
