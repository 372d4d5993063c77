/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_card: the keys of a card's section, and what their values may be. Pure. For conf
 * and, of names, for who writes sections.
 */
#ifndef GPUPASS_CONF_CARD_H
#define GPUPASS_CONF_CARD_H

#include "hook/core/conf_rule.h"
#include "hook/core/span.h"

/* [A-Za-z0-9._-]{1,32}: names of cards and drivers. */
bool conf_card_is_name(struct span s);

#define CONF_CARD_MAX_KEYS 16

struct conf_card_seen {
	uint8_t numbers[CONF_CARD_MAX_KEYS]; /* of each key; bit 0 for one without */
};

/* Sets key ("driver", or "driver 3") to value in rule. NULL, or what was expected, and
 * then *ret_wrong is the word that it was expected instead of: key or value. seen
 * remembers the keys of one section and starts as zero. A wrong value has changed the
 * rule, too. */
const char *conf_card_set(struct conf_rule *rule, struct span key, struct span value,
			  struct conf_card_seen *seen, struct span *ret_wrong);

#endif
