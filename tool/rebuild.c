// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks, runs the generator with what it prints going where ours goes, and says the rest.
 */
#include "tool/rebuild.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/generator.h"

#define MAX_WORDS   8
#define ANSWER_SIZE 64

/* Enter alone means yes; the end of the input means no. */
static bool ask(const char *command)
{
	char answer[ANSWER_SIZE];

	for (;;) {
		printf("Rebuild the boot images now (%s)? [Y/n] ", command);
		fflush(stdout);
		if (!fgets(answer, sizeof(answer), stdin)) {
			putchar('\n');
			return false;
		}
		answer[strcspn(answer, " \t\r\n")] = '\0';
		if (answer[0] == '\0' || strcasecmp(answer, "y") == 0 ||
		    strcasecmp(answer, "yes") == 0)
			return true;
		if (strcasecmp(answer, "n") == 0 || strcasecmp(answer, "no") == 0)
			return false;
	}
}

/* su keeps a user's path, and the generator calls others of root's programs. */
static void extend_path(void)
{
	static const char *const directories[] = {"usr/sbin", "sbin"};
	const char *old = getenv("PATH");
	char path[2 * PATH_MAX];

	sys_format(path, sizeof(path), "/%s:/%s%s%s", directories[0], directories[1],
		   old && *old ? ":" : "", old ? old : "");
	setenv("PATH", path, 1);
}

static void run(const struct sys_root *root, const char *command)
{
	char text[GENERATOR_COMMAND_SIZE], path[GENERATOR_PATH_SIZE];
	char program[GENERATOR_PATH_SIZE + 1], *words[MAX_WORDS + 1], *rest;
	unsigned count = 0;

	sys_format(text, sizeof(text), "%s", command);
	for (char *word = strtok_r(text, " ", &rest); word && count < MAX_WORDS;
	     word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	words[count] = NULL;
	if (generator_find_program(root, words[0], path)) {
		sys_format(program, sizeof(program), "/%s", path);
		extend_path();
		execv(program, words);
	}
	complain("%s: %s", words[0], strerror(errno));
}

/* Whether the command has succeeded. */
static bool rebuild(const struct sys_root *root, const char *command)
{
	int status = 0;
	pid_t child;

	printf("+ %s\n", command);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		run(root, command);
		_exit(127);
	}
	if (child < 0) {
		complain("%s: %s", command, strerror(errno));
		return false;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFEXITED(status))
		complain("%s: it has failed, exit status %d", command,
			 WEXITSTATUS(status));
	else
		complain("%s: it was ended by signal %d", command, WTERMSIG(status));
	return false;
}

static void say_next(const char *command)
{
	unsigned number = 1;

	puts("Next:");
	if (command)
		printf("  %u. %s\n", number++, command);
	printf("  %u. gpupass check\n", number++);
	printf("  %u. reboot\n", number);
}

static bool is_wanted(const struct arguments *arguments, const char *command)
{
	if (!arguments->root.real) {
		if (arguments->rebuild)
			warn_user("--rebuild: below another root nothing is run");
		return false;
	}
	if (arguments->rebuild)
		return true;
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && ask(command);
}

enum status rebuild_offer(const struct arguments *arguments)
{
	const char *command = generator_command(generator_find(&arguments->root));

	if (!command) {
		warn_user("there is no update-initramfs, dracut or mkinitcpio here: "
			  "rebuild what this host boots from by hand; until then nothing "
			  "changes");
		return arguments->rebuild ? STATUS_FINDING : STATUS_GOOD;
	}
	if (!is_wanted(arguments, command)) {
		say_next(command);
		return STATUS_GOOD;
	}
	if (rebuild(&arguments->root, command)) {
		say_next(NULL);
		return STATUS_GOOD;
	}
	complain(
		"the change of the configuration stays, and is not in all boot images: put "
		"that right and run %s before you reboot",
		command);
	return STATUS_FINDING;
}
