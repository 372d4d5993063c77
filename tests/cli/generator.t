#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What builds this host's boot images: gpupass and install.sh must say the same of every host. The
# hosts are fakes.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
gpupass=$(realpath "${GPUPASS:-$build/gpupass}")
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
root=$work/host

# of_install: what install.sh finds.
of_install()
{
	set -- chroot "$root" /src/install.sh --dry-run --uninstall
	[ "$(id -u)" -eq 0 ] || set -- unshare --map-root-user "$@"
	env -i PATH=/bin:/usr/bin:/usr/sbin:/sbin "$@" 2>&1 </dev/null |
		sed -n 's/^Boot images of this host are built by \(.*\)\.$/\1/p'
}

# of_gpupass: what gpupass would have run.
of_gpupass()
{
	printf '[card a]\nsubsystem = dead:beef\n' >"$root/etc/gpupass.conf"
	case $("$gpupass" remove a --root "$root" 2>/dev/null) in
	*"1. update-initramfs -u -k all"*) echo initramfs-tools ;;
	*"1. dracut -f --regenerate-all"*) echo dracut ;;
	*"1. mkinitcpio -P"*) echo mkinitcpio ;;
	esac
}

# check FAMILY IMAGE SCRIPT PROGRAM...: on a host with these.
check()
{
	family=$1 image=$2 script=$3
	shift 3
	rm -rf "$root"
	cp -a "$work/programs" "$root"
	"$here/fake-host" system "$root" "$family" "$@" || exit 1
	mkdir -p "$root/lib/modules/6.1.0-fake" "$root/etc/kernel/postinst.d"
	cp "$top/install.sh" "$root/src/"
	[ -z "$image" ] || : >"$root/boot/$image"
	[ -z "$script" ] || install -m 755 /dev/null "$root/etc/kernel/postinst.d/$script"
	found=$(of_gpupass)
	tap_is "$family${image:+, $image}${script:+, $script}: ${*:-nothing}: ${found:-none}" "$found" "$(of_install)"
}

"$here/fake-host" programs "$work/programs" || exit 1
for programs in "" update-initramfs dracut mkinitcpio "update-initramfs dracut" "dracut mkinitcpio" \
	"update-initramfs mkinitcpio" "update-initramfs dracut mkinitcpio"; do
	for image in "" initramfs-6.1.0-fake.img initramfs-linux.img; do
		for script in "" initramfs-tools; do
			# shellcheck disable=SC2086 # a list
			! tap_sample 12 || check debian "$image" "$script" $programs
		done
	done
done

# dracut's own update-initramfs, with what a removed initramfs-tools has left
check debian "" initramfs-tools update-initramfs dracut
echo '# calls dracut' >>"$root/usr/sbin/update-initramfs"
tap_is "dracut's own update-initramfs: install.sh has dracut" "$(of_install)" dracut
tap_is "dracut's own update-initramfs: gpupass has it run" "$(of_gpupass)" initramfs-tools
tap_done
