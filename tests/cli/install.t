#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# install.sh on hosts that it cannot rebuild every image of: what it says, its exit status, and
# which commands it runs. The hosts are fakes; tests/image/install.t has a real one.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# host FAMILY COMMAND...: a new one at $root, with a kernel and without an image.
host()
{
	root=$work/host
	rm -rf "$root"
	[ -d "$work/programs" ] || "$here/fake-host" programs "$work/programs" || exit 1
	cp -a "$work/programs" "$root"
	"$here/fake-host" system "$root" "$@" || exit 1
	mkdir -p "$root/lib/modules/6.1.0-fake"
	cp "$top/install.sh" "$root/src/"
}

# install_sh ARGUMENT...: there; what it says is in $said, what it ran in $ran.
install_sh()
{
	rm -f "$root/log"
	if [ "$(id -u)" -eq 0 ]; then
		set -- chroot "$root" /src/install.sh "$@"
	else
		set -- unshare --map-root-user chroot "$root" /src/install.sh "$@"
	fi
	env -i PATH=/bin:/usr/bin:/usr/sbin:/sbin "$@" >"$work/out" 2>&1 </dev/null
	status=$?
	said=$(grep -v '^+ ' "$work/out")
	ran=$(cat "$root/log" 2>/dev/null)
}

# boot: what is in /boot, and its text.
boot()
{
	(cd "$root/boot" && for file in * .[!.]*; do
		[ ! -f "$file" ] || echo "$file: $(cat "$file")"
	done)
}

old()
{
	echo old >"$root/boot/initrd.img-6.1.0-fake"
}

has()
{
	case $2 in
	*"$3"*) tap_result 0 "$1" ;;
	*) tap_result 1 "$1" "looked for: $3
in: $2" ;;
	esac
}

hasnt()
{
	case $2 in
	*"$3"*) tap_result 1 "$1" "found: $3
in: $2" ;;
	*) tap_result 0 "$1" ;;
	esac
}

# --- an image of the installed kernel

host debian update-initramfs
touch "$root/boot/initrd.img-6.1.0-fake"
install_sh
tap_is "an image: it succeeds" $status 0
has "an image: it is installed" "$said" "gpupass is installed. As root:"
tap_is "an image: it is rebuilt and looked into" "$ran" "make -C /src -j$(nproc)
make -C /src install
mkinitramfs -o /boot/.initrd.img-6.1.0-fake.gpupass-new 6.1.0-fake
gpupass verify-image /boot/.initrd.img-6.1.0-fake.gpupass-new
run-parts --arg=6.1.0-fake --arg=/boot/initrd.img-6.1.0-fake /etc/initramfs/post-update.d"
tap_is "an image: nothing is left beside it" "$(boot)" "initrd.img-6.1.0-fake: built"
install_sh --dry-run
tap_is "an image: --dry-run succeeds" "$status" 0
tap_is "an image: --dry-run does nothing" "$ran" ""
install_sh --uninstall
tap_is "an image: --uninstall succeeds" $status 0
has "an image: it says what that means" "$said" "From the next boot on no card is taken."
tap_is "an image: first the hooks go, last the programs" "$ran" "gpupass guard forget
make -C /src uninstall-hooks
mkinitramfs -o /boot/.initrd.img-6.1.0-fake.gpupass-new 6.1.0-fake
gpupass verify-image /boot/.initrd.img-6.1.0-fake.gpupass-new
run-parts --arg=6.1.0-fake --arg=/boot/initrd.img-6.1.0-fake /etc/initramfs/post-update.d
make -C /src uninstall"

printf '[card win]\naddress = 0000:83:00.0\n' | tee "$root/etc/gpupass.conf" >"$root/etc/gpupass.conf~"
install_sh --uninstall
tap_ok "the configuration and the one before stay" test -e "$root/etc/gpupass.conf" -a -e "$root/etc/gpupass.conf~"
install_sh --uninstall --purge
tap_is "--purge removes both" "$(cd "$root/etc" && ls gpupass.conf*  2>/dev/null)" ""

# --- the old image stays until the new one is good

old
echo 1 >"$root/verdict"
install_sh
tap_is "a finding in the image is a failure" $status 1
hasnt "a finding in the image is not an installation" "$said" "gpupass is installed"
hasnt "a finding in the image: no boot loader gets a copy" "$ran" "run-parts"
tap_is "a finding in the image: the old one stays" "$(boot)" "initrd.img-6.1.0-fake: old"
has "a finding in the image: it says so" "$said" "The old image is in place and boots as before"
old
install_sh --uninstall
tap_is "an image without gpupass is what uninstalling wants" "$status$(boot)" \
	"0initrd.img-6.1.0-fake: built"
old
echo 3 >"$root/verdict"
install_sh --uninstall
tap_is "an image that cannot be read is not" "$status$(boot)" "1initrd.img-6.1.0-fake: old"
has "an image that cannot be read: what the next boot does" "$said" "is taken in the next boot, too"
hasnt "an image that cannot be read: the programs stay for the next try" "$ran" \
	"make -C /src uninstall
"
echo 0 >"$root/verdict"
for command in --dry-run "" --uninstall; do
	old
	: >"$root/fail"
	# shellcheck disable=SC2086 # one word or none
	install_sh $command
	[ "$command" = --dry-run ] || tap_is "the generator fails${command:+, $command}: a failure" $status 1
	tap_is "the generator fails${command:+, $command}: the old image is there" "$(boot)" \
		"initrd.img-6.1.0-fake: old"
	rm "$root/fail"
done
old
: >"$root/full"
install_sh
tap_is "no room for files: a failure" $status 1
tap_is "no room for files: no image is touched" "$(boot)" "initrd.img-6.1.0-fake: old"
has "no room for files: what to do" "$said" "Put that right and run this again"
rm "$root/full"
: >"$root/fail-after"
install_sh
tap_is "a boot loader's script fails: a failure" $status 1
has "a boot loader's script fails: it says so" "$said" "a script in /etc/initramfs/post-update.d has failed"
hasnt "a boot loader's script fails: it does not say that the old image is in place" "$said" "The old image"
tap_is "a boot loader's script fails: the image is the new one" "$(boot)" "initrd.img-6.1.0-fake: built"
rm "$root/fail-after"
for program in apt-get make; do
	host debian update-initramfs
	old
	printf '#!/bin/sh\n' >"$root/usr/sbin/dpkg-query"
	printf '#!/bin/sh\nexit 100\n' >"$root/usr/sbin/$program"
	install_sh
	tap_is "$program fails: a failure" "$status$(boot)" "1initrd.img-6.1.0-fake: old"
	has "$program fails: what that means" "$said" "nothing changes for the next boot"
	hasnt "$program fails: no file is placed" "$ran" "make -C /src install"
done
host debian update-initramfs

# --- killed, and two at once

for command in "" --uninstall; do
	for point in "die old" "die-after built"; do
		name="killed${command:+, $command} at ${point% *}"
		old
		: >"$root/${point% *}"
		# shellcheck disable=SC2086 # one word or none
		install_sh $command
		tap_is "$name" $status 137
		has "$name: the image is a whole one" "$(boot)" "initrd.img-6.1.0-fake: ${point#* }"
		# shellcheck disable=SC2086 # one word or none
		install_sh $command
		tap_is "$name: the next run ends well" "$status$(boot)" "0initrd.img-6.1.0-fake: built"
	done
done
old
flock --no-fork "$root" sleep 20 &
locker=$!
sleep 0.5
for command in "" --uninstall; do
	# shellcheck disable=SC2086 # one word or none
	install_sh $command
	tap_is "two at once${command:+, $command}: refused" "$status$ran$(boot)" \
		"1initrd.img-6.1.0-fake: old"
	has "two at once${command:+, $command}: says so" "$said" "another install.sh is at work"
done
kill $locker 2>/dev/null
wait $locker 2>/dev/null

# --- images that the generator is to leave alone

mkdir -p "$root/etc/initramfs-tools"
echo update_initramfs=no >"$root/etc/initramfs-tools/update-initramfs.conf"
install_sh
tap_is "an image left alone: a failure" $status 1
has "an image left alone: it is named" "$said" "/boot/initrd.img-6.1.0-fake"
has "an image left alone: and what that means" "$said" "until then nothing changes"
hasnt "an image left alone: it does not say reboot" "$said" "reboot"
hasnt "an image left alone: nothing to look into" "$ran" "gpupass verify-image"
install_sh --uninstall
tap_is "an image left alone: --uninstall is one, too" $status 1
hasnt "an image left alone: the card is not given back" "$said" "no card is taken"

# --- no image that a generator builds here

host debian update-initramfs
mkdir -p "$root/efi/EFI/Linux" "$root/boot/0123/6.1.0-fake"
: >"$root/efi/EFI/Linux/debian-6.1.0-fake.efi"
: >"$root/boot/0123/6.1.0-fake/initrd.img-6.1.0-fake"
printf '[card win]\naddress = 0000:83:00.0\n' >"$root/etc/gpupass.conf"
install_sh
tap_is "other images: a failure" $status 1
has "other images: one beside a loader's entry" "$said" "/boot/0123/6.1.0-fake/initrd.img-6.1.0-fake"
has "other images: a unified one" "$said" "/efi/EFI/Linux/debian-6.1.0-fake.efi"
has "other images: to be rebuilt by hand" "$said" "Rebuild by hand"
has "other images: until then" "$said" "until then nothing changes"
hasnt "other images: it does not say reboot" "$said" "reboot"
install_sh --uninstall
tap_is "other images: --uninstall is one, too" $status 1
has "other images: which still take the card" "$said" "is taken in the next boot, too"
install_sh --dry-run
tap_is "other images: --dry-run foresees it" "$status" 1
touch "$root/boot/initrd.img-6.1.0-fake"
install_sh
tap_is "other images beside one that is rebuilt: no failure" $status 0
has "other images beside one that is rebuilt: named" "$said" \
	"Not rebuilt: /boot/0123/6.1.0-fake/initrd.img-6.1.0-fake /efi/EFI/Linux/debian-6.1.0-fake.efi."

# --- dracut, mkinitcpio, and neither

host fedora dracut
touch "$root/boot/initramfs-6.1.0-fake.img" "$root/boot/initramfs-0-rescue-0123.img"
install_sh
tap_is "dracut: it succeeds" $status 0
has "dracut: the kernel's image is made beside the old one, and looked into" "$ran" \
	"dracut --force /boot/.initramfs-6.1.0-fake.img.gpupass-new 6.1.0-fake
gpupass verify-image /boot/.initramfs-6.1.0-fake.img.gpupass-new"
tap_is "dracut: and is in its place then" "$(boot | grep -v rescue)" "initramfs-6.1.0-fake.img: built"
for fault in fail die; do
	echo old >"$root/boot/initramfs-6.1.0-fake.img"
	: >"$root/$fault"
	install_sh
	tap_is "dracut $fault: a failure, and the old image is there" \
		"$((status > 0))$(boot | grep -v 'rescue\|gpupass-')" "1initramfs-6.1.0-fake.img: old"
	rm -f "$root/$fault"
done
install_sh
hasnt "dracut: the rescue image is not" "$ran" "rescue"

# preset NAME LINE...: one of mkinitcpio's.
preset()
{
	mkdir -p "$root/etc/mkinitcpio.d"
	name=$1
	shift
	printf '%s\n' "$@" >"$root/etc/mkinitcpio.d/$name.preset"
}

host arch mkinitcpio
preset linux 'ALL_kver=/boot/vmlinuz-linux' "PRESETS=('default' 'fallback')" \
	'default_image=/boot/initramfs-linux.img' 'default_uki=/efi/EFI/Linux/arch.efi' \
	'default_options="-S kms"' 'fallback_image=/boot/none.img'
mkdir -p "$root/efi/EFI/Linux"
echo old | tee "$root/boot/initramfs-linux.img" "$root/boot/initramfs-linux-lts.img" \
	>"$root/efi/EFI/Linux/arch.efi"
install_sh
tap_is "mkinitcpio: it succeeds" $status 0
tap_is "mkinitcpio: the preset's image is made beside the old one, and looked into" \
	"$(echo "$ran" | grep -v 'help\|-j')" "make -C /src install KLCC=musl-gcc INITCPIO=y
mkinitcpio -p /run/gpupass.preset -- --nopost
/boot/.initramfs-linux.img.gpupass-new   -S kms
gpupass verify-image /boot/.initramfs-linux.img.gpupass-new"
tap_is "mkinitcpio: and is in its place then, and no other" "$(boot)" "initramfs-linux-lts.img: old
initramfs-linux.img: built"
has "mkinitcpio: what is left to do" "$said" \
	"Not rebuilt: /boot/initramfs-linux-lts.img /efi/EFI/Linux/arch.efi."
hasnt "mkinitcpio: no post hooks, no word of them" "$said" "Not run"
tap_is "mkinitcpio: nothing of it is in /run" "$(ls "$root/run")" ""
install -D -m 755 /dev/null "$root/etc/initcpio/post/copy"
install_sh
has "mkinitcpio: post hooks are named" "$said" "Not run: /etc/initcpio/post/copy. If this host"
for fault in fail die; do
	for command in "" --uninstall; do
		echo old >"$root/boot/initramfs-linux.img"
		: >"$root/$fault"
		# shellcheck disable=SC2086 # one word or none
		install_sh $command
		tap_is "mkinitcpio $fault${command:+, $command}: a failure, and the old image is there" \
			"$((status > 0))$(boot | grep -v 'lts\|gpupass-')" "1initramfs-linux.img: old"
		rm -f "$root/$fault"
	done
done
install_sh --uninstall
tap_is "mkinitcpio: --uninstall builds it without gpupass" "$status$(boot | grep -v lts)" \
	"0initramfs-linux.img: built"
tap_is "mkinitcpio: and nothing is left of runs that were killed" "$(cd "$root" && find boot run -name "*gpupass*")" ""
for command in "" --uninstall; do
	preset linux 'PRESETS=(default)' 'default_uki=/efi/EFI/Linux/arch.efi'
	# shellcheck disable=SC2086 # one word or none
	install_sh $command
	tap_is "mkinitcpio, unified images only${command:+, $command}: a failure" $status 1
	has "mkinitcpio, unified images only${command:+, $command}: what to do" "$said" "mkinitcpio -P builds it"
	has "mkinitcpio, unified images only${command:+, $command}: of which" "$said" "/efi/EFI/Linux/arch.efi"
	hasnt "mkinitcpio, unified images only${command:+, $command}: it is not called" "$ran" "mkinitcpio -p"
done
rm -r "$root/etc/mkinitcpio.d"
install_sh
tap_is "mkinitcpio without presets: a failure" $status 1
printf '#!/bin/sh\n' >"$root/usr/sbin/mkinitcpio"
install_sh
tap_is "mkinitcpio that knows no --nopost: refused" "$status$ran" 1
has "mkinitcpio that knows no --nopost: and says why" "$said" "version 40 or later"
install_sh --uninstall
tap_is "mkinitcpio that knows no --nopost: --uninstall rebuilds nothing" "$ran" "gpupass guard forget
make -C /src uninstall-hooks
make -C /src uninstall"
host arch dracut mkinitcpio
touch "$root/boot/initramfs-linux.img"
install_sh
tap_is "mkinitcpio with dracut beside it, without a preset: a failure" $status 1
hasnt "mkinitcpio with dracut beside it: dracut is not run" "$ran" "dracut"
host arch dracut mkinitcpio
touch "$root/boot/initramfs-6.1.0-fake.img"
install_sh
tap_is "dracut with mkinitcpio beside it: it succeeds" $status 0

for family in debian fedora arch; do
	host $family
	install_sh --uninstall
	tap_is "$family without a generator: --uninstall has rebuilt nothing" $status 1
	tap_is "$family without a generator: --uninstall installs nothing" "$ran" "gpupass guard forget
make -C /src uninstall-hooks
make -C /src uninstall"
	rm "$root/usr/sbin/make"
	install_sh --uninstall
	tap_is "$family without make: --uninstall installs nothing" "$status$ran" 1
done
host arch
install_sh
tap_is "Arch without a generator: refused" $status 1
tap_is "Arch without a generator: none is installed" "$ran" ""

tap_done
