# SPDX-License-Identifier: GPL-2.0-or-later
# A scratch copy of a minimal Debian system for the tests of this directory, in a mount
# namespace of its own: whatever a test does there is gone when it ends. Sourced first, by
# tests that then start anew inside the namespace.

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
. "$here/../lib/root.sh"
. "$here/../lib/tap.sh"

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0"
	echo "Bail out! this test needs root: it builds boot images in a chroot"
	exit 1
fi
[ -n "${SCRATCH:-}" ] || SCRATCH=y exec unshare --mount --propagation private "$0" "$@"

work=$(mktemp -d /var/tmp/gpupass-image.XXXXXX) || exit 1
trap 'umount "$root" "$work/over" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/root

# scratch_overlay DIRECTORY: at $root, what is written kept in memory: update-initramfs
# syncs. Where an overlay cannot be, a copy does, in half a minute.
scratch_overlay()
{
	mount -t tmpfs tmpfs "$work/over" && mkdir "$work/over/upper" "$work/over/work" &&
		mount -t overlay overlay "$root" -o \
			"lowerdir=$1,upperdir=$work/over/upper,workdir=$work/over/work"
}

# scratch_bail_out: after a preparation that failed.
scratch_bail_out()
{
	tap_note "$(cat "$work/prepare.log")"
	echo "Bail out! no system to test in"
	exit 1
}

# scratch_image: makes the system's image, small.
scratch_image()
{
	if [ -d "$root/etc/initramfs-tools" ]; then
		echo MODULES=list >"$root/etc/initramfs-tools/conf.d/small"
		root_run "$root" update-initramfs -u
	else
		echo 'hostonly=no drivers="vfio-pci"' \
			>"$root/etc/dracut.conf.d/small.conf"
		kernel=$(ls "$root/lib/modules")
		root_run "$root" dracut --force "/boot/initrd.img-$kernel" "$kernel"
	fi
}

# scratch_root SUITE: its system at $root, its images small, and the tree in
# /usr/src/gpupass.
scratch_root()
{
	base=$("$top/tests/vm/suite-root" "$1") || return 1
	mkdir "$root" "$work/over"
	scratch_overlay "$base/root" ||
		{ cp -a "$base/root/." "$root" && mount --bind "$root" "$root"; } || return 1
	scratch_image >/dev/null || return 1
	mkdir -p "$root/usr/src/gpupass"
	(cd "$top" && tar -cf - COPYING README.md install.sh Makefile hook tool conf) |
		tar -xf - -C "$root/usr/src/gpupass"
}

# scratch_list: every file of the system but the source tree's, with what changes when
# somebody writes to it.
scratch_list()
{
	(cd "$root" && find . -path ./proc -prune -o -path ./usr/src/gpupass -prune -o \
		-path ./sys -prune -o ! -type d -printf '%p %y %m %u %g %l %s %T@\n' -o \
		-printf '%p %y %m %u %g\n') | LC_ALL=C sort
}

# scratch_same NAME BEFORE AFTER: two listings are the same.
scratch_same()
{
	scratch_difference=$(diff "$2" "$3")
	tap_result $? "$1" "$scratch_difference"
}

# scratch_has NAME FILE TEXT: a line of the file has this text.
scratch_has()
{
	grep -qF -e "$3" "$2"
	tap_result $? "$1" "looked for: $3
in: $(cat "$2")"
}

# scratch_hasnt NAME FILE TEXT
scratch_hasnt()
{
	! grep -qF -e "$3" "$2"
	tap_result $? "$1" "found: $(grep -F -e "$3" "$2")"
}
