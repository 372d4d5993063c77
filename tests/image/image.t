#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Real images of initramfs-tools, built in a chroot: with gpupass in them, without it, and
# what goes wrong. Nothing is booted; see tests/vm for that.
set -u
. "$(dirname "$0")/scratch.sh"

hook=/usr/share/initramfs-tools/hooks/gpupass
script=/usr/share/initramfs-tools/scripts/init-top/00-gpupass
card='[card win]
address = 0000:83:00.0'

# configure TEXT: the whole configuration.
configure()
{
	printf '%s\n' "$1" >"$conf"
}

# update: rebuilds the image; what it says is in out, what the image has in content.
update()
{
	root_run "$root" update-initramfs -u >"$work/out" 2>&1
	tap_is "$1: update-initramfs succeeds" $? 0
	lsinitramfs "$image" >"$work/content"
}

without()
{
	scratch_has "$1: there is an image" "$work/content" "scripts/init-top/ORDER"
	scratch_hasnt "$1: without gpupass" "$work/content" "gpupass"
}

# The real machine's functions and modules, and each file of the chroot but what
# update-initramfs is there to change.
host_state()
{
	for function in /sys/bus/pci/devices/*; do
		[ ! -e "$function" ] || echo "$function $(cat "$function/driver_override")" \
			"$(readlink "$function/driver")"
	done
	cut -d' ' -f1 /proc/modules 2>/dev/null
	scratch_list | grep -vE '^\./(boot/initrd\.img|var/lib/initramfs-tools/|var/cache/ldconfig)'
}

# with_sys COMMAND...: in the chroot, with the real /sys to do damage to.
with_sys()
{
	mount --bind /sys "$root/sys" && root_run "$root" "$@"
	with_status=$?
	umount "$root/sys"
	return $with_status
}

prepare()
{
	scratch_root bookworm && root_run "$root" make -C /usr/src/gpupass -j2 install
}

prepare >"$work/prepare.log" 2>&1 || scratch_bail_out
conf=$root/etc/gpupass.conf
version=$(ls "$root/lib/modules")
image=$root/boot/initrd.img-$version

# --- without a card

plain_size=$(stat -c %s "$image")
rm "$conf"
update "no configuration"
without "no configuration"
scratch_has "no configuration: that is good" "$work/out" "good: without gpupass, because there is no"
scratch_hasnt "no configuration: no warning" "$work/out" "W: gpupass"
configure ""
update "empty configuration"
without "empty configuration"
scratch_has "empty configuration: it says why" "$work/out" "no card in /etc/gpupass.conf"
scratch_hasnt "empty configuration: no warning" "$work/out" "W: gpupass"

# --- with one: the build touches nothing, and the image is complete

configure "$card"
cat >"$root/usr/lib/gpupass/gpupass-early.trap" <<'TRAP'
#!/bin/sh
echo "the early program ran" >/trap
TRAP
chmod 755 "$root/usr/lib/gpupass/gpupass-early.trap"
mv "$root/usr/lib/gpupass/gpupass-early" "$root/usr/lib/gpupass/gpupass-early.real"
mv "$root/usr/lib/gpupass/gpupass-early.trap" "$root/usr/lib/gpupass/gpupass-early"
host_state >"$work/before"
tap_is "prereqs of the hook says nothing" "$(with_sys "$hook" prereqs 2>&1)" ""
tap_is "prereqs of the script says nothing" "$(with_sys "$script" prereqs 2>&1)" ""
with_sys update-initramfs -u >"$work/out" 2>&1
tap_is "an image is built beside the real /sys" $? 0
host_state >"$work/after"
scratch_same "prereqs and the build change nothing" "$work/before" "$work/after"
with_sys "$script"
tap_ok "while the script itself would have run the program" grep -q ran "$root/trap"
rm "$root/trap"
mv "$root/usr/lib/gpupass/gpupass-early.real" "$root/usr/lib/gpupass/gpupass-early"

update "one card"
tap_is "one card: the image has these files" "$(grep gpupass "$work/content")" "etc/gpupass.conf
scripts/init-top/00-gpupass
usr/lib/gpupass
usr/lib/gpupass/gpupass-early
usr/lib/gpupass/keep.list
usr/lib/gpupass/modules
usr/lib/gpupass/modules.list
usr/lib/gpupass/modules/efi-pstore.ko
usr/lib/gpupass/modules/efivarfs.ko
usr/lib/gpupass/modules/irqbypass.ko
usr/lib/gpupass/modules/vfio-pci-core.ko
usr/lib/gpupass/modules/vfio-pci.ko
usr/lib/gpupass/modules/vfio.ko
usr/lib/gpupass/modules/vfio_iommu_type1.ko
usr/lib/gpupass/modules/vfio_virqfd.ko
usr/lib/udev/rules.d/70-gpupass.rules"
scratch_has "one card: the image is good" "$work/out" "good: gpupass before udev"
scratch_hasnt "one card: no warning" "$work/out" "W: gpupass"
unmkinitramfs "$image" "$work/unpacked"
main=$work/unpacked
[ ! -d "$main/main" ] || main=$main/main
tap_is "one card: its script is the first" \
	"$(head -n 1 "$main/scripts/init-top/ORDER")" '/scripts/init-top/00-gpupass "$@"'
scratch_has "one card: and udev's is there too" "$main/scripts/init-top/ORDER" "/init-top/udev"
tap_ok "one card: the configuration is the host's" cmp "$conf" "$main/etc/gpupass.conf"
tap_ok "one card: the program is the host's" cmp "$root/usr/lib/gpupass/gpupass-early" \
	"$main/usr/lib/gpupass/gpupass-early"
for module in "$main"/usr/lib/gpupass/modules/*; do
	name=$(basename "$module")
	tap_ok "one card: $name is the kernel's" cmp "$module" \
		"$(find "$root/lib/modules/$version" -name "$name")"
done
list=$main/usr/lib/gpupass/modules.list
tap_is "the list is what modprobe would insert" \
	"$(sed -n 's/^insert \([^ ]*\) .*/\1/p' "$list" | sort)" \
	"$(root_run "$root" modprobe -S "$version" --show-depends vfio_pci |
		sed 's|.*/||; s/\.ko.*//' | tr - _ | sort -u)"
tap_is "vfio_iommu_type1 is the last of it" "$(tail -n 1 "$list" | cut -d' ' -f2)" vfio_iommu_type1
out_of_order=$(sed -n 's/^insert [^ ]* \([^ ]*\).*/\1/p' "$list" | while read -r file; do
	inserted="${inserted:-} $file"
	needs=$(grep "/$file:" "$root/lib/modules/$version/modules.dep" | cut -d: -f2)
	for need in $needs; do
		case "$inserted " in *" ${need##*/} "*) ;; *) echo "$file before $need" ;; esac
	done
done)
tap_is "each module follows what it depends on" "$out_of_order" ""
tap_note "the image: $plain_size bytes, with gpupass $(stat -c %s "$image")"

# The command line of the machine that builds is another boot's.
echo "ro vfio_pci.nointxmask=1" >"$root/cmdline"
cmdline='mount --bind /cmdline /proc/cmdline && "$@"'
root_run "$root" sh -c "$cmdline" - modprobe -S "$version" --show-depends vfio_pci >"$work/out"
scratch_has "modprobe heeds the running command line" "$work/out" "nointxmask=1"
root_run "$root" sh -c "$cmdline" - gpupass modules --kernel "$version" >"$work/out"
scratch_has "gpupass modules lists the modules all the same" "$work/out" "insert vfio_pci"
scratch_hasnt "and does not heed it" "$work/out" "nointxmask"
rm "$root/cmdline"

# --- the crash kernel's image

cp -a "$root/etc/initramfs-tools" "$root/var/tmp/kdump"
root_run "$root" mkinitramfs -d /var/tmp/kdump -o /var/tmp/img "$version" >"$work/out" 2>&1
tap_is "mkinitramfs -d, as kdump calls it, succeeds" $? 0
lsinitramfs "$root/var/tmp/img" >"$work/content"
without "mkinitramfs -d"
root_run "$root" env IN_KDUMP=1 mkinitramfs -o /var/tmp/img "$version" >"$work/out" 2>&1
tap_is "IN_KDUMP: mkinitramfs succeeds" $? 0
lsinitramfs "$root/var/tmp/img" >"$work/content"
without "IN_KDUMP"
root_run "$root" mkinitramfs -d /etc/initramfs-tools/ -o /var/tmp/img "$version" >"$work/out" 2>&1
lsinitramfs "$root/var/tmp/img" >"$work/content"
scratch_has "the usual directory by its name is not kdump's" "$work/content" "gpupass-early"

# --- what goes wrong: always an image, always a word about it

configure "$card
adress = 0000:84:00.0"
update "broken configuration"
scratch_has "broken configuration: file, line, word and what was expected" "$work/out" \
	'W: gpupass: gpupass.conf:3: "adress": expected a key'
scratch_has "broken configuration: it goes in, for the boot to say it again" "$work/content" \
	"gpupass-early"

configure "$card"
mkdir -p "$root/lib/modules/6.1-cloud/kernel"
cp -a "$root/lib/modules/$version/"modules.[bo]* "$root/lib/modules/6.1-cloud"
cp -a "$root/lib/modules/$version/kernel/lib" "$root/lib/modules/6.1-cloud/kernel"
cp -a "$root/boot/config-$version" "$root/boot/config-6.1-cloud"
root_run "$root" depmod 6.1-cloud
root_run "$root" mkinitramfs -o /var/tmp/img 6.1-cloud >"$work/out" 2>&1
tap_is "a kernel without vfio-pci: mkinitramfs succeeds" $? 0
scratch_has "a kernel without vfio-pci: the warning names it" "$work/out" \
	"W: gpupass: kernel 6.1-cloud has no module vfio_pci"
root_run "$root" gpupass verify-image /var/tmp/img >"$work/out" 2>&1
tap_is "a kernel without vfio-pci: verify-image has a finding" $? 1
scratch_has "a kernel without vfio-pci: which names it" "$work/out" "kernel 6.1-cloud has no module"
rm -r "$root/lib/modules/6.1-cloud" "$root/boot/config-6.1-cloud"

mv "$root/usr/lib/gpupass/gpupass-early" "$root/usr/lib/gpupass/away"
update "no program"
without "no program"
scratch_has "no program: the warning names it" "$work/out" "/usr/lib/gpupass/gpupass-early"
scratch_has "no program: and the check says what is missing" "$work/out" "gpupass is not in it"
mv "$root/usr/lib/gpupass/away" "$root/usr/lib/gpupass/gpupass-early"

cp "$root/usr/sbin/gpupass" "$root/usr/sbin/gpupass.away"
printf '#!/bin/sh\nkill -SEGV $$\n' >"$root/usr/sbin/gpupass"
update "gpupass crashes"
without "gpupass crashes"
scratch_has "gpupass crashes: a warning" "$work/out" "W: gpupass: not put into the image"
mv "$root/usr/sbin/gpupass.away" "$root/usr/sbin/gpupass"

# A script of that name in /etc stands in for ours, as initramfs-tools has it.
sed 's/^PREREQ=""/PREREQ="udev"/' "$root$script" \
	>"$root/etc/initramfs-tools/scripts/init-top/00-gpupass"
chmod 755 "$root/etc/initramfs-tools/scripts/init-top/00-gpupass"
update "after udev"
scratch_has "after udev: it is found" "$work/out" "00-gpupass runs after udev"
scratch_has "after udev: and said loudly" "$work/out" "W: gpupass: ****"
rm "$root/etc/initramfs-tools/scripts/init-top/00-gpupass"
update "as before"
scratch_has "as before: good again" "$work/out" "good: gpupass before udev"

echo "# another card one day" >>"$conf"
root_run "$root" gpupass verify-image >"$work/out" 2>&1
tap_is "a changed configuration is a finding" $? 1
scratch_has "with its remedy" "$work/out" "run update-initramfs -u -k $version"

tap_done
