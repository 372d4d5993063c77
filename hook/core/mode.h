/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mode: what the kernel command line wants of this boot. Does no I/O.
 */
#ifndef GPUPASS_MODE_H
#define GPUPASS_MODE_H

#include <stddef.h>

enum mode {
	MODE_TAKE,
	MODE_DRY_RUN, /* gpupass=dry-run: decide and record, change nothing */
	MODE_RESCUE,  /* a word that wants a rescue shell: the host keeps every card */
	MODE_OFF,     /* gpupass=off */
	MODE_UNKNOWN, /* another word that begins with gpupass= or gpupass., but for
		       * gpupass.card: whoever types one wants the screen back */
};

/*
 * The mode that words ask for; of several the last one in the list above. Words for
 * rescue are those of systemd (src/basic/proc-cmdline.c and core/main.c of 252),
 * initramfs-tools' break and init (of a program that is no init), dracut's rd.break, and
 * the "recovery" of Ubuntu's boot menu. ret_word and ret_length are the word that
 * decided; NULL for MODE_TAKE.
 */
enum mode mode_of(const char *words, const char **ret_word, size_t *ret_length);

#endif
