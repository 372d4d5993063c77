#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What other people's tools find in the source: shell, man pages; and that each file
# names its licence.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
. tests/lib/tap.sh

# Every shell script of the tree, by its first line or its place.
shell_files()
{
	{
		find . -path ./build -prune -o -path ./.git -prune -o -type f -exec \
			grep -lE -m1 '^#!/bin/sh' {} +
		find tests -name '*.sh' -o -path 'tests/vm/cases/*/prepare'
	} | sed 's|^\./||' | LC_ALL=C sort -u
}

check_shell()
{
	shell_files | xargs shellcheck -s dash -x -P SCRIPTDIR
}

check_man()
{
	find conf -name '*.[1-9]' -exec mandoc -T lint -W warning {} +
}

# The licence, in one of the first lines.
check_licence()
{
	find hook tool conf tests install.sh Makefile -type f \( -name '*.[ch]' -o -name '*.sh' -o \
		-name '*.t' -o -perm -u+x \) ! -path '*/build/*' |
		while read -r file; do
			head -n 5 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || echo "$file"
		done | grep . && return 1
	return 0
}

tap_ok "shellcheck finds nothing" check_shell
tap_ok "mandoc finds nothing" check_man
tap_ok "every file names the licence" check_licence
tap_done
