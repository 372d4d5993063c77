// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of an image against those of the host that it was made from: the early program
 * and the kernel's modules.
 */
#include "tool/verify.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/mounts.h"
#include "tool/regular.h"

static int read_program(const struct sys_root *root, struct verify_program *ret_program)
{
	int fd = regular_open(root->fd, IMAGE_PROGRAM);
	ssize_t length;
	int error;

	if (fd < 0)
		return fd;
	length = read(fd, ret_program->bytes, sizeof(ret_program->bytes));
	error = length < 0 ? -errno : 0;
	close(fd);
	ret_program->length = length < 0 ? 0 : (size_t)length;
	return error;
}

/* Where the last segment ends that is loaded when the program runs; 0 for no program. */
static size_t loaded_length(const struct verify_program *program)
{
	Elf64_Ehdr header;
	size_t end = 0;

	if (program->length < sizeof(header))
		return 0;
	memcpy(&header, program->bytes, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64)
		return 0;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		uint64_t offset = header.e_phoff + i * sizeof(Elf64_Phdr);
		Elf64_Phdr segment;

		if (header.e_phoff > program->length ||
		    offset + sizeof(segment) > program->length)
			return 0;
		memcpy(&segment, program->bytes + offset, sizeof(segment));
		if (segment.p_offset > program->length ||
		    segment.p_filesz > program->length - segment.p_offset)
			return 0;
		if (segment.p_type == PT_LOAD &&
		    segment.p_offset + segment.p_filesz > end)
			end = segment.p_offset + segment.p_filesz;
	}
	return end;
}

/* dracut strips the programs of an image: what runs stays the same, and what the header
 * says of sections does not. */
static bool runs_the_same(const struct verify_program *a, const struct verify_program *b)
{
	const size_t header = offsetof(Elf64_Ehdr, e_shoff);
	size_t loaded = loaded_length(a);

	return loaded > sizeof(Elf64_Ehdr) && loaded == loaded_length(b) &&
	       memcmp(a->bytes, b->bytes, header) == 0 &&
	       memcmp(a->bytes + sizeof(Elf64_Ehdr), b->bytes + sizeof(Elf64_Ehdr),
		      loaded - sizeof(Elf64_Ehdr)) == 0;
}

void verify_check_program(const struct verify_image *image, const struct sys_root *root,
			  struct verify_report *report)
{
	static struct verify_program own;
	const struct verify_program *program = &image->program;
	int error;

	if (!program->exists) {
		verify_report(report, true, IMAGE_PROGRAM " is not in it");
		return;
	}
	if (!program->runs)
		verify_report(report, true, IMAGE_PROGRAM " is not executable in it");
	error = read_program(root, &own);
	if (error < 0)
		verify_report(report, false,
			      IMAGE_PROGRAM " of the host cannot be read, %s: install "
					    "gpupass again",
			      regular_explain(error));
	else if ((program->length != own.length ||
		  memcmp(program->bytes, own.bytes, own.length) != 0) &&
		 !runs_the_same(program, &own))
		verify_report(report, true,
			      "stale: " IMAGE_PROGRAM " in it is not the one of now");
}

/* "kernel/drivers/vfio/vfio.ko.xz: ...": whether it is file, compressed or not. */
static bool is_line_of(char *line, const char *file)
{
	char *colon = strchr(line, ':');
	const char *name;
	size_t length = strlen(file);

	if (!colon)
		return false;
	*colon = '\0';
	name = strrchr(line, '/');
	name = name ? name + 1 : line;
	return strncmp(name, file, length) == 0 &&
	       (name[length] == '\0' || name[length] == '.');
}

/* The kernel's file, uncompressed. -ENOENT when this host has it not, or not the kernel.
 */
static int read_module(const struct sys_root *root, const char *release, const char *file,
		       struct digest *ret_digest)
{
	char path[PATH_MAX], *line = NULL;
	int error = -ENOENT;
	size_t size = 0;
	FILE *list;

	sys_format(path, sizeof(path), "lib/modules/%s/modules.dep", release);
	list = mounts_open(root, path);
	if (!list)
		return -errno;
	while (error == -ENOENT && getline(&line, &size, list) >= 0) {
		if (!is_line_of(line, file))
			continue;
		sys_format(path, sizeof(path), "lib/modules/%s/%s", release, line);
		error = digest_file(root, path, ret_digest);
	}
	free(line);
	fclose(list);
	return error;
}

void verify_check_module(const struct verify_image *image, const struct sys_root *root,
			 const char *file, const char *release,
			 struct verify_report *report)
{
	const struct verify_module *module = image->module;
	struct digest own;

	while (module < image->module + image->module_count &&
	       strcmp(module->file, file) != 0)
		module++;
	if (module == image->module + image->module_count)
		verify_report(report, true, IMAGE_MODULES "/%s is not in it", file);
	else if (!module->digest.elf)
		verify_report(report, true, IMAGE_MODULES "/%s in it is no kernel module",
			      file);
	else if (read_module(root, release, file, &own) == 0 &&
		 !digest_same(&module->digest, &own))
		verify_report(report, true,
			      "stale: " IMAGE_MODULES "/%s in it is not kernel %s's",
			      file, release);
}
