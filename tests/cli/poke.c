/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poke: the smallest program that sysfs-kernel can be tried with. Does what its arguments
 * say, in their order, in the working directory, and prints what came of each:
 *
 *	PATH=TEXT	writes TEXT, \n and \0 in it being bytes
 *	PATH+COUNT	writes COUNT letters
 *	PATH*COUNT	writes a line COUNT times
 *	PATH!		opens it with O_TRUNC and writes nothing
 *	PATH~		opens it with O_CREAT
 *	PATH		prints its first line, or where a link points
 *	kill SECONDS ARGUMENT...	does the rest in a child and kills it after
 *SECONDS
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SIZE 8192

static const char *result_name(ssize_t result)
{
	static char text[32];

	if (result < 0)
		return strerrorname_np(errno);
	snprintf(text, sizeof(text), "%zd", result);
	return text;
}

static void write_text(const char *path, const char *text, size_t length, int truncate)
{
	int fd = open(path, O_WRONLY | O_TRUNC);
	ssize_t result = fd < 0 ? fd : truncate ? 0 : write(fd, text, length);

	printf("%s: %s\n", path, result_name(result));
	if (fd >= 0)
		close(fd);
}

static void write_lines(const char *path, long count)
{
	int fd = open(path, O_WRONLY);
	long good = 0;

	while (good < count && write(fd, "line\n", 5) == 5)
		good++;
	printf("%s: %ld times\n", path, good);
	close(fd);
}

static size_t unescape(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		if (in[0] == '\\' && (in[1] == 'n' || in[1] == '0'))
			*out++ = *++in == 'n' ? '\n' : '\0';
		else
			*out++ = *in;
	}
	return (size_t)(out - text);
}

static void show(const char *path)
{
	char text[MAX_SIZE];
	ssize_t length = readlink(path, text, sizeof(text) - 1);
	int fd = -1;

	if (length < 0 && errno == EINVAL) {
		fd = open(path, O_RDONLY);
		length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	}
	if (length < 0) {
		printf("%s: %s\n", path, result_name(length));
	} else {
		text[length] = '\0';
		text[strcspn(text, "\n")] = '\0';
		printf("%s: %s\n", path, text);
	}
	if (fd >= 0)
		close(fd);
}

static void do_one(char *argument)
{
	char letters[MAX_SIZE];
	char *at = strpbrk(argument, "=+*!~");
	char kind = at ? *at : '\0';

	if (at)
		*at++ = '\0';
	memset(letters, 'x', sizeof(letters));
	if (kind == '=')
		write_text(argument, at, unescape(at), 0);
	else if (kind == '+')
		write_text(argument, letters, (size_t)atol(at), 0);
	else if (kind == '*')
		write_lines(argument, atol(at));
	else if (kind == '~')
		printf("%s: %s\n", argument,
		       result_name(open(argument, O_WRONLY | O_CREAT, 0644)));
	else if (kind == '!')
		write_text(argument, "", 0, 1);
	else
		show(argument);
	fflush(stdout);
}

/* What a supervisor does: waits, kills, looks once more. */
static void do_in_child(char *argument, int number)
{
	pid_t child = fork(), ended;
	int status;

	if (child == 0) {
		do_one(argument);
		_exit(0);
	}
	usleep(300000);
	kill(child, number);
	usleep(100000);
	ended = waitpid(child, &status, WNOHANG);
	printf("child: %s\n", ended == 0            ? "still there"
			      : WIFSIGNALED(status) ? "killed"
						    : "ended");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "kill") == 0 && i + 1 < argc)
			do_in_child(argv[++i], SIGKILL);
		else if (strcmp(argv[i], "leave") == 0 && i + 1 < argc)
			do_in_child(argv[++i], 0);
		else
			do_one(argv[i]);
	}
	return 0;
}
