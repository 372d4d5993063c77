#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass check: every finding has a machine that raises it and one that does not. A file of
# tests/cli/check/kinds is one of them, KIND or KIND.VARIANT:
#
#	= TEXT    must stand in the finding, as its JSON has it
#	lines of a machine (tests/machines/README), put behind those of check/base: it raises KIND
#	---
#	lines of one that does not
#
# A line "$ COMMAND" is run when the machine is made; its root is ./root. A kind that the source
# can raise and that has no file fails, and so does a file that no source raises.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
gpupass=$(realpath "${GPUPASS:-$build/gpupass}")
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 022
# Where everybody can run it.
chmod 755 "$work" && cp "$gpupass" "$work/gpupass" || exit 1
export LC_ALL=C PATH="$build:$here:$PATH" GPUPASS="$gpupass"

# What images are made of: modules with a real index, once for all.
make_kernel()
{
	[ -d "$work/kernel" ] || fake-kernel "$work/kernel" <"$here/check/kernel"
	rm -rf root/lib/modules
	cp -r "$work/kernel/." root/
}

# make_tree: what an image for the machine has in it. pack_tree: the image.
make_tree()
{
	make_kernel && fake-image tree root
}

pack_tree()
{
	mkdir -p root/boot root/lib/modules/6.1.0-fake
	fake-image pack tree >root/boot/initrd.img-6.1.0-fake
}

# make_root LINES: the machine of a half of a file.
make_root()
{
	grep -v '^[$=] ' "$1" >lines
	# A half that has a machine of its own stands on that.
	if grep -q '^M: ' lines; then
		grep '^M: ' lines >machine
		grep -v '^M: ' "$here/check/base" >>machine
		grep -v '^M: ' lines >>machine
	else
		cat "$here/check/base" lines >machine
	fi
	"$build/machine" "$top/tests/machines" root machine || return 1
	[ ! -d root/usr/sbin ] || chmod -R 755 root/usr/sbin
	sed -n 's/^\$ //p' "$1" >commands
	# shellcheck source=/dev/null
	. ./commands
}

# findings KIND: those of that kind, as their JSON has them.
findings()
{
	set -- "$1" "$gpupass" check --json --root root
	[ ! -e as-user ] || set -- "$1" setpriv --reuid 65534 --clear-groups "$work/gpupass" check --json --root root
	kind=$1
	shift
	"$@" >found.json 2>stderr
	found_status=$?
	[ $found_status -le 1 ] || { echo "exit status $found_status" && cat stderr; } >&2
	awk -v kind="\"kind\": \"$kind\"" 'BEGIN { RS = "}" } index($0, kind)' found.json
}

# check_kind FILE: in a directory of its own.
check_kind()
{
	of=$(basename "$1") of=${of%%.*}
	mkdir "$work/$(basename "$1")" && cd "$work/$(basename "$1")" || return 1
	mkdir yes no
	awk '/^---$/ { no = 1; next } { print >(no ? "no/half" : "yes/half") }' "$1"
	touch yes/half no/half
	(cd yes && make_root half >log 2>&1) || { cat yes/log && return 1; }
	(cd no && make_root half >log 2>&1) || { cat no/log && return 1; }
	(cd yes && findings "$of") >raised
	[ -s raised ] || { echo "not raised" && cat yes/found.json && return 1; }
	sed -n 's/^= //p' yes/half | while read -r text; do
		grep -qF -- "$text" raised || { echo "not there: $text" && cat raised && exit 1; }
	done || return 1
	(cd no && findings "$of") >raised
	[ ! -s raised ] || { echo "raised where it should not be" && cat raised && return 1; }
}

for file in "$here"/check/kinds/*; do
	! tap_sample 14 || tap_ok "$(basename "$file")" check_kind "$file"
done
raised=$(for file in "$here"/check/kinds/*; do
	file=${file##*/}
	echo "${file%%.*}"
done | sort -u)
# named FILE...: the words in the third argument of check_add(), or of an add() that hands it on.
named()
{
	cat "$@" | tr -s '[:space:]' ' ' |
		grep -oE '[^a-z_](check_add|add|add_word|add_item)\( ?[a-z>-]+, ?[^,;{]*, ?[^,;{]*"[^,;{]*,' |
		sed -E 's/^[^,]*,[^,]*,//' | grep -oE '"[a-z-]+"' | tr -d '"'
}

# What the table of parameters has, as make_kind() puts it.
parameters()
{
	sed -nE 's/^\t\{"pci", "([^"]*)".*/pci-\1/p; s/^\t\{"([^"]*)", .*/\1/p
		s/^\t\{NULL, "([^"]*)", CHECK.*/\1/p' "$top/tool/check/parameters.c" | tr '_.=' '---'
}

# events FILE...: the events in them, by their names. What refuses a whole boot, and what was said
# line by line, is none of check's.
events()
{
	cat "$@" | grep -oE 'TRACE_(GROUP_SHARED|ONLY_KEYBOARD|BAR_HELD|REFUSED_[A-Z_]*)' |
		grep -vxE 'TRACE_REFUSED_(BROKEN|KEEP_LIST|LATE)' | sed 's/^TRACE_//' |
		tr '[:upper:]_' '[:lower:]-'
}

tool=$top/tool
core=$top/hook/core
{
	named "$tool"/check/*.c "$tool/verb_check.c"
	parameters
	events "$tool/check/cards.c" "$core/plan.c" "$core/survey.c"
} | sort -u >"$work/named"
tap_is "every kind that can be raised has a file, and no other" \
	"$(echo "$raised" | diff "$work/named" -)" ""
# What the patterns above take from the source, so that they cannot come to take nothing.
for kind in image image-stale driverctl rmrr ids-other-card video-ignored pci-nomsi nofb \
	rd-driver-pre group-shared refused-keep not-root; do
	grep -qx "$kind" "$work/named"
	tap_result $? "found in the source: $kind"
done
tap_done
