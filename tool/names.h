/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names: numbers to the words that people know, and back. Tables only.
 */
#ifndef GPUPASS_NAMES_H
#define GPUPASS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* "EINVAL" for 22; NULL for a number that Linux does not use. */
const char *names_errno(int error);

/* "error" for 3; NULL above 7. */
const char *names_level(unsigned level);

/* 3 for "3", "error" and journalctl's "err"; -EINVAL for anything else. */
int names_parse_level(const char *text, size_t length);

/* "VGA compatible controller" for 0x030000, as lspci says it: the subclass where it is
 * known, else the base class. Never NULL. */
const char *names_pci_class(uint32_t class_code);

#endif
