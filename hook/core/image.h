/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image: what gpupass puts into an initramfs, and the two small lists in there. `gpupass
 * image` writes them, the early program reads them; both go through here. Pure.
 *
 * modules.list, in the order of insertion:
 *	kernel RELEASE                        first line: uname -r of the kernel it is for
 *	insert NAME FILE [PARAMETER=VALUE]... FILE below IMAGE_MODULES
 *	builtin NAME                          nothing to insert
 *	missing NAME                          this kernel has no such module
 *	guard insert|builtin ...              the same, for the guard; inserted before
 *					      anything is decided, and may fail
 *	unproven insert|builtin ...           the same, for a boot that arms the guard or
 *					      leaves the cards
 *	variant MODALIAS DRIVER               for functions with this modalias the kernel
 *					      has a vfio driver of its own, inserted above
 * keep.list: one PCI address a line, never to be touched. In both, # starts a comment
 *line.
 */
#ifndef GPUPASS_IMAGE_H
#define GPUPASS_IMAGE_H

#include "hook/core/pci.h"

#define IMAGE_PROGRAM      "usr/lib/gpupass/gpupass-early"
#define IMAGE_MODULES      "usr/lib/gpupass/modules"
#define IMAGE_MODULES_LIST "usr/lib/gpupass/modules.list"
#define IMAGE_KEEP_LIST    "usr/lib/gpupass/keep.list"

#define IMAGE_LIST_SIZE       (8 * 1024) /* bytes of either list */
#define IMAGE_MAX_MODULES     24
#define IMAGE_MAX_KEEP        64
#define IMAGE_MAX_VARIANTS    8
#define IMAGE_MODULE_SIZE     64  /* a module's or file's name, NUL included */
#define IMAGE_PARAMETERS_SIZE 512 /* a module's parameters, NUL included */
#define IMAGE_RELEASE_SIZE    65  /* utsname.release */

enum image_stage { IMAGE_FOR_CARDS, IMAGE_FOR_GUARD, IMAGE_FOR_UNPROVEN };
enum image_module_kind { IMAGE_INSERT, IMAGE_BUILTIN, IMAGE_MISSING };

struct image_module {
	enum image_module_kind kind;
	enum image_stage stage;
	char name[IMAGE_MODULE_SIZE]; /* with _ for - */
	char file[IMAGE_MODULE_SIZE]; /* IMAGE_INSERT only: [A-Za-z0-9._-]+ */
	char parameters[IMAGE_PARAMETERS_SIZE];
};

/* Kept by what the function is, not where: a card may be moved. */
struct image_variant {
	struct pci_function function; /* its identity, see pci_parse_modalias() */
	char driver[PCI_DRIVER_SIZE]; /* of its module: the driver's own may have - for _
				       */
};

struct image_modules {
	char release[IMAGE_RELEASE_SIZE];
	unsigned variant_count;
	struct image_variant variants[IMAGE_MAX_VARIANTS];
	unsigned count;
	struct image_module modules[IMAGE_MAX_MODULES];
};

struct image_keep {
	unsigned count;
	struct pci_address addresses[IMAGE_MAX_KEEP];
};

/* 0, or -EINVAL with the number of the first bad line in ret_line (from 1), or -E2BIG
 * with the line that was one too many. */
int image_parse_modules(const char *text, size_t length,
			struct image_modules *ret_modules, unsigned *ret_line);
int image_parse_keep(const char *text, size_t length, struct image_keep *ret_keep,
		     unsigned *ret_line);

/* The driver of the function's variant, or NULL. */
const char *image_find_variant(const struct image_modules *modules,
			       const struct pci_function *function);

/* One line of modules.list for variant, newline included. */
void image_format_variant(const struct image_variant *variant, char *buffer, size_t size);

/* One line of modules.list for module, newline included. */
void image_format_module(const struct image_module *module, char *buffer, size_t size);

/* Whether a word of a module's parameters is ids=, which would take every card of that
 * kind before anything is checked. The kernel takes quotes off (lib/cmdline.c). */
bool image_is_ids(const char *word, size_t length);

/* Module names, and the part of a parameter before its dot: - and _ are the same. */
bool image_same_module(const char *a, size_t a_length, const char *b, size_t b_length);

#endif
