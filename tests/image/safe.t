#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# install.sh and --uninstall where something goes wrong, with the real update-initramfs and the
# real dracut: no room in /boot, none in /usr, a generator that fails, and SIGKILL. After each
# the image in /boot is the old one, byte for byte, or a new one that is good; and the next run
# ends well and leaves nothing beside it. tests/cli/install.t has what is said; vm/cases boots.
set -u
. "$(dirname "$0")/scratch.sh"

# start ARGUMENT...: install.sh, in a process group of its own: group.
start()
{
	# shellcheck disable=SC2016 # the inner shell expands
	setsid sh -c '. "$1/tests/lib/root.sh"; shift; root_run "$@"' start "$top" \
		"$root" /usr/src/gpupass/install.sh "$@" >"$work/out" 2>&1 &
	group=$!
}

install_sh()
{
	start "$@"
	wait "$group"
}

# kill_at PATTERN: all of it, as soon as a line of its output has this.
kill_at()
{
	tries=0
	until grep -q -e "$1" "$work/out" 2>/dev/null || [ $tries -gt 2400 ]; do
		kill -0 "$group" 2>/dev/null || break
		sleep 0.05
		tries=$((tries + 1))
	done
	kill -KILL -- -"$group" 2>/dev/null
	# Those in the namespace of their own die with its first process.
	wait "$group" 2>/dev/null
	grep -q -e "$1" "$work/out"
	tap_result $? "$name: it was reached" "$(tail -n 20 "$work/out")"
}

# judge: the image is the one from before, or good.
judge()
{
	image=$root/boot/initrd.img-$(ls "$root/lib/modules")
	if cmp -s "$image" "$work/before.img"; then
		tap_result 0 "$name: the old image is there"
		return
	fi
	status=0
	"$top/build/gpupass" verify-image "$image" --root "$root" >"$work/verify" 2>&1 || status=$?
	# Without gpupass in it: a finding while the configuration names a card.
	[ "$status" -ne 3 ] && [ "$status" -le "${1:-0}" ]
	tap_result $? "$name: the new image is a whole one" "$(cat "$work/verify" "$work/out")"
}

# mend ARGUMENT...: the next run.
mend()
{
	install_sh "$@"
	tap_result $? "$name: the next run ends well" "$(cat "$work/out")"
	tap_is "$name: and leaves nothing beside" \
		"$(cd "$root" && find boot usr etc -name '.*gpupass*' -o -name '*.new')" ""
}

remember()
{
	cp "$root/boot/initrd.img-$(ls "$root/lib/modules")" "$work/before.img"
}

# fill DIRECTORY KIBIBYTES: what lies there moves to a filesystem with so much room left.
fill()
{
	small=$work/small
	mkdir -p "$small"
	mount -t tmpfs -o "size=$(($(du -sk "$root/$1" | cut -f1) + $2))k" tmpfs "$small" &&
		cp -a "$root/$1/." "$small" && mount --bind "$small" "$root/$1"
}

# empty DIRECTORY: back, with what it has now.
empty()
{
	umount "$root/$1"
	cp -a "$small/." "$root/$1/"
	umount "$small"
}

# suite NAME: a host of it, with gpupass installed and a card.
suite()
{
	scratch_root "$1" && install_sh &&
		printf '[card win]\naddress = 0000:83:00.0\n' >"$root/etc/gpupass.conf" && install_sh
}

leave()
{
	umount "$root" "$work/over" 2>/dev/null
	rm -rf --one-file-system "$root" "$work/over"
}

no_room_in_boot()
{
	for arguments; do
		name="$suite: no room in /boot${arguments:+, $arguments}"
		remember
		fill boot 1024
		# shellcheck disable=SC2086 # one word or none
		install_sh $arguments
		tap_is "$name: a failure" $? 1
		scratch_has "$name: says where the old one is" "$work/out" "The old image is in place"
		judge
		tap_is "$name: and nothing beside it" "$(cd "$root/boot" && find . -name '.?*')" ""
		empty boot
		# shellcheck disable=SC2086 # one word or none
		mend $arguments
		[ -z "$arguments" ] || install_sh
	done
}

killed_at()
{
	arguments=$1
	shift
	for pattern; do
		name="$suite: killed${arguments:+, $arguments} at \"$pattern\""
		remember
		# shellcheck disable=SC2086 # one word or none
		start $arguments
		kill_at "$pattern"
		# What it is about to do is allowed to be done.
		judge 1
		# shellcheck disable=SC2086 # one word or none
		mend $arguments
		[ -z "$arguments" ] || install_sh
	done
}

no_room_for_files()
{
	name="$suite: no room in /usr/lib/gpupass"
	remember
	fill usr/lib/gpupass 4
	install_sh
	tap_is "$name: a failure" $? 1
	scratch_has "$name: says what to do" "$work/out" "run this again"
	judge
	tap_ok "$name: the program there is the old one, whole" \
		cmp "$root/usr/lib/gpupass/gpupass-early" "$root/usr/src/gpupass/build/gpupass-early"
	empty usr/lib/gpupass
	mend
}

failing_hook()
{
	for arguments in "" --uninstall; do
		name="$suite: a hook fails${arguments:+, $arguments}"
		remember
		# shellcheck disable=SC2016 # of the hook
		printf '#!/bin/sh\n[ "$1" = prereqs ] || exit 1\n' >"$root/etc/initramfs-tools/hooks/fails"
		chmod 755 "$root/etc/initramfs-tools/hooks/fails"
		# shellcheck disable=SC2086 # one word or none
		install_sh $arguments
		tap_is "$name: a failure" $? 1
		judge
		rm "$root/etc/initramfs-tools/hooks/fails"
		# shellcheck disable=SC2086 # one word or none
		mend $arguments
	done
	install_sh
}

on_bookworm()
{
	no_room_in_boot "" --uninstall
	failing_hook
	no_room_for_files
	killed_at "" "^update-initramfs: Generating"
	killed_at --uninstall "^+ make .* uninstall-hooks"
	[ -n "${LONG:-}" ] || return 0
	killed_at "" "^+ make .* install" "gpupass/.gpupass-early.new" "hooks/.gpupass.new" \
		"^+ update-initramfs" "^+ gpupass verify-image" ": good: "
	killed_at --uninstall "guard forget" "^+ update-initramfs" "^update-initramfs: Generating" \
		"^+ make .* uninstall$"
}

on_trixie()
{
	no_room_in_boot ""
	killed_at "" "Creating initramfs image file"
	[ -n "${LONG:-}" ] || return 0
	no_room_in_boot --uninstall
	killed_at "" "^+ dracut" "^+ gpupass verify-image" "^+ mv"
	killed_at --uninstall "^+ dracut" "^+ mv" "^+ make .* uninstall$"
}

for suite in ${SUITES:-bookworm trixie}; do
	suite "$suite" >"$work/prepare.log" 2>&1 || scratch_bail_out
	"on_$suite"
	leave
done
tap_done
