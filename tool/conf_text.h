/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_text: sections into the text of gpupass.conf(5) and out of it. What is not of the
 * section stays byte for byte, and conf_text_remove() undoes conf_text_append(). Pure.
 */
#ifndef GPUPASS_TOOL_CONF_TEXT_H
#define GPUPASS_TOOL_CONF_TEXT_H

#include "hook/core/span.h"

/* Bytes that appending a section needs besides both texts. */
#define CONF_TEXT_EXTRA 2

/* text with section, whole lines, behind it and one empty line between them; section
 * alone where there is no text. A text whose last line has no newline stays one. To
 * buffer (text.length + section.length + CONF_TEXT_EXTRA bytes); returns how many it has.
 */
size_t conf_text_append(struct span text, struct span section, char *buffer);

/*
 * text without the section whose head is line number line (from 1), to buffer
 * (text.length bytes); returns how many it has. With the head go its lines up to the last
 * one with a key, comments right below that, one empty line above, and above the head
 * comment, whole line with its newline, if that is there. What stands behind an empty
 * line, or right above the next head, is not of the section.
 */
size_t conf_text_remove(struct span text, unsigned line, struct span comment,
			char *buffer);

#endif
