/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor [-p] [-o PARAMETERS] [-g FILE]... [-m FILE]... FUNCTION...: the least that hands
 * functions over to vfio-pci, in the order of its words and without a look at anything:
 * the kernel's own time. Built as the early program is.
 *
 *	-g FILE		inserts a module and mounts efivarfs
 *	-m FILE		inserts a module
 *	-o PARAMETERS	for the modules after it
 *	-p		the functions all at the same time, a child for each
 *
 * Exit status: 0; 1 when the kernel refused something, which is named on standard error;
 * 2 misuse.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EFIVARS   "/sys/firmware/efi/efivars"
#define PATH_SIZE 80

extern int finit_module(int fd, const char *parameters, int flags);

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void insert(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || finit_module(fd, parameters, 0) < 0)
		fail(path);
	close(fd);
}

static void mount_efivarfs(void)
{
	if (mount("efivarfs", EFIVARS, "efivarfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		fail(EFIVARS);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail(path);
	close(fd);
}

static void take(const char *function)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override", function);
	put(path, "vfio-pci");
	put("/sys/bus/pci/drivers/vfio-pci/bind", function);
}

static void take_in_child(const char *function)
{
	pid_t child = fork();

	if (child < 0)
		fail("fork");
	if (child > 0)
		return;
	take(function);
	_exit(0);
}

static int wait_for_all(void)
{
	int status, result = 0;

	while (wait(&status) > 0)
		result |= status != 0;
	return result;
}

int main(int argc, char **argv)
{
	const char *parameters = "";
	int option, parallel = 0;

	while ((option = getopt(argc, argv, "pg:m:o:")) != -1) {
		if (option == 'p')
			parallel = 1;
		else if (option == 'o')
			parameters = optarg;
		else if (option == 'g' || option == 'm')
			insert(optarg, parameters);
		else
			return 2;
		if (option == 'g')
			mount_efivarfs();
	}
	for (int i = optind; i < argc; i++) {
		if (parallel)
			take_in_child(argv[i]);
		else
			take(argv[i]);
	}
	return wait_for_all();
}
