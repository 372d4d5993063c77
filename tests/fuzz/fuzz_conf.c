/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: any bytes as gpupass.conf. What comes out must keep conf.h's promises, since
 * the planner builds on them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hook/core/conf_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool is_name(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789._-";
	size_t length = strlen(name);

	return length > 0 && length <= CONF_MAX_NAME && strspn(name, allowed) == length;
}

/* What is written to attributes of a function. */
static void check_settings(const struct conf_rule *rule)
{
	require(memchr(rule->reset, '\0', sizeof(rule->reset)) != NULL);
	require(strspn(rule->reset, "abcdefilmprstuvwxyz_ ") == strlen(rule->reset));
	require(rule->reset[0] != ' ' && strstr(rule->reset, "  ") == NULL);
	require(rule->d3cold <= CONF_NO);
	for (unsigned i = 0; i < PCI_BARS; i++)
		require(rule->bar_bits[i] == 0 || rule->bar_bits[i] == CONF_BAR_MAX ||
			(rule->bar_bits[i] >= 20 && rule->bar_bits[i] <= 63));
	for (unsigned i = 0; i < PCI_SLOT_FUNCTIONS; i++)
		require(strlen(conf_driver_name(conf_driver_of(rule, i))) <
			PCI_DRIVER_SIZE);
}

/* They become words of a module's options, and a path in /sys/module to some. */
static void check_parameter(const struct conf_parameter *parameter)
{
	require(strcmp(parameter->module, "vfio") == 0 ||
		strcmp(parameter->module, "vfio_pci") == 0 ||
		strcmp(parameter->module, "vfio_iommu_type1") == 0);
	require(memchr(parameter->name, '\0', sizeof(parameter->name)) != NULL);
	require(strchr(parameter->name, '/') == NULL && parameter->name[0] != '.');
	require(memchr(parameter->value, '\0', sizeof(parameter->value)) != NULL);
	for (const char *c = parameter->value; *c; c++)
		require(*c > ' ' && *c <= '~');
}

static void check_rule(const struct conf_rule *rule)
{
	require(memchr(rule->name, '\0', sizeof(rule->name)) != NULL);
	check_settings(rule);
	if (rule->broken)
		return;
	require(is_name(rule->name));
	require(rule->has_address || rule->has_path || rule->has_id ||
		rule->has_subsystem);
	require(rule->address.device < 32 && rule->address.function < 8);
	require(rule->functions != CONF_FUNCTIONS_LIST || rule->function_mask != 0);
	require(rule->unbind_count <= CONF_MAX_UNBIND);
	for (unsigned i = 0; i < rule->unbind_count; i++)
		require(is_name(rule->unbind[i]));
}

static void check_errors(const struct conf *conf)
{
	char text[512];

	for (unsigned i = 0; i < conf->error_count && i < CONF_MAX_ERRORS; i++) {
		require(conf->errors[i].expected != NULL);
		conf_format_error(&conf->errors[i], text, sizeof(text));
		require(memchr(text, '\0', sizeof(text)) != NULL);
	}
}

/* The same bytes as a kernel command line, which has no NUL before its end. */
static void add_words(const uint8_t *data, size_t size, struct conf *conf)
{
	char *words = calloc(1, size + 1);
	unsigned before = conf->rule_count, count;

	require(words != NULL);
	memcpy(words, data, size);
	count = conf_words_add(words, conf);
	require(conf->rule_count - before <= count);
	free(words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	unsigned broken = 0;

	conf_parse((const char *)data, size, &conf);
	add_words(data, size, &conf);
	require(conf.rule_count <= CONF_MAX_RULES);
	require(conf.parameter_count <= CONF_MAX_PARAMETERS);
	require(conf.deadline >= 1 && conf.deadline <= CONF_DEADLINE_MAX);
	for (unsigned i = 0; i < conf.rule_count; i++) {
		check_rule(&conf.rules[i]);
		broken += conf.rules[i].broken;
	}
	for (unsigned i = 0; i < conf.parameter_count; i++)
		check_parameter(&conf.parameters[i]);
	/* Nothing is refused without a word about why. */
	require(conf.error_count > 0 || (!conf.refuse_all && broken == 0));
	check_errors(&conf);
	return 0;
}
