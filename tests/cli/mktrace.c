/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mktrace < DESCRIPTION > TRACE: writes a trace from words, for the tests. One directive
 *a line; # starts a comment line. Numbers are decimal, or hex after 0x.
 *
 *	header KEY=VALUE...     magic version header_size record_size slots next
 *	                        realtime_offset (all optional, whatever is wanted)
 *	boot UUID               the header's boot id
 *	record KEY=VALUE...     event, and what is wanted of: time duration level error
 *	                        function ids class card sequence slot text; text goes to
 *the end of the line, \xNN is a byte. Sequence and slot count on, the level is the event
 *table's. bytes HEX               of the record before, from its start: damage size N of
 *the file; default 64 + slots * 256 as written
 *
 * It makes wrong traces as willingly as right ones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/pci.h"
#include "hook/core/trace_format.h"

struct builder {
	struct trace_header header;
	struct trace_record records[TRACE_SLOTS];
	uint64_t sequence; /* of the next record */
	uint64_t slot;     /* of the last record */
	bool next_given;
	uint64_t size;
	unsigned line;
};

static void die(const struct builder *builder, const char *word)
{
	fprintf(stderr, "mktrace: line %u: %s\n", builder->line, word);
	exit(2);
}

static uint64_t number(const struct builder *builder, const char *text)
{
	bool hex = strncmp(text, "0x", 2) == 0;
	uint64_t value;

	if (hex)
		text += 2;
	if (sys_parse_number(text, strlen(text), hex ? 16 : 10, UINT64_MAX, &value) < 0)
		die(builder, text);
	return value;
}

static unsigned hex_byte(const struct builder *builder, const char *text)
{
	uint64_t value;

	if (sys_parse_number(text, 2, 16, 0xff, &value) < 0)
		die(builder, text);
	return (unsigned)value;
}

static void set_boot(struct builder *builder, const char *uuid)
{
	for (unsigned i = 0; i < sizeof(builder->header.boot_id); i++) {
		if (*uuid == '-')
			uuid++;
		builder->header.boot_id[i] = (uint8_t)hex_byte(builder, uuid);
		uuid += 2;
	}
}

/* "\xNN" to bytes; ret has size bytes, zero already. */
static void set_field(const struct builder *builder, const char *text, char *ret,
		      size_t size)
{
	for (size_t i = 0; *text != '\0'; i++) {
		if (i == size)
			die(builder, text);
		if (strncmp(text, "\\x", 2) == 0) {
			ret[i] = (char)hex_byte(builder, text + 2);
			text += 4;
		} else {
			ret[i] = *text++;
		}
	}
}

static void set_header(struct builder *builder, const char *key, const char *value)
{
	struct trace_header *header = &builder->header;

	if (strcmp(key, "magic") == 0)
		set_field(builder, value, header->magic, sizeof(header->magic));
	else if (strcmp(key, "version") == 0)
		header->version = (uint16_t)number(builder, value);
	else if (strcmp(key, "header_size") == 0)
		header->header_size = (uint16_t)number(builder, value);
	else if (strcmp(key, "record_size") == 0)
		header->record_size = (uint16_t)number(builder, value);
	else if (strcmp(key, "slots") == 0)
		header->slots = (uint16_t)number(builder, value);
	else if (strcmp(key, "realtime_offset") == 0)
		header->realtime_offset = (int64_t)number(builder, value);
	else if (strcmp(key, "next") == 0)
		header->next_sequence = number(builder, value);
	else
		die(builder, key);
	builder->next_given |= strcmp(key, "next") == 0;
}

static void set_function(const struct builder *builder, const char *text,
			 struct trace_record *record)
{
	struct pci_address address;

	if (pci_parse_address(text, strlen(text), &address) < 0)
		die(builder, text);
	record->domain = address.domain;
	record->bus = address.bus;
	record->devfn = (uint8_t)(address.device << 3 | address.function);
	record->flags |= TRACE_HAS_FUNCTION;
}

static void set_ids(const struct builder *builder, const char *text,
		    struct trace_record *record)
{
	uint64_t vendor, device;

	if (strlen(text) != 9 || sys_parse_number(text, 4, 16, 0xffff, &vendor) < 0 ||
	    sys_parse_number(text + 5, 4, 16, 0xffff, &device) < 0)
		die(builder, text);
	record->vendor = (uint16_t)vendor;
	record->device = (uint16_t)device;
	record->flags |= TRACE_HAS_IDS;
}

static void set_record(struct builder *builder, const char *key, const char *value,
		       struct trace_record *record)
{
	if (strcmp(key, "function") == 0)
		set_function(builder, value, record);
	else if (strcmp(key, "ids") == 0)
		set_ids(builder, value, record);
	else if (strcmp(key, "card") == 0)
		set_field(builder, value, record->card, sizeof(record->card));
	else if (strcmp(key, "text") == 0)
		set_field(builder, value, record->text, sizeof(record->text));
	else if (strcmp(key, "event") == 0)
		record->event = (uint16_t)number(builder, value);
	else if (strcmp(key, "level") == 0)
		record->level = (uint8_t)number(builder, value);
	else if (strcmp(key, "error") == 0)
		record->error = (int32_t)number(builder, value);
	else if (strcmp(key, "time") == 0)
		record->time = number(builder, value);
	else if (strcmp(key, "duration") == 0)
		record->duration = number(builder, value);
	else if (strcmp(key, "class") == 0)
		record->class_code = (uint32_t)number(builder, value);
	else if (strcmp(key, "sequence") == 0)
		record->sequence = number(builder, value);
	else if (strcmp(key, "slot") == 0)
		builder->slot = number(builder, value) % TRACE_SLOTS;
	else
		die(builder, key);
}

/* Cuts the next KEY=VALUE from *text; false at its end. */
static bool next_pair(struct builder *builder, char **text, char **ret_key,
		      char **ret_value)
{
	char *key = *text + strspn(*text, " \t"), *equals = strchr(key, '=');
	size_t length;

	if (*key == '\0')
		return false;
	if (equals == NULL)
		die(builder, key);
	*equals = '\0';
	*ret_key = key;
	*ret_value = equals + 1;
	length = strcmp(key, "text") == 0 ? strlen(*ret_value)
					  : strcspn(*ret_value, " \t");
	*text = *ret_value + length + ((*ret_value)[length] != '\0');
	(*ret_value)[length] = '\0';
	return true;
}

static void add_record(struct builder *builder, char *text)
{
	struct trace_record record = {.sequence = builder->sequence, .level = 0xff};
	const struct trace_event_info *info;
	uint16_t slots = builder->header.slots;
	char *key, *value;

	if (slots == 0 || slots > TRACE_SLOTS)
		slots = TRACE_SLOTS;
	builder->slot = UINT64_MAX;
	while (next_pair(builder, &text, &key, &value))
		set_record(builder, key, value, &record);
	info = trace_event_find(record.event);
	if (record.level == 0xff)
		record.level = info == NULL ? 6 : info->level;
	if (builder->slot == UINT64_MAX)
		builder->slot = record.sequence % slots;
	builder->records[builder->slot] = record;
	builder->sequence = record.sequence + 1;
}

static void damage_record(const struct builder *builder, const char *hex,
			  struct trace_record *record)
{
	unsigned char *bytes = (unsigned char *)record;

	for (size_t i = 0; hex[2 * i] != '\0' && i < sizeof(*record); i++)
		bytes[i] = (unsigned char)hex_byte(builder, hex + 2 * i);
}

static void read_line(struct builder *builder, char *line)
{
	char *word = line, *rest = line + strcspn(line, " \t"), *key, *value;

	builder->line++;
	if (*rest != '\0')
		*rest++ = '\0';
	if (*word == '\0' || *word == '#')
		return;
	if (strcmp(word, "header") == 0) {
		while (next_pair(builder, &rest, &key, &value))
			set_header(builder, key, value);
	} else if (strcmp(word, "boot") == 0) {
		set_boot(builder, rest);
	} else if (strcmp(word, "record") == 0) {
		add_record(builder, rest);
	} else if (strcmp(word, "bytes") == 0) {
		damage_record(builder, rest, &builder->records[builder->slot]);
	} else if (strcmp(word, "size") == 0) {
		builder->size = number(builder, rest);
	} else {
		die(builder, word);
	}
}

static size_t minimum(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int write_trace(struct builder *builder)
{
	if (!builder->next_given)
		builder->header.next_sequence = builder->sequence;
	fwrite(&builder->header, 1, minimum(builder->size, TRACE_HEADER_SIZE), stdout);
	if (builder->size > TRACE_HEADER_SIZE)
		fwrite(builder->records, 1,
		       minimum(builder->size - TRACE_HEADER_SIZE,
			       sizeof(builder->records)),
		       stdout);
	for (uint64_t i = TRACE_FILE_SIZE; i < builder->size; i++)
		putchar(0);
	return fflush(stdout) == 0 ? 0 : 3;
}

int main(void)
{
	static struct builder builder = {
		.header = {.magic = TRACE_MAGIC,
			   .version = TRACE_VERSION,
			   .header_size = TRACE_HEADER_SIZE,
			   .record_size = TRACE_RECORD_SIZE,
			   .slots = TRACE_SLOTS},
		.size = TRACE_FILE_SIZE,
	};
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		read_line(&builder, line);
	}
	free(line);
	return write_trace(&builder);
}
