#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass, the built program, on each case of tests/cli/gpupass. Adding a case adds a
# directory, not code:
#
#	args      its arguments, beside --root; the shell reads them, in the case's directory
#	kernel    what fake-kernel makes below the root
#	machine   what machine makes there
#	conf      etc/gpupass.conf
#	prepare   shell commands run before, in the case's directory; the root is ./root
#	check     shell commands run after; their output follows the program's
#	stdout, stderr, status   what must come out (default: nothing, nothing, 0)
#
# UPDATE=1 writes stdout, stderr and status instead; look at the diff before it goes in.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
gpupass=$(realpath "${GPUPASS:-$build/gpupass}")
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
umask 022
export LC_ALL=C PATH="$here:$PATH" GPUPASS="$gpupass"

# make_kernel WORDS: with a root that is mounted, as a host has it. Compiling is what costs, and
# the same words give the same kernel.
make_kernel()
{
	kernel=$work/kernel-$(cksum <"$1" | tr ' ' -)
	if [ ! -d "$kernel" ]; then
		fake-kernel "$kernel" <"$1" || return 1
	fi
	cp -r "$kernel/." root/ && mkdir -p root/proc/self &&
		echo "27 1 8:1 / / rw - ext4 /dev/sda1 rw" >root/proc/self/mountinfo
}

prepare()
{
	mkdir -p root/etc
	[ ! -e "$1/kernel" ] || make_kernel "$1/kernel" || return 1
	[ ! -e "$1/machine" ] || "$build/machine" "$here/../machines" root "$1/machine" || return 1
	[ ! -e "$1/conf" ] || cp "$1/conf" root/etc/gpupass.conf || return 1
	# shellcheck source=/dev/null
	[ ! -e "$1/prepare" ] || . "$1/prepare"
}

# run_case CASE: in a directory of its own.
run_case()
{
	prepare "$1" >prepare.log 2>&1 || return 1
	args=$(cat "$1/args")
	eval "$gpupass $args" >stdout 2>stderr </dev/null
	echo $? >status
	sed -i "s|$PWD/||g" stdout stderr
	# shellcheck source=/dev/null
	[ ! -e "$1/check" ] || (. "$1/check") >>stdout 2>&1
}

# An absent file stands for nothing, and for status 0.
expected()
{
	if [ -e "$1/$2" ]; then
		cat "$1/$2"
	elif [ "$2" = status ]; then
		echo 0
	fi
}

# as_expected CASE PART: without a process where there is nothing to compare.
as_expected()
{
	if [ -e "$1/$2" ]; then
		cmp -s "$1/$2" "$2"
	elif [ "$2" = status ]; then
		read -r found <status && [ "$found" = 0 ]
	else
		[ ! -s "$2" ]
	fi
}

# keep CASE PART: what came out, as the case's new expectation.
keep()
{
	if [ "$(cat "$2")" = "$(case $2 in status) echo 0 ;; esac)" ]; then
		rm -f "$1/$2"
	else
		cp "$2" "$1/$2"
	fi
}

for case in "$here"/gpupass/*/; do
	tap_sample 12 || continue
	case=${case%/}
	name=${case##*/}
	mkdir "$work/$name" && cd "$work/$name" || exit 1
	if ! run_case "$case"; then
		tap_result 1 "$name" "$(cat prepare.log)"
		continue
	fi
	: >differences
	for part in stdout stderr status; do
		[ -z "${UPDATE:-}" ] || keep "$case" "$part"
		! as_expected "$case" "$part" || continue
		# shellcheck disable=SC2094 # the case's part is read, not this one
		expected "$case" "$part" | diff -u --label "$name/$part" --label found - "$part" >>differences
	done
	[ ! -s differences ]
	tap_result $? "$name" "$(cat differences)"
	rm -rf "${work:?}/$name"
done
tap_done
