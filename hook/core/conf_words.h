/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_words: the cards that the kernel command line names, for boot images that nobody
 * here can build again. Pure.
 *
 * gpupass.card=ADDRESS[,ID] is a section [card cmdline.N] with these two keys, N being
 * the word's number among its like, and as strict: what is not understood breaks that
 * card alone. The cards are added to those of gpupass.conf(5); nothing there is replaced,
 * and a card that both name is refused, as one of two sections is. Its errors outside the
 * cards' sections refuse these cards, too.
 */
#ifndef GPUPASS_CONF_WORDS_H
#define GPUPASS_CONF_WORDS_H

#include "hook/core/conf.h"

#define CONF_WORDS_CARD "gpupass.card"

/* Whether a word of the command line is one of these, right or wrong. */
bool conf_words_is_card(const char *word, size_t length);

/* Adds the cards of words, a kernel command line, to conf, which was parsed. Returns how
 * many words there are for cards, with those that have an error. */
unsigned conf_words_add(const char *words, struct conf *conf);

#endif
