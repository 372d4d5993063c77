#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make install and make uninstall below a directory: which directories they make and take away.
# tests/image/install.t has every file.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
root=$work/root

# make_it TARGET: as without DESTDIR.
make_it()
{
	# shellcheck disable=SC2086 # a target and words
	make -s -C "$top" $1 DESTDIR="$root" "RECORD=${2-/usr/lib/gpupass/directories}" \
		>"$work/out" 2>&1
	tap_result $? "make $1" "$(cat "$work/out")"
}

directories()
{
	(cd "$root" && find . -type d) | LC_ALL=C sort
}

# Empty ones of other packages, and none of initramfs-tools'.
mkdir -p "$root/etc" "$root/usr/bin" "$root/usr/share/man/man8" "$root/usr/lib/dracut/modules.d"
before=$(directories)
make_it install
tap_ok "what was not there is made" test -d "$root/etc/initramfs/post-update.d"
make_it install
units=$root/usr/lib/systemd/system
tap_is "each link of a target leads to a unit" \
	"$(find "$units" -type l ! -exec test -e {} \; -print)" ""
tap_is "these are wanted in every boot, and no other" \
	"$(cd "$units" && find . -type l | LC_ALL=C sort)" \
	"./multi-user.target.wants/gpupass-good.service
./sysinit.target.wants/gpupass-guard.service"
tap_ok "and asks the program that was installed" \
	grep -qx "ExecStart=/usr/sbin/gpupass status" "$units/gpupass-ready.service"
make_it uninstall
tap_is "after a second time, too, only what it made is taken away" "$(directories)" "$before"
tap_is "and no file stays but the configuration" "$(cd "$root" && find . -type f)" \
	"./etc/gpupass.conf"

# --- mkinitcpio's hooks, where install.sh says that it is there

make_it "install INITCPIO=y"
tap_is "mkinitcpio's files are placed" "$(cd "$root" && find . -path '*initcpio*' -type f | LC_ALL=C sort)" \
	"./etc/mkinitcpio.conf.d/zz-gpupass.conf
./usr/lib/initcpio/gpupass.service
./usr/lib/initcpio/hooks/gpupass
./usr/lib/initcpio/install/gpupass"
make_it uninstall-hooks
tap_is "nothing that mkinitcpio calls stays" "$(cd "$root" && find . -path '*initcpio*' -type f)" ""
make_it uninstall
tap_is "and no directory" "$(directories)" "$before"

# --- where not all of it can be written nothing is changed

# A file where a directory is needed, late in the list, is like a disk that is full there.
fail_to_install()
{
	rm -rf "$root/usr/lib/dracut/modules.d/50gpupass"
	touch "$root/usr/lib/dracut/modules.d/50gpupass"
	(cd "$root" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2) >"$work/before"
	make -s -C "$top" install DESTDIR="$root" RECORD= >"$work/out" 2>&1
	tap_is "$1: it fails" $? 2
	(cd "$root" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2) >"$work/after"
	tap_is "$1: no file is changed, and none is added" "$(diff "$work/before" "$work/after")" ""
	rm "$root/usr/lib/dracut/modules.d/50gpupass"
}
rm "$root/etc/gpupass.conf"
fail_to_install "for the first time"
make_it install
find "$root" -type f ! -name directories -exec sh -c 'for file; do echo old >"$file"; done' sh {} +
fail_to_install "over an old one"
make_it install
tap_is "over an old one, with room: all of it is new but the configuration" \
	"$(cd "$root" && grep -rlx old .)" "./etc/gpupass.conf"
tap_is "and nothing is left beside it" "$(find "$root" -name '*.new')" ""
touch "$root/etc/initramfs/post-update.d/other"
make_it uninstall
tap_ok "what another one uses stays" test -e "$root/etc/initramfs/post-update.d/other"
rm -r "$root/etc/initramfs"

# A package's directories are its manager's.
make_it install ""
tap_ok "a package has no list" test ! -e "$root/usr/lib/gpupass/directories"
all=$(directories | grep -v gpupass)
make_it uninstall ""
tap_is "without a list only those of gpupass alone are taken away" "$(directories)" "$all"

tap_done
