#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# install.sh and `make install` in a chroot: what they put where, twice, and back.
set -u
. "$(dirname "$0")/scratch.sh"

install_sh()
{
	root_run "$root" /usr/src/gpupass/install.sh "$@" >"$work/out" 2>&1
}

# Without what every rebuilt image changes, and the lock: a host's /run is gone with its boot.
list_but_images()
{
	scratch_list | grep -vE '^\./(run/gpupass-install\.lock|boot/initrd\.img|var/lib/initramfs-tools/|var/cache/ldconfig)'
}

# new_files BEFORE AFTER: the paths that only AFTER has.
new_files()
{
	cut -d' ' -f1 "$1" >"$work/paths"
	cut -d' ' -f1 "$2" | grep -vxF -f "$work/paths"
}

scratch_root bookworm >"$work/prepare.log" 2>&1 || scratch_bail_out
conf=$root/etc/gpupass.conf
list_but_images >"$work/bare"

# --- what it says

install_sh --help
tap_is "--help succeeds" $? 0
scratch_has "--help names the ways to call it" "$work/out" "--uninstall"
install_sh --frobnicate
tap_is "an unknown option is a usage error" $? 2
install_sh --purge
tap_is "--purge alone is a usage error" $? 2
install_sh --needs nothing
tap_is "--needs of an unknown thing is a usage error" $? 2
install_sh --needs build
scratch_has "--needs build names packages" "$work/out" "libkmod-dev"
root_run "$root" setpriv --reuid 65534 --clear-groups /usr/src/gpupass/install.sh >"$work/out" 2>&1
tap_is "without root it is a usage error" $? 2
tap_is "and says so in one line" "$(cat "$work/out")" \
	"install.sh: must run as root (--dry-run shows what it would do)"

# --- --dry-run

scratch_list >"$work/before"
install_sh --dry-run
tap_is "--dry-run succeeds" $? 0
for command in "make -C" "mkinitramfs -o" "gpupass verify-image"; do
	scratch_has "--dry-run names: $command" "$work/out" "+ $command"
done
scratch_hasnt "what is installed is not installed again" "$work/out" "apt-get"
install_sh --dry-run --uninstall --purge
tap_is "--dry-run --uninstall succeeds" $? 0
scratch_has "--dry-run --uninstall --purge names the configuration" "$work/out" \
	"+ rm -f /etc/gpupass.conf"
scratch_list >"$work/after"
scratch_same "--dry-run changes nothing" "$work/before" "$work/after"

# --- install

install_sh
tap_is "it installs" $? 0
[ -s "$work/out" ] && tap_note "$(grep -A 20 '^gpupass is installed' "$work/out")"
list_but_images >"$work/installed"
tap_is "no file of the system is changed" \
	"$(grep -vxF -f "$work/installed" "$work/bare")" ""
tap_is "the new files and directories are these" "$(new_files "$work/bare" "$work/installed" |
	grep -vE '^\./usr/share/(man|bash-completion|fish|zsh)')" "./etc/gpupass.conf
./etc/initramfs
./etc/initramfs/post-update.d
./etc/initramfs/post-update.d/zz-gpupass
./usr/bin/gpupass-log
./usr/lib/dracut
./usr/lib/dracut/modules.d
./usr/lib/dracut/modules.d/50gpupass
./usr/lib/dracut/modules.d/50gpupass/gpupass-hook.sh
./usr/lib/dracut/modules.d/50gpupass/gpupass.service
./usr/lib/dracut/modules.d/50gpupass/module-setup.sh
./usr/lib/gpupass
./usr/lib/gpupass/directories
./usr/lib/gpupass/gpupass-early
./usr/lib/systemd/system/gpupass-good.service
./usr/lib/systemd/system/gpupass-guard.service
./usr/lib/systemd/system/gpupass-ready.service
./usr/lib/systemd/system/gpupass-ready.target
./usr/lib/systemd/system/multi-user.target.wants/gpupass-good.service
./usr/lib/systemd/system/sysinit.target.wants/gpupass-guard.service
./usr/lib/tmpfiles.d/gpupass.conf
./usr/lib/udev/rules.d/70-gpupass.rules
./usr/sbin/gpupass
./usr/share/initramfs-tools/hooks/gpupass
./usr/share/initramfs-tools/scripts/init-top/00-gpupass"
tap_ok "the shipped configuration has comments only" sh -c "! grep -v '^#' '$conf'"
scratch_has "each image is looked into" "$work/out" \
	"good: without gpupass, because the configuration names no card"
scratch_has "it says what to do next" "$work/out" "gpupass add ADDRESS"
for page in "$top"/conf/man/*.[1-9]; do
	tap_ok "the manual has $(basename "$page")" test -s \
		"$root/usr/share/man/man${page##*.}/$(basename "$page")"
done

printf '[card win]\naddress = 0000:83:00.0\n' >"$conf"
cp -a "$conf" "$work/conf"
install_sh
tap_is "it installs a second time" $? 0
tap_is "and leaves the configuration as it is" \
	"$(stat -c '%y %a' "$conf"; cat "$conf")" "$(stat -c '%y %a' "$work/conf"; cat "$work/conf")"
list_but_images >"$work/again"
tap_is "and adds nothing" "$(new_files "$work/installed" "$work/again")" ""
scratch_has "the image has gpupass now" "$work/out" "good: gpupass before udev"
scratch_has "and what is next is another boot" "$work/out" "gpupass check          what the next boot will do"

# --- uninstall

install_sh --uninstall
tap_is "it uninstalls" $? 0
list_but_images | grep -v '^./etc/gpupass.conf ' >"$work/after"
scratch_same "and leaves nothing but the configuration" "$work/bare" "$work/after"
tap_is "which is as it was" "$(cat "$conf")" "$(cat "$work/conf")"
lsinitramfs "$root"/boot/initrd.img-* >"$work/content"
scratch_has "the image is still one" "$work/content" "scripts/init-top/ORDER"
scratch_hasnt "and without gpupass" "$work/content" "gpupass"
install_sh --uninstall
tap_is "it uninstalls a second time" $? 0
install_sh --uninstall --purge
tap_is "--purge succeeds" $? 0
list_but_images >"$work/after"
scratch_same "and leaves nothing" "$work/bare" "$work/after"

# --- for packagers

root_run "$root" make -C /usr/src/gpupass install DESTDIR=/tmp/package PREFIX=/usr/local \
	>"$work/out" 2>&1
tap_is "make install takes DESTDIR and PREFIX" $? 0
list_but_images | grep -v '^./tmp/package' >"$work/after"
scratch_same "and touches nothing else" "$work/bare" "$work/after"
tap_is "generators' paths do not move" "$(cd "$root/tmp/package" && find . -type f | LC_ALL=C sort |
	grep -v ^./usr/local/share/)" "./etc/gpupass.conf
./etc/initramfs/post-update.d/zz-gpupass
./usr/lib/dracut/modules.d/50gpupass/gpupass-hook.sh
./usr/lib/dracut/modules.d/50gpupass/gpupass.service
./usr/lib/dracut/modules.d/50gpupass/module-setup.sh
./usr/lib/gpupass/gpupass-early
./usr/lib/systemd/system/gpupass-good.service
./usr/lib/systemd/system/gpupass-guard.service
./usr/lib/systemd/system/gpupass-ready.service
./usr/lib/systemd/system/gpupass-ready.target
./usr/lib/tmpfiles.d/gpupass.conf
./usr/lib/udev/rules.d/70-gpupass.rules
./usr/local/bin/gpupass-log
./usr/local/sbin/gpupass
./usr/share/initramfs-tools/hooks/gpupass
./usr/share/initramfs-tools/scripts/init-top/00-gpupass"
tap_ok "but find the programs" grep -q '^	*/usr/local/sbin/gpupass image' \
	"$root/tmp/package/usr/share/initramfs-tools/hooks/gpupass"
root_run "$root" make -C /usr/src/gpupass uninstall DESTDIR=/tmp/package PREFIX=/usr/local \
	>"$work/out" 2>&1
tap_is "make uninstall takes them too" "$(cd "$root/tmp/package" && find . -type f)" \
	"./etc/gpupass.conf"

# --- on other hosts

rm -f "${root:?}"/boot/*
install_sh
tap_is "a system without any image is a failure" $? 1
scratch_has "and it says so" "$work/out" "no boot image was rebuilt"
install_sh --uninstall --purge

root_run "$root" dpkg --remove --force-depends libjson-c-dev >/dev/null 2>&1
rm -f "$root"/var/lib/apt/lists/*_Packages*
install_sh --dry-run
scratch_has "without package lists they are fetched first" "$work/out" "+ apt-get update"
tap_is "only what is missing is installed" "$(grep -o 'recommends .*' "$work/out")" \
	"recommends libjson-c-dev"

mv "$root/usr/sbin/update-initramfs" "$root/usr/bin/dracut"
install_sh --dry-run
scratch_has "a host with another generator keeps it" "$work/out" "are built by dracut"
scratch_hasnt "and gets no second one" "$work/out" "recommends initramfs-tools"

tap_done
