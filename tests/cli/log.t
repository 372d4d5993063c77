#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass-log, the built program, on each case of tests/cli/log: what it prints, what it
# complains about, and its exit status. Adding a case adds a directory, not code:
#
#	args	its arguments (default: none); the shell reads them, in the case's root
#	trace	what mktrace writes to run/gpupass/trace (default: no trace)
#	boot_id	the running boot's (default: that of the case "good"; empty: none)
#	conf	etc/gpupass.conf
#	unprivileged   (empty) run it as nobody when the tests run as root
#	prepare	shell commands run in the root before
#	stdout, stderr, status   what must come out (default: nothing, nothing, 0)
#
# UPDATE=1 writes stdout, stderr and status instead; look at the diff before it goes in.
set -u

here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${GPUPASS_LOG:-$here/../../build/gpupass-log}")
mktrace=$(realpath "${MKTRACE:-$here/../../build/mktrace}")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
# An unprivileged case must reach the program and its root.
umask 022
chmod 755 "$work"
cp "$program" "$work/gpupass-log" || exit 1

export TZ=UTC LC_ALL=C TERM=xterm PATH="$work:$PATH"
unset NO_COLOR PAGER

boot=3f2504e0-4f89-41d3-9a0c-0305e82c3301

prepare_root() {
	case=$1 root=$2
	mkdir -p "$root/proc/sys/kernel/random" "$root/etc"
	if [ ! -e "$case/boot_id" ]; then
		echo "$boot" >"$root/proc/sys/kernel/random/boot_id"
	elif [ -s "$case/boot_id" ]; then
		cp "$case/boot_id" "$root/proc/sys/kernel/random/boot_id"
	fi
	if [ -e "$case/trace" ]; then
		mkdir -p "$root/run/gpupass"
		"$mktrace" <"$case/trace" >"$root/run/gpupass/trace" || return 1
	fi
	if [ -e "$case/conf" ]; then
		cp "$case/conf" "$root/etc/gpupass.conf"
	fi
	if [ -e "$case/prepare" ]; then
		# shellcheck source=/dev/null
		(cd "$root" && . "$case/prepare") || return 1
	fi
}

run_case() {
	case=$1 root=$2
	args='' as=''
	[ ! -e "$case/args" ] || read -r args <"$case/args"
	[ ! -e "$case/unprivileged" ] || [ "$(id -u)" != 0 ] ||
		as="setpriv --reuid 65534 --regid 65534 --clear-groups"
	prepare_root "$case" "$root" || return 1
	(
		cd "$root" || exit 1
		set -a
		# shellcheck source=/dev/null
		[ ! -e "$case/env" ] || . "$case/env"
		set +a
		if [ -e "$case/terminal" ]; then
			script -qec "gpupass-log --root . $args" /dev/null >"$root/typescript"
			status=$?
			tr -d '\r' <"$root/typescript"
			exit $status
		fi
		eval "$as gpupass-log --root . $args"
	) >"$root/stdout" 2>"$root/stderr" </dev/null
	echo $? >"$root/status"
}

# What the case wants; an absent file stands for nothing, and for status 0.
: >"$work/want-stdout"
: >"$work/want-stderr"
echo 0 >"$work/want-status"

compare() {
	case=$1 root=$2 part=$3
	want=$case/$part
	[ -e "$want" ] || want=$work/want-$part
	cmp -s "$want" "$root/$part" && return 0
	diff -u --label "${case##*/}/$part" --label got "$want" "$root/$part" >>"$work/diff" 2>&1
	return 1
}

update() {
	case=$1 root=$2
	for part in stdout stderr status; do
		cp "$root/$part" "$case/$part"
	done
	for part in stdout stderr; do
		[ -s "$case/$part" ] || rm "$case/$part"
	done
	[ "$(cat "$case/status")" != 0 ] || rm "$case/status"
}

number=0 seen=0 bad=0 # FAST=1: every third case
for case in "$here"/log/*/; do
	case=${case%/} name=${case%/} verdict=ok
	name=${name##*/}
	seen=$((seen + 1))
	[ -z "${FAST:-}" ] || [ $((seen % 3)) = 0 ] || continue
	root=$work/$name
	number=$((number + 1))
	mkdir "$root"
	: >"$work/diff"
	run_case "$case" "$root" 2>"$work/diff" || verdict="not ok"
	[ -z "${UPDATE:-}" ] || update "$case" "$root"
	for part in stdout stderr status; do
		compare "$case" "$root" "$part" || verdict="not ok"
	done
	echo "$verdict $number - $name"
	if [ "$verdict" != ok ]; then
		bad=1
		sed 's/^/# /' "$work/diff"
	fi
done
echo "1..$number"
exit $bad
