#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# `make deb`, and its package in a system that never had gpupass: installed, again, upgraded,
# removed and purged, interrupted, beside a copy of install.sh's, and where there is no generator.
set -u
. "$(dirname "$0")/scratch.sh"

suite=${SUITE:-packaged}
debs=/usr/src/debs

dpkg_run()
{
	root_run "$root" dpkg --force-confold "$@" >"$work/out" 2>&1
}

# build: the package, and one of a later version whose configuration is another one, too.
build()
{
	root_run "$root" make -C /usr/src/gpupass deb 2>&1 || return
	mkdir "$root$debs"
	cp "$root"/usr/src/gpupass/build/gpupass_*.deb "$root$debs/first.deb"
	# shellcheck disable=SC2016 # for the shell in there
	root_run "$root" sh -ec '
		cd "$1" && dpkg-deb -R first.deb later
		sed -i "s/^Version: .*/&+later/" later/DEBIAN/control
		echo "# more is said here now" >>later/etc/gpupass.conf
		dpkg-deb -b later later.deb && rm -rf later' build $debs
}

# What is there besides the images and what dpkg and others remember of any package.
list()
{
	scratch_list | grep -vE '^\./(boot/(\.?initrd|config|System)|usr/src/|var/(lib|cache|log|tmp)/|etc/ld\.so\.cache|tmp )' |
		sed 's, [0-9.]*$,,'
}

# images_with_gpupass: 1 for each that has it, else 0.
images_with_gpupass()
{
	for image in "$root"/boot/initrd.img-*; do
		root_run "$root" $lister "${image#"$root"}" | grep -c gpupass-early
	done | paste -sd' '
}

# make_older: another kernel, older than the one that is there.
make_older()
{
	kernel=$(ls "$root/lib/modules")
	ln -s "$kernel" "$root/lib/modules/1.0-older"
	for file in vmlinuz config; do
		cp "$root/boot/$file-$kernel" "$root/boot/$file-1.0-older"
	done
	if [ $lister = lsinitrd ]; then
		cp "$root/boot/initrd.img-$kernel" "$root/boot/initrd.img-1.0-older"
	else
		root_run "$root" update-initramfs -c -k 1.0-older
	fi
}

# make_quick: two dozen images are made here, and none of them boots.
make_quick()
{
	[ $lister = lsinitrd ] || printf 'MODULES=list\nCOMPRESSLEVEL=1\n' >"$root/etc/initramfs-tools/conf.d/quick"
}

scratch_root "$suite" >"$work/prepare.log" 2>&1 || scratch_bail_out
conf=$root/etc/gpupass.conf
case $suite in trixie*) lister=lsinitrd ;; *) lister=lsinitramfs ;; esac
make_quick
make_older >"$work/prepare.log" 2>&1 || scratch_bail_out

# --- the package

tap_ok "make deb builds it" build
root_run "$root" sh -c 'lintian --allow-root /usr/src/gpupass/build/deb/*.changes' >"$work/out" 2>&1
tap_is "lintian is content" "$? $(cat "$work/out")" "0 "
root_run "$root" dpkg-deb -f $debs/first.deb Depends >"$work/out"
for library in kmod libarchive13 libc6 libjson-c5 libkmod2 libpci3; do
	scratch_has "it depends on $library" "$work/out" "$library"
done

# --- installed

list >"$work/bare"
dpkg_run -i $debs/first.deb
tap_is "it is installed" $? 0
scratch_has "the trigger has the image rebuilt" "$work/out" "Processing triggers for "
tap_is "and no image has gpupass, for no card is configured" "$(images_with_gpupass)" "0 0"
list >"$work/installed"
tap_is "nothing that was there is changed" "$(grep -vxF -f "$work/installed" "$work/bare")" ""
cut -d' ' -f1 "$work/bare" >"$work/paths"
cut -d' ' -f1,2 "$work/installed" | awk '$2 != "d" { print substr($1, 2) }' |
	grep -vxF -f "$(sed 's/^.//' "$work/paths" >"$work/old" && echo "$work/old")" |
	LC_ALL=C sort >"$work/new"
root_run "$root" dpkg -L gpupass | while read -r path; do
	[ -d "$root$path" ] && [ ! -L "$root$path" ] || echo "$path"
done | LC_ALL=C sort >"$work/owned"
tap_is "what is new belongs to the package" "$(diff "$work/owned" "$work/new")" ""
tap_is "the programs run" "$(root_run "$root" gpupass --version)" \
	"gpupass $(sed -n 's/^VERSION = //p' "$top/Makefile")"

# --- with a card, again, upgraded

printf '[card win]\naddress = 0000:83:00.0\n' >"$conf"
cp "$conf" "$work/conf"
dpkg_run -i $debs/first.deb
tap_is "it is installed again" $? 0
tap_is "every image has gpupass now" "$(images_with_gpupass)" "1 1"
scratch_has "and was looked into" "$work/out" "good: gpupass before udev"
dpkg_run -i $debs/later.deb
tap_is "it is upgraded" $? 0
tap_ok "the edited configuration stays" cmp "$conf" "$work/conf"
tap_is "and gpupass is in every image" "$(images_with_gpupass)" "1 1"
root_run "$root" gpupass check --json >"$work/check" 2>&1
scratch_hasnt "gpupass check has no word against them" "$work/check" '"image'

# --- one at a time

root_run "$root" /usr/src/gpupass/install.sh >"$work/out" 2>&1
tap_is "install.sh leaves a package alone" $? 1
scratch_has "and says how it would not" "$work/out" "apt-get remove gpupass"
root_run "$root" /usr/src/gpupass/install.sh --uninstall >"$work/out" 2>&1
tap_is "and does not uninstall it" $? 1
scratch_has "but says who does" "$work/out" "apt takes it away"

# --- removed and purged

dpkg_run -r gpupass
tap_is "it is removed" $? 0
tap_is "and no image has gpupass" "$(images_with_gpupass)" "0 0"
tap_ok "the configuration stays" cmp "$conf" "$work/conf"
touch "$root/etc/gpupass.conf~"
dpkg_run --purge gpupass
tap_is "it is purged" $? 0
list >"$work/after"
scratch_same "and nothing of it is left" "$work/bare" "$work/after"

# --- interrupted

printf '[card win]\naddress = 0000:83:00.0\n' >"$conf"
dpkg_run --unpack $debs/first.deb
root_run "$root" dpkg -s gpupass >"$work/out"
scratch_has "unpacked, not configured" "$work/out" "Status: install ok unpacked"
tap_is "the trigger comes before that, and makes a whole image" "$(images_with_gpupass)" "0 1"
dpkg_run --configure -a
tap_is "dpkg goes on from there" "$? $(images_with_gpupass)" "0 1 1"
for seconds in 0.3 ${LONG:+0.1 0.6 1 2 4}; do
	root_run "$root" timeout -s KILL "$seconds" dpkg --force-confold -i $debs/later.deb >/dev/null 2>&1
	root_run "$root" dpkg --configure -a >/dev/null 2>&1
	dpkg_run -i $debs/first.deb
	tap_is "killed after $seconds s, and done again" "$? $(images_with_gpupass)" "0 1 1"
done
dpkg_run --purge gpupass
rm -f "$conf"

# --- over a copy that install.sh has made

root_run "$root" /usr/src/gpupass/install.sh >"$work/out" 2>&1
tap_is "install.sh installs a copy" $? 0
mkdir -p "$root/usr/local/sbin" && touch "$root/usr/local/sbin/gpupass"
dpkg_run -i $debs/first.deb
tap_is "the package goes over it" $? 0
scratch_has "and says so" "$work/out" "those of this package"
scratch_has "one that hides it is named" "$work/out" "/usr/local/sbin/gpupass is another copy"
tap_ok "the copy's record is gone" test ! -e "$root/usr/lib/gpupass/directories"
rm "$root/usr/local/sbin/gpupass"
dpkg_run --purge gpupass
list >"$work/after"
scratch_same "and with the package all of it goes" "$work/bare" "$work/after"

# --- nothing to boot, nothing that makes images

mkdir "$work/boot" && mv "$root"/boot/* "$work/boot/"
dpkg_run -i $debs/first.deb
tap_is "without a /boot it is installed" $? 0
scratch_has "and says what that means" "$work/out" "there is no /boot/initrd.img-VERSION here"
dpkg_run --purge gpupass
case $suite in trixie*) generator='dracut dracut-core' ;; *) generator='initramfs-tools initramfs-tools-core' ;; esac
# shellcheck disable=SC2086 # a list
root_run "$root" apt-get -q purge --yes $generator >"$work/out" 2>&1
tap_is "the generator goes" $? 0
dpkg_run -i $debs/first.deb
tap_is "without a generator it is installed" $? 0
scratch_has "and says that it is in no image" "$work/out" "neither initramfs-tools nor dracut"
dpkg_run --purge gpupass
tap_is "and purged" $? 0

tap_done
