/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables behind names.h. errno names are here because the C libraries that have them
 * (strerrorname_np) are newer than the systems we build on; PCI class names because
 * pci.ids need not be installed on a host.
 */
#include "tool/names.h"

#include <errno.h>
#include <string.h>

/* One name a line would be 130 lines. */
/* clang-format off */
#define N(name) [name] = #name
static const char *const errno_names[] = {
	N(EPERM), N(ENOENT), N(ESRCH), N(EINTR), N(EIO), N(ENXIO), N(E2BIG), N(ENOEXEC),
	N(EBADF), N(ECHILD), N(EAGAIN), N(ENOMEM), N(EACCES), N(EFAULT), N(ENOTBLK),
	N(EBUSY), N(EEXIST), N(EXDEV), N(ENODEV), N(ENOTDIR), N(EISDIR), N(EINVAL),
	N(ENFILE), N(EMFILE), N(ENOTTY), N(ETXTBSY), N(EFBIG), N(ENOSPC), N(ESPIPE),
	N(EROFS), N(EMLINK), N(EPIPE), N(EDOM), N(ERANGE), N(EDEADLK), N(ENAMETOOLONG),
	N(ENOLCK), N(ENOSYS), N(ENOTEMPTY), N(ELOOP), N(ENOMSG), N(EIDRM), N(ECHRNG),
	N(EL2NSYNC), N(EL3HLT), N(EL3RST), N(ELNRNG), N(EUNATCH), N(ENOCSI), N(EL2HLT),
	N(EBADE), N(EBADR), N(EXFULL), N(ENOANO), N(EBADRQC), N(EBADSLT), N(EBFONT),
	N(ENOSTR), N(ENODATA), N(ETIME), N(ENOSR), N(ENONET), N(ENOPKG), N(EREMOTE),
	N(ENOLINK), N(EADV), N(ESRMNT), N(ECOMM), N(EPROTO), N(EMULTIHOP), N(EDOTDOT),
	N(EBADMSG), N(EOVERFLOW), N(ENOTUNIQ), N(EBADFD), N(EREMCHG), N(ELIBACC),
	N(ELIBBAD), N(ELIBSCN), N(ELIBMAX), N(ELIBEXEC), N(EILSEQ), N(ERESTART),
	N(ESTRPIPE), N(EUSERS), N(ENOTSOCK), N(EDESTADDRREQ), N(EMSGSIZE), N(EPROTOTYPE),
	N(ENOPROTOOPT), N(EPROTONOSUPPORT), N(ESOCKTNOSUPPORT), N(EOPNOTSUPP),
	N(EPFNOSUPPORT), N(EAFNOSUPPORT), N(EADDRINUSE), N(EADDRNOTAVAIL), N(ENETDOWN),
	N(ENETUNREACH), N(ENETRESET), N(ECONNABORTED), N(ECONNRESET), N(ENOBUFS),
	N(EISCONN), N(ENOTCONN), N(ESHUTDOWN), N(ETOOMANYREFS), N(ETIMEDOUT),
	N(ECONNREFUSED), N(EHOSTDOWN), N(EHOSTUNREACH), N(EALREADY), N(EINPROGRESS),
	N(ESTALE), N(EUCLEAN), N(ENOTNAM), N(ENAVAIL), N(EISNAM), N(EREMOTEIO), N(EDQUOT),
	N(ENOMEDIUM), N(EMEDIUMTYPE), N(ECANCELED), N(ENOKEY), N(EKEYEXPIRED),
	N(EKEYREVOKED), N(EKEYREJECTED), N(EOWNERDEAD), N(ENOTRECOVERABLE), N(ERFKILL),
	N(EHWPOISON),
};
#undef N
/* clang-format on */

static const char *const level_names[] = {"emerg",   "alert",  "crit", "error",
					  "warning", "notice", "info", "debug"};

/* Base class and subclass, as in pci.ids. */
static const struct {
	uint16_t code;
	const char *name;
} subclass_names[] = {
	{0x0100, "SCSI storage controller"},
	{0x0101, "IDE interface"},
	{0x0104, "RAID bus controller"},
	{0x0106, "SATA controller"},
	{0x0107, "Serial Attached SCSI controller"},
	{0x0108, "Non-Volatile memory controller"},
	{0x0200, "Ethernet controller"},
	{0x0300, "VGA compatible controller"},
	{0x0302, "3D controller"},
	{0x0401, "Multimedia audio controller"},
	{0x0403, "Audio device"},
	{0x0600, "Host bridge"},
	{0x0601, "ISA bridge"},
	{0x0604, "PCI bridge"},
	{0x0700, "Serial controller"},
	{0x0c03, "USB controller"},
	{0x0c05, "SMBus"},
};

static const char *const base_names[] = {"Unclassified device",
					 "Mass storage controller",
					 "Network controller",
					 "Display controller",
					 "Multimedia controller",
					 "Memory controller",
					 "Bridge",
					 "Communication controller",
					 "System peripheral",
					 "Input device controller",
					 "Docking station",
					 "Processor",
					 "Serial bus controller",
					 "Wireless controller",
					 "Intelligent controller",
					 "Satellite communications controller",
					 "Encryption controller",
					 "Signal processing controller",
					 "Processing accelerator",
					 "Non-Essential Instrumentation"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *names_errno(int error)
{
	if (error < 0 || (size_t)error >= COUNT(errno_names))
		return NULL;
	return errno_names[error];
}

const char *names_level(unsigned level)
{
	return level < COUNT(level_names) ? level_names[level] : NULL;
}

int names_parse_level(const char *text, size_t length)
{
	if (length == 1 && text[0] >= '0' && text[0] <= '7')
		return text[0] - '0';
	if (length == 3 && memcmp(text, "err", 3) == 0)
		return 3;
	for (size_t i = 0; i < COUNT(level_names); i++) {
		if (strlen(level_names[i]) == length &&
		    memcmp(level_names[i], text, length) == 0)
			return (int)i;
	}
	return -EINVAL;
}

const char *names_pci_class(uint32_t class_code)
{
	for (size_t i = 0; i < COUNT(subclass_names); i++) {
		if (subclass_names[i].code == class_code >> 8)
			return subclass_names[i].name;
	}
	if (class_code >> 16 < COUNT(base_names))
		return base_names[class_code >> 16];
	return "Unknown class";
}
