/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json: fields of JSON objects as every --json of gpupass has them: strings hold nothing
 * but printable ASCII, and what has nothing to say is left out.
 */
#ifndef GPUPASS_JSON_H
#define GPUPASS_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hook/core/pci.h"

#define JSON_BYTES_MAX                                                                   \
	1024 /* of a string before it is escaped; what is beyond is cut                  \
	      */

/* Escaped. */
struct json_object *json_new_string(const char *text);

/* A string, or a field of size bytes that is full or ends in NUL; escaped, nothing when
 * empty. */
void json_add_string(struct json_object *object, const char *key, const char *text);
void json_add_bytes(struct json_object *object, const char *key, const char *bytes,
		    size_t size);

void json_add_number(struct json_object *object, const char *key, uint64_t number);
void json_add_flag(struct json_object *object, const char *key, bool flag);

void json_add_address(struct json_object *object, const char *key,
		      const struct pci_address *address);

/* A string with that many digits. */
void json_add_hex(struct json_object *object, const char *key, unsigned digits,
		  uint32_t number);

/* Prints the object over several lines or on one, and frees it. False when there is no
 * memory. */
bool json_print(struct json_object *object, bool pretty, FILE *out);

#endif
