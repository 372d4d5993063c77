/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Four functions below /sys/bus/pci (tests/vm/host/machine).
 */
#include "tests/faults/card.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUS "/sys/bus/pci/"

static const char *const functions[CARD_FUNCTIONS] = {"0000:83:00.0", "0000:83:00.1",
						      "0000:83:00.2", "0000:83:00.3"};

/* Those whose native driver gpupass may unbind. */
static const bool may_be_native[CARD_FUNCTIONS] = {false, true, true, false};

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* What is read back decides. */
	(void)!write(fd, text, strlen(text));
	close(fd);
}

static void read_one(unsigned i, struct card_state *state)
{
	char path[128], target[256];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), BUS "devices/%s/driver", functions[i]);
	length = readlink(path, target, sizeof(target) - 1);
	target[length > 0 ? length : 0] = '\0';
	snprintf(state->driver[i], CARD_NAME_SIZE, "%s",
		 length > 0 ? strrchr(target, '/') + 1 : "");
	snprintf(path, sizeof(path), BUS "devices/%s/driver_override", functions[i]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? 0 : read(fd, state->override[i], CARD_NAME_SIZE - 1);
	if (fd >= 0)
		close(fd);
	state->override[i][length > 0 ? length : 0] = '\0';
	state->override[i][strcspn(state->override[i], "\n")] = '\0';
}

void card_read(struct card_state *ret_state)
{
	memset(ret_state, 0, sizeof(*ret_state));
	for (unsigned i = 0; i < CARD_FUNCTIONS; i++)
		read_one(i, ret_state);
}

bool card_is_taken(const struct card_state *state)
{
	for (unsigned i = 0; i < CARD_FUNCTIONS; i++) {
		if (strcmp(state->driver[i], "vfio-pci") != 0 ||
		    strcmp(state->override[i], "vfio-pci") != 0)
			return false;
	}
	return true;
}

bool card_is_same(const struct card_state *one, const struct card_state *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

const char *card_format(const struct card_state *state)
{
	static char text[CARD_FUNCTIONS * (2 * CARD_NAME_SIZE + 2)];
	size_t used = 0;

	for (unsigned i = 0; i < CARD_FUNCTIONS; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s/%s",
					 i ? " " : "",
					 state->driver[i][0] ? state->driver[i] : "none",
					 state->override[i]);
	return text;
}

void card_give_back(bool native)
{
	struct card_state state;
	char path[128];

	card_read(&state);
	for (unsigned i = 0; i < CARD_FUNCTIONS; i++) {
		bool foreign = strcmp(state.driver[i], "vfio-pci") == 0 || !native ||
			       !may_be_native[i];

		snprintf(path, sizeof(path), BUS "devices/%s/driver_override",
			 functions[i]);
		write_text(path, "\n");
		snprintf(path, sizeof(path), BUS "devices/%s/driver/unbind",
			 functions[i]);
		if (state.driver[i][0] && foreign)
			write_text(path, functions[i]);
		if (native && may_be_native[i] && (foreign || !state.driver[i][0]))
			write_text(BUS "drivers_probe", functions[i]);
	}
}
