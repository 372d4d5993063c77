// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of gpupass.conf(5), looked at as conf does: a head starts with [, a comment with
 * #, and a line with neither and not empty is a key's.
 */
#include "tool/conf_text.h"

#include <string.h>

enum kind { KIND_EMPTY, KIND_COMMENT, KIND_HEAD, KIND_KEY };

static size_t put(char *buffer, size_t used, const char *text, size_t length)
{
	if (length)
		memcpy(buffer + used, text, length);
	return used + length;
}

static bool ends_in_newline(struct span text)
{
	return text.length > 0 && text.text[text.length - 1] == '\n';
}

size_t conf_text_append(struct span text, struct span section, char *buffer)
{
	size_t used = put(buffer, 0, text.text, text.length);
	bool open = text.length > 0 && !ends_in_newline(text);

	if (open)
		buffer[used++] = '\n';
	if (text.length > 0)
		buffer[used++] = '\n';
	used = put(buffer, used, section.text, section.length);
	return open ? used - 1 : used;
}

/* The line from offset on, and where the next one starts. */
static enum kind look(struct span text, size_t offset, size_t *ret_next)
{
	struct span rest = {text.text + offset, text.length - offset};
	struct span line = span_split(rest, '\n', &rest);

	*ret_next = text.length - rest.length;
	line = span_trim(line);
	if (line.length == 0)
		return KIND_EMPTY;
	if (line.text[0] == '#')
		return KIND_COMMENT;
	return line.text[0] == '[' ? KIND_HEAD : KIND_KEY;
}

/* Where the section ends whose head ends at offset. */
static size_t find_end(struct span text, size_t offset)
{
	size_t key = offset; /* the end of the last key's line */
	size_t end = 0;      /* of the comments right below that; 0 = not seen yet */

	while (offset < text.length) {
		size_t next;
		enum kind kind = look(text, offset, &next);

		if (kind == KIND_HEAD)
			return end ? end : key;
		if (kind == KIND_KEY) {
			key = next;
			end = 0;
		} else if (kind == KIND_EMPTY && end == 0) {
			end = offset;
		}
		offset = next;
	}
	return end ? end : text.length;
}

/* Whether line, with its newline, stands right before offset. */
static bool is_above(struct span text, size_t offset, struct span line)
{
	return line.length > 0 && offset >= line.length &&
	       memcmp(text.text + offset - line.length, line.text, line.length) == 0 &&
	       (offset == line.length || text.text[offset - line.length - 1] == '\n');
}

size_t conf_text_remove(struct span text, unsigned line, struct span comment,
			char *buffer)
{
	static const struct span empty = {"\n", 1};
	size_t start = 0, end, used;

	for (; line > 1; line--)
		look(text, start, &start);
	look(text, start, &end);
	end = find_end(text, end);
	if (is_above(text, start, comment))
		start -= comment.length;
	if (is_above(text, start, empty))
		start -= empty.length;
	used = put(buffer, 0, text.text, start);
	/* The text had no newline at its end before the section came. */
	if (end == text.length && !ends_in_newline(text) && used > 0)
		used--;
	return put(buffer, used, text.text + end, text.length - end);
}
