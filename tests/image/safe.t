#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# install.sh and --uninstall where something goes wrong, with the real update-initramfs and the
# real dracut: no room in /boot, /var/tmp or /usr, a generator that fails, one whose image is not
# good, SIGKILL, and two runs at once. After each the image in /boot is the old one, byte for byte,
# or a new one that is good; and the next run ends well and leaves nothing beside it.
# tests/cli/install.t has what is said; vm/cases boots.
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

# is_at POINT: a line of its output has this; "written": a part of the new image is on disk.
is_at()
{
	case $1 in
	written) [ -n "$(find "$root/boot" -name '.*.gpupass-new' -size +0)" ] ;;
	*) grep -q -e "$1" "$work/out" 2>/dev/null ;;
	esac
}

# kill_at POINT [COMMAND]: all of it, as soon as it is there, and once the command has ended.
kill_at()
{
	tries=0
	until is_at "$1" || [ $tries -gt 6000 ]; do
		kill -0 "$group" 2>/dev/null || break
		sleep 0.02
		tries=$((tries + 1))
	done
	is_at "$1"
	tap_result $? "$name: it was reached" "$(tail -n 20 "$work/out")"
	[ $# -eq 1 ] || "$2"
	# dash takes no other way to name a group, and says so where nobody reads it.
	kill -s KILL -- -"$group"
	wait "$group" 2>/dev/null
	tap_is "$name: it was killed" $? 137
	# Those in the namespace of their own die with its first process. Nobody is left who writes.
	flock "$root" true
}

# judge [STATUS]: the image is the one from before, or good; where a finding is none, STATUS is 1.
judge()
{
	image=$root/boot/initrd.img-$(ls "$root/lib/modules")
	if cmp -s "$image" "$work/before.img"; then
		tap_result 0 "$name: the old image is there"
		return
	fi
	status=0
	"$top/build/gpupass" verify-image "$image" --root "$root" >"$work/verify" 2>&1 || status=$?
	[ "$status" -ne 3 ] && [ "$status" -le "${1:-0}" ]
	tap_result $? "$name: the new image is a whole one" "$(cat "$work/verify" "$work/out")"
}

# judge_old: the one from before, and so is what the boot loader reads.
judge_old()
{
	tap_ok "$name: the old image is there" \
		cmp "$root/boot/initrd.img-$(ls "$root/lib/modules")" "$work/before.img"
	tap_ok "$name: and for the boot loader, too" cmp "$root/root/copy.img" "$work/before.img"
	tap_is "$name: and nothing beside it" "$(cd "$root/boot" && find . -name '.?*')" ""
	judge_programs
}

# judge_programs: what is there of them is whole.
judge_programs()
{
	for program in usr/lib/gpupass/gpupass-early usr/sbin/gpupass usr/bin/gpupass-log; do
		[ ! -e "$root/$program" ] ||
			cmp "$root/$program" "$root/usr/src/gpupass/build/${program##*/}" || echo "$program"
	done >"$work/programs" 2>&1
	tap_is "$name: the programs are whole" "$(cat "$work/programs")" ""
}

# mend ARGUMENT...: the next run.
mend()
{
	install_sh "$@"
	tap_result $? "$name: the next run ends well" "$(cat "$work/out")"
	tap_is "$name: and leaves nothing beside" \
		"$(cd "$root" && find boot usr etc -name '.*gpupass*' -o -name '*.new')" ""
	tap_ok "$name: the boot loader has this image" \
		cmp "$root/root/copy.img" "$root/boot/initrd.img-$(ls "$root/lib/modules")"
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

# suite NAME: a host of it, with gpupass installed and a card. Its boot loader reads a copy of
# the image, which a script makes as those of systemd-boot and Proxmox do.
suite()
{
	scratch_root "$1" && mkdir -p "$root/etc/initramfs/post-update.d" || return
	# shellcheck disable=SC2016 # of the script
	printf '#!/bin/sh\ncp "$2" /root/copy.img\n' >"$root/etc/initramfs/post-update.d/copy"
	chmod 755 "$root/etc/initramfs/post-update.d/copy"
	install_sh && printf '[card win]\naddress = 0000:83:00.0\n' >"$root/etc/gpupass.conf" &&
		install_sh
}

leave()
{
	umount "$root" "$work/over" 2>/dev/null
	rm -rf --one-file-system "$root" "$work/over"
}

# fails_with NAME TEXT ARGUMENT...: this run fails, changes nothing, and says this.
fails_with()
{
	name="$suite: $1${3:+, $3}"
	text=$2
	shift 2
	remember
	install_sh "$@"
	tap_is "$name: a failure" $? 1
	scratch_has "$name: says what holds" "$work/out" "$text"
	judge_old
}

# no_room DIRECTORY KIBIBYTES TEXT ARGUMENT...
no_room()
{
	where=$1
	text=$3
	fill "$where" "$2"
	shift 3
	fails_with "no room in /$where" "$text" "$@"
	empty "$where"
}

# with_hook TEXT NAME: update-initramfs has this hook, too.
with_hook()
{
	hook=$root/etc/initramfs-tools/hooks/zz-breaks
	# shellcheck disable=SC2016 # of the hook
	printf '#!/bin/sh\n[ "$1" != prereqs ] || exit 0\n%s\n' "$1" >"$hook"
	chmod 755 "$hook"
	shift
	fails_with "$@"
	rm "$hook"
}

# killed_at ARGUMENT POINT...
killed_at()
{
	arguments=$1
	shift
	for point; do
		name="$suite: killed${arguments:+, $arguments} at \"$point\""
		remember
		# shellcheck disable=SC2086 # one word or none
		start $arguments
		case $point in
		written) kill_at "$point" second_run ;;
		*) kill_at "$point" ;;
		esac
		# What it is about to do is allowed to be done.
		judge 1
		judge_programs
		# shellcheck disable=SC2086 # one word or none
		mend $arguments
		[ -z "$arguments" ] || install_sh
	done
}

# second_run: while the other is at work.
second_run()
{
	mv "$work/out" "$work/first"
	first=$group
	kill -s STOP -- -"$first"
	install_sh
	tap_is "$name: a second run is refused" "$?$(grep -c 'another install.sh is at work' "$work/out")" 11
	group=$first
	kill -s CONT -- -"$group"
}

old_is_there="The old image is in place"
nothing_changes="The boot images are as they were"

on_bookworm()
{
	no_room boot 1024 "$old_is_there"
	no_room var/tmp 4096 "$old_is_there"
	no_room usr/lib/gpupass 4 "$nothing_changes"
	with_hook "exit 1" "a hook fails" "$old_is_there"
	# shellcheck disable=SC2016 # of the hook
	with_hook 'rm "$DESTDIR/usr/lib/gpupass/gpupass-early"' "the image is not good" "$old_is_there"
	killed_at "" written
	killed_at --uninstall "^+ make .* uninstall-hooks"
	[ -n "${LONG:-}" ] || return 0
	no_room boot 1024 "$old_is_there" --uninstall
	mend --uninstall
	install_sh
	with_hook "exit 1" "a hook fails" "$old_is_there" --uninstall
	install_sh
	killed_at "" "^+ make .* install" "gpupass/.gpupass-early.new" "^mv .*/usr/sbin/gpupass$" \
		"^mv .*hooks/gpupass$" "^+ mkinitramfs" "^+ gpupass verify-image" "^+ sync" "^+ mv" "^+ run-parts"
	killed_at --uninstall "guard forget" "^+ mkinitramfs" written "^+ mv" "^+ make .* uninstall$"
}

on_trixie()
{
	no_room boot 1024 "$old_is_there"
	killed_at "" written
	[ -n "${LONG:-}" ] || return 0
	no_room var/tmp 2048 "$old_is_there"
	no_room boot 1024 "$old_is_there" --uninstall
	mend --uninstall
	install_sh
	killed_at "" "^+ env .* dracut" "Creating initramfs image file" "^+ gpupass verify-image" "^+ mv"
	killed_at --uninstall "^+ env .* dracut" written "^+ mv" "^+ make .* uninstall$"
}

for suite in ${SUITES:-bookworm trixie}; do
	suite "$suite" >"$work/prepare.log" 2>&1 || scratch_bail_out
	"on_$suite"
	leave
done
tap_done
