/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of JSON objects. Knows nothing of what they say.
 */
#include "tool/json.h"

#include <string.h>

#include "tool/print.h"

static struct json_object *new_escaped(const char *bytes, size_t length)
{
	char escaped[PRINT_ESCAPED_SIZE(JSON_BYTES_MAX)];

	print_escape(bytes, length < JSON_BYTES_MAX ? length : JSON_BYTES_MAX, escaped);
	return json_object_new_string(escaped);
}

struct json_object *json_new_string(const char *text)
{
	return new_escaped(text, strlen(text));
}

void json_add_bytes(struct json_object *object, const char *key, const char *bytes,
		    size_t size)
{
	size_t length = strnlen(bytes, size);

	if (length > 0)
		json_object_object_add(object, key, new_escaped(bytes, length));
}

void json_add_string(struct json_object *object, const char *key, const char *text)
{
	json_add_bytes(object, key, text, strlen(text));
}

void json_add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

void json_add_flag(struct json_object *object, const char *key, bool flag)
{
	json_object_object_add(object, key, json_object_new_boolean(flag));
}

void json_add_address(struct json_object *object, const char *key,
		      const struct pci_address *address)
{
	char text[PCI_ADDRESS_SIZE];

	pci_format_address(address, text);
	json_add_string(object, key, text);
}

void json_add_hex(struct json_object *object, const char *key, unsigned digits,
		  uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%0*x", (int)digits, number);
	json_add_string(object, key, text);
}

bool json_print(struct json_object *object, bool pretty, FILE *out)
{
	int form = pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED
			  : JSON_C_TO_STRING_PLAIN;
	const char *text = json_object_to_json_string_ext(
		object, form | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text) {
		fputs(text, out);
		fputc('\n', out);
	}
	json_object_put(object);
	return text != NULL;
}
