/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two small lists of an image, to and from text. No I/O.
 */
#include "hook/core/image.h"

#include <errno.h>
#include <string.h>

/* Which image_stage a line is for. */
static const char *const stages[] = {"", "guard", "unproven"};

struct words {
	const char *text;
	size_t length;
};

/* The next line of text; false at the end. Lines are counted from 1. */
static bool next_line(struct words *rest, struct words *ret_line, unsigned *line)
{
	const char *newline;

	if (rest->length == 0)
		return false;
	newline = memchr(rest->text, '\n', rest->length);
	ret_line->text = rest->text;
	ret_line->length = newline ? (size_t)(newline - rest->text) : rest->length;
	rest->text += ret_line->length + (newline ? 1 : 0);
	rest->length -= ret_line->length + (newline ? 1 : 0);
	(*line)++;
	return true;
}

/* The next word of a line, cut off its front; empty at the end. */
static struct words next_word(struct words *line)
{
	struct words word;

	while (line->length && line->text[0] == ' ') {
		line->text++;
		line->length--;
	}
	word.text = line->text;
	word.length = 0;
	while (word.length < line->length && word.text[word.length] != ' ')
		word.length++;
	line->text += word.length;
	line->length -= word.length;
	return word;
}

static bool is(struct words word, const char *text)
{
	return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* A name that is safe as one component of a path. */
static bool copy_name(struct words word, char *buffer, size_t size)
{
	if (word.length == 0 || word.length >= size || word.text[0] == '.')
		return false;
	for (size_t i = 0; i < word.length; i++) {
		char c = word.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || strchr("._+-", c)) ||
		    c == '\0')
			return false;
	}
	memcpy(buffer, word.text, word.length);
	buffer[word.length] = '\0';
	return true;
}

static bool parse_insert(struct words *line, struct image_module *module)
{
	struct words parameters;

	if (!copy_name(next_word(line), module->file, sizeof(module->file)))
		return false;
	parameters = *line;
	while (parameters.length && parameters.text[0] == ' ') {
		parameters.text++;
		parameters.length--;
	}
	if (parameters.length >= sizeof(module->parameters) ||
	    memchr(parameters.text, '\0', parameters.length))
		return false;
	memcpy(module->parameters, parameters.text, parameters.length);
	module->parameters[parameters.length] = '\0';
	return true;
}

static bool parse_module(struct words line, struct image_module *module)
{
	struct words verb = next_word(&line);

	memset(module, 0, sizeof(*module));
	for (unsigned i = IMAGE_FOR_GUARD; i <= IMAGE_FOR_UNPROVEN; i++) {
		if (is(verb, stages[i]))
			module->stage = (enum image_stage)i;
	}
	if (module->stage != IMAGE_FOR_CARDS)
		verb = next_word(&line);
	if (!copy_name(next_word(&line), module->name, sizeof(module->name)))
		return false;
	if (is(verb, "insert")) {
		module->kind = IMAGE_INSERT;
		return parse_insert(&line, module);
	}
	module->kind = is(verb, "builtin") ? IMAGE_BUILTIN : IMAGE_MISSING;
	return (is(verb, "builtin") || is(verb, "missing")) &&
	       next_word(&line).length == 0;
}

static bool parse_variant(struct words line, struct image_variant *variant)
{
	struct words modalias = next_word(&line);

	memset(variant, 0, sizeof(*variant));
	return pci_parse_modalias(modalias.text, modalias.length, &variant->function) ==
		       0 &&
	       copy_name(next_word(&line), variant->driver, sizeof(variant->driver)) &&
	       next_word(&line).length == 0;
}

/* 1 when the line is about a variant. */
static int take_variant(struct words line, struct image_modules *modules)
{
	if (!is(next_word(&line), "variant"))
		return 0;
	if (modules->variant_count == IMAGE_MAX_VARIANTS)
		return -E2BIG;
	if (!parse_variant(line, &modules->variants[modules->variant_count]))
		return -EINVAL;
	modules->variant_count++;
	return 1;
}

static int take_module(struct words line, struct image_modules *modules)
{
	if (modules->count == IMAGE_MAX_MODULES)
		return -E2BIG;
	if (!parse_module(line, &modules->modules[modules->count]))
		return -EINVAL;
	modules->count++;
	return 0;
}

static bool is_comment(struct words line)
{
	return line.length == 0 || line.text[0] == '#';
}

int image_parse_modules(const char *text, size_t length,
			struct image_modules *ret_modules, unsigned *ret_line)
{
	struct words rest = {text, length}, line;

	memset(ret_modules, 0, sizeof(*ret_modules));
	*ret_line = 0;
	while (next_line(&rest, &line, ret_line)) {
		int result;

		if (is_comment(line))
			continue;
		if (ret_modules->release[0] == '\0') {
			if (!is(next_word(&line), "kernel") ||
			    !copy_name(next_word(&line), ret_modules->release,
				       IMAGE_RELEASE_SIZE))
				return -EINVAL;
			continue;
		}
		result = take_variant(line, ret_modules);
		if (result == 0)
			result = take_module(line, ret_modules);
		if (result < 0)
			return result;
	}
	return ret_modules->release[0] ? 0 : -EINVAL;
}

int image_parse_keep(const char *text, size_t length, struct image_keep *ret_keep,
		     unsigned *ret_line)
{
	struct words rest = {text, length}, line;

	ret_keep->count = 0;
	*ret_line = 0;
	while (next_line(&rest, &line, ret_line)) {
		if (is_comment(line))
			continue;
		if (ret_keep->count == IMAGE_MAX_KEEP)
			return -E2BIG;
		if (pci_parse_address(line.text, line.length,
				      &ret_keep->addresses[ret_keep->count]) < 0)
			return -EINVAL;
		ret_keep->count++;
	}
	return 0;
}

static bool is_same_kind(const struct pci_function *a, const struct pci_function *b)
{
	return a->vendor == b->vendor && a->device == b->device &&
	       a->subsystem_vendor == b->subsystem_vendor &&
	       a->subsystem_device == b->subsystem_device &&
	       a->class_code == b->class_code;
}

const char *image_find_variant(const struct image_modules *modules,
			       const struct pci_function *function)
{
	for (unsigned i = 0; i < modules->variant_count; i++) {
		if (is_same_kind(&modules->variants[i].function, function))
			return modules->variants[i].driver;
	}
	return NULL;
}

void image_format_variant(const struct image_variant *variant, char *buffer, size_t size)
{
	const struct pci_function *f = &variant->function;

	sys_format(buffer, size,
		   "variant pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X %s\n", f->vendor,
		   f->device, f->subsystem_vendor, f->subsystem_device,
		   f->class_code >> 16, f->class_code >> 8 & 0xff, f->class_code & 0xff,
		   variant->driver);
}

void image_format_module(const struct image_module *module, char *buffer, size_t size)
{
	const char *stage = stages[module->stage], *blank = stage[0] ? " " : "";

	if (module->kind == IMAGE_INSERT)
		sys_format(buffer, size, "%s%sinsert %s %s%s%s\n", stage, blank,
			   module->name, module->file, module->parameters[0] ? " " : "",
			   module->parameters);
	else
		sys_format(buffer, size, "%s%s%s %s\n", stage, blank,
			   module->kind == IMAGE_BUILTIN ? "builtin" : "missing",
			   module->name);
}

static char plain(char c)
{
	return c == '-' ? '_' : c;
}

bool image_same_module(const char *a, size_t a_length, const char *b, size_t b_length)
{
	if (a_length != b_length)
		return false;
	for (size_t i = 0; i < a_length; i++) {
		if (plain(a[i]) != plain(b[i]))
			return false;
	}
	return true;
}

bool image_is_ids(const char *word, size_t length)
{
	if (length && word[0] == '"') {
		word++;
		length--;
	}
	return length >= 4 && memcmp(word, "ids=", 4) == 0;
}
