// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's configuration, read and parsed once for a verb.
 */
#include "tool/config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "hook/core/conf_words.h"
#include "tool/gpupass.h"
#include "tool/regular.h"

#define COMMAND_LINE_SIZE 4096

/* As much of the file as fits, NUL added. Returns the length, or -EFBIG. */
static int read_text(int at, const char *path, enum config_use use, char *text,
		     size_t size)
{
	int fd = use == CONFIG_FOR_IMAGE ? regular_open_trusted(at, path)
					 : regular_open(at, path);
	ssize_t length = 0, part;
	int error = 0;

	if (fd < 0)
		return fd;
	while ((size_t)length < size &&
	       (part = read(fd, text + length, size - (size_t)length)) != 0) {
		if (part < 0) {
			error = -errno;
			break;
		}
		length += part;
	}
	close(fd);
	if (error == 0 && (size_t)length == size)
		error = -EFBIG;
	text[error == -EFBIG ? size - 1 : (size_t)length] = '\0';
	return error < 0 ? error : (int)length;
}

int config_read_at(int at, const char *path, enum config_use use,
		   struct config *ret_config)
{
	int length = read_text(at, path, use, ret_config->text, sizeof(ret_config->text));

	ret_config->exists = length != -ENOENT;
	ret_config->too_long = length == -EFBIG;
	if (length == -ENOENT)
		length = 0;
	if (length == -EFBIG)
		length = CONF_MAX_SIZE + 1;
	if (length < 0)
		return length;
	ret_config->length = (size_t)length;
	conf_parse(ret_config->text, ret_config->length, &ret_config->conf);
	ret_config->in_file = ret_config->conf.rule_count;
	if (ret_config->length > CONF_MAX_SIZE)
		ret_config->too_long = true;
	return 0;
}

int config_read(const struct sys_root *root, enum config_use use,
		struct config *ret_config)
{
	return config_read_at(root->fd, CONF_PATH, use, ret_config);
}

void config_add_running(const struct sys_root *root, struct conf *conf)
{
	static char words[COMMAND_LINE_SIZE];
	int length = sys_read_file(root, "proc/cmdline", words, sizeof(words));

	if (length >= 0)
		conf_words_add(words, conf);
}

bool config_wants_image(const struct config *config)
{
	return config->in_file > 0 || config->too_long || config->conf.generic;
}

void config_warn_errors(const struct config *config)
{
	const struct conf *conf = &config->conf;
	char message[256];

	for (unsigned i = 0; i < conf->error_count && i < CONF_MAX_ERRORS; i++) {
		conf_format_error(&conf->errors[i], message, sizeof(message));
		warn_user("%s", message);
	}
	if (conf->error_count > CONF_MAX_ERRORS)
		warn_user("and %u more errors", conf->error_count - CONF_MAX_ERRORS);
	if (conf->refuse_all)
		warn_user("no card will be taken until this is corrected");
}
