#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What other people's tools find in the source: formatting and C.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
. tests/lib/tap.sh

c_files()
{
	find hook tool tests -name '*.[ch]' | LC_ALL=C sort
}

check_format()
{
	c_files | xargs clang-format --dry-run -Werror
}

check_c()
{
	find hook tool -name '*.c' -exec cppcheck --quiet --std=c11 -I. -D_GNU_SOURCE -D__x86_64__ \
		-DGPUPASS_VERSION='"0"' --enable=warning,portability,performance \
		--inline-suppr --suppress=missingIncludeSystem --error-exitcode=1 {} +
}

tap_ok "clang-format has nothing to change" check_format
tap_ok "cppcheck finds nothing" check_c
tap_done
