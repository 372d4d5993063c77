#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rooms of the source: who may know whom, who does no I/O, and that no path starts at
# the root directory but by way of --root.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
. tests/lib/tap.sh

# includes FILE...: "FILE NAME" for each header of the project that a file includes, without
# its .h.
includes()
{
	awk -F '"' '/^#include "/ && sub(/\.h$/, "", $2) { print FILENAME, $2 }' "$@"
}

# check_doors PART PATTERN: the files of a part of the tree include only what matches.
check_doors()
{
	! includes "$1"/*.[ch] | grep -Ev " ($2)/"
}

# The rooms as a graph; tsort complains of a circle.
check_circles()
{
	! includes hook/*/*.[ch] tool/*.[ch] tool/*/*.[ch] | sed 's/\.[ch] / /' | grep -Ev '^([^ ]*) \1$' |
		tsort 2>&1 >/dev/null | grep .
}

# What a room that does no I/O calls, beside others like it: the compiler's word for it.
pure='conf_|words_|span_|hash_add|phase_name$|guard_|card_|plan_|image_|pci_(parse|format|same)_|pci_compare$|trace_event_|topology_(parse|format)_|sys_(format|parse_number)$'
pure="$pure|(mem|str)[a-z]*$|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail"

check_pure()
{
	wrong=0
	for room in span conf conf_card conf_rule card plan image trace_format hash phase guard_state mode words; do
		gcc -I. -std=gnu11 -D_GNU_SOURCE -O0 -c -o "$work/room.o" "hook/core/$room.c" || return 1
		called=$(nm -u "$work/room.o" | sed 's/^ *U //' | grep -Ev "^($pure)")
		[ -z "$called" ] || { printf "hook/core/%s.c calls %s\n" "$room" "$called" && wrong=1; }
	done
	return $wrong
}

# A path of the host, in a literal.
check_literals()
{
	! grep -nE '"/(bin|boot|dev|etc|home|lib|proc|root|run|sbin|sys|tmp|usr|var)[/"]' \
		hook/*/*.[ch] tool/*.[ch] tool/*/*.[ch] | grep -Ev '^[^:]*:[0-9]+:[[:space:]]*(/?\*)'
}

# klibc's are broken or missing, and hook/ keeps no heap and gives up on nothing.
check_calls()
{
	! grep -nwE 'scandir|fgets|strtoul|strtol|atoi|malloc|calloc|realloc|abort|assert' hook/*/*.[ch]
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tap_ok "hook/core knows only itself" check_doors hook/core hook/core
tap_ok "hook/early knows itself and core" check_doors hook/early 'hook/core|hook/early'
tap_ok "tool knows itself and core" check_doors tool 'tool|hook/core'
tap_ok "tool/check knows itself, tool and core" check_doors tool/check 'tool|tool/check|hook/core'
tap_ok "no room knows one that knows it" check_circles
tap_ok "what decides and what parses does no I/O" check_pure
tap_ok "no path starts at the root directory" check_literals
tap_ok "hook/ makes no call that is ruled out there" check_calls
tap_done
