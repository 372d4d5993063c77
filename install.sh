#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# From this source tree to a host whose boot images have gpupass in them, and back. Needs
# nothing but a shell, coreutils and apt; does not reboot and touches no card.
set -eu

# What is needed, for what, on which family of distributions. The one place that names it.
# Debian's is what the tests install; the others are from their package collections' names
# and were not run. Where klibc is not packaged, musl builds the early program.
needs_table()
{
	cat <<'TABLE'
build debian gcc libc6-dev make pkg-config libklibc-dev libkmod-dev libarchive-dev libjson-c-dev libpci-dev
build fedora gcc make musl-gcc pkgconf-pkg-config kmod-devel libarchive-devel json-c-devel pciutils-devel
build arch gcc make musl pkgconf kmod libarchive json-c pciutils
run debian kmod
run fedora kmod
run arch kmod
generator debian initramfs-tools
generator fedora dracut
demo debian mmdebstrap qemu-system-x86 ovmf e2fsprogs
test debian libcmocka-dev musl-tools perl shellcheck clang-format cppcheck mandoc
test debian bash cpio xz-utils lz4 bzip2 zstd initramfs-tools-core
test debian qemu-system-x86 libvirt-clients libxml2-utils python3 python3-yaml python3-jsonschema
test debian clang clang-tools libclang-rt-dev valgrind
bench debian pciutils
deb debian build-essential debhelper
TABLE
}

usage()
{
	cat <<'USAGE'
./install.sh [--dry-run]                      install what is needed, build, install gpupass,
                                              rebuild the boot images and look into them
./install.sh [--dry-run] --uninstall [--purge]
                                              remove every file of gpupass, rebuild the boot
                                              images; --purge: /etc/gpupass.conf too
./install.sh --needs build|run|demo|test|bench|deb
                                              print the packages that are needed for it
./install.sh --demo [ARGUMENT...]             show it all on an emulated host

A boot image stays as it is until a new one was made beside it and looked into; when anything
fails or is killed before that, the host boots as before, and the next run goes on from there.
USAGE
}

# su keeps a user's path.
PATH=/usr/sbin:/sbin:$PATH
here=$(cd "$(dirname "$0")" && pwd)
dry_run=
action=install
purge=
generator=
derived=/run/gpupass.preset
nothing="Nothing of gpupass was changed, and nothing changes for the next boot."

die()
{
	echo "install.sh: $1" >&2
	exit "${2:-1}"
}

# Runs a command that changes something, after showing it.
run()
{
	echo "+ $*"
	[ -n "$dry_run" ] || "$@"
}

family()
{
	# shellcheck disable=SC1091 # of the host
	. /etc/os-release
	case " ${ID:-} ${ID_LIKE:-} " in
	*" debian "* | *" ubuntu "*) echo debian ;;
	*" fedora "* | *" rhel "*) echo fedora ;;
	*" arch "*) echo arch ;;
	*) die "gpupass knows the package names of Debian, Ubuntu, Fedora and Arch, not of ${ID:-this system}" ;;
	esac
}

# needs WHAT: its packages, one a line.
needs()
{
	needs_family=$(family)
	needs_table | while read -r what on packages; do
		[ "$what" != "$1" ] || [ "$on" != "$needs_family" ] || echo "$packages"
	done | tr ' ' '\n'
}

is_installed()
{
	case $(family) in
	debian)
		case " $(dpkg-query -W -f='${db:Status-Status} ' "$1" 2>/dev/null)" in
		*" installed "*) ;;
		*) return 1 ;;
		esac
		;;
	fedora) rpm -q "$1" >/dev/null 2>&1 ;;
	arch) pacman -Q "$1" >/dev/null 2>&1 ;;
	esac
}

missing()
{
	for package in "$@"; do
		is_installed "$package" || echo "$package"
	done
}

has_package_lists()
{
	for list in /var/lib/apt/lists/*_Packages*; do
		[ ! -e "$list" ] || return 0
	done
	return 1
}

get_packages()
{
	case $(family) in
	debian)
		has_package_lists || run apt-get update
		# A service that comes with a package must not keep the lock.
		run env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@" 9<&-
		;;
	fedora) run dnf install --assumeyes "$@" ;;
	arch) run pacman -S --needed --noconfirm "$@" ;;
	esac
}

install_needs()
{
	packages=
	for what in "$@"; do
		packages="$packages $(needs "$what")"
	done
	# shellcheck disable=SC2086 # a list
	packages=$(missing $packages | sort -u)
	# shellcheck disable=SC2086 # a list
	[ -z "$packages" ] || get_packages $packages
}

# dracut of Debian and Ubuntu has an update-initramfs of its own since 107-2; initramfs-tools'
# knows nothing of dracut.
is_of_dracut()
{
	grep -qs dracut "$(command -v update-initramfs)"
}

# What builds this host's boot images. Where both are, it is the one whose script the kernel's
# packages run last: the other's image would be overwritten. Arch's mkinitcpio may be there
# beside dracut, and then the names of the images tell.
generator()
{
	if ! command -v dracut >/dev/null; then
		! command -v update-initramfs >/dev/null || { echo initramfs-tools && return; }
		! command -v mkinitcpio >/dev/null || echo mkinitcpio
	elif command -v update-initramfs >/dev/null && ! is_of_dracut &&
		[ -x /etc/kernel/postinst.d/initramfs-tools ]; then
		echo initramfs-tools
	elif is_of_dracut; then
		echo dracut
	elif command -v mkinitcpio >/dev/null && [ -z "$(versioned_images)" ]; then
		echo mkinitcpio
	else
		echo dracut
	fi
}

# Sets generator, to what can put gpupass into an image or nothing.
choose_generator()
{
	generator=$(generator)
	if [ -z "$generator" ] && [ "$action" = install ]; then
		install_needs generator
		generator=$(generator)
		[ -z "$dry_run" ] || generator=${generator:-initramfs-tools}
	fi
	case $generator in
	dracut)
		other=update-initramfs
		! is_of_dracut || other=
		;;
	initramfs-tools | mkinitcpio) other=dracut ;;
	*)
		generator=
		[ "$action" = uninstall ] || die "there is no update-initramfs, dracut or mkinitcpio"
		return
		;;
	esac
	echo "Boot images of this host are built by $generator."
	[ -z "$other" ] || ! command -v $other >/dev/null ||
		echo "$other is here, too; it gets gpupass when it builds one, and is not run now."
	[ "$generator" != mkinitcpio ] || check_mkinitcpio
}

# Drop-ins are read since version 36; its post hooks must not see an image that nobody has looked
# into.
check_mkinitcpio()
{
	mkinitcpio --help | grep -q -e --nopost && return
	generator=
	[ "$action" = uninstall ] ||
		die "this mkinitcpio cannot leave its post hooks out (--nopost): it needs version 40 or later. $nothing"
}

# kernel_of IMAGE: the kernel's version in its name, if that kernel is installed.
kernel_of()
{
	kernel=${1##*/}
	case $kernel in
	initrd.img-*) kernel=${kernel#initrd.img-} ;;
	initramfs-*.img) kernel=${kernel#initramfs-} kernel=${kernel%.img} ;;
	esac
	[ ! -d "/lib/modules/$kernel" ] || echo "$kernel"
}

# The images of installed kernels, under the names that Debian's generators and dracut give them.
versioned_images()
{
	for image in /boot/initrd.img-* /boot/initramfs-*.img; do
		[ ! -e "$image" ] || [ -z "$(kernel_of "$image")" ] || echo "$image"
	done
}

# What mkinitcpio's presets build, a line each: FILE NAME image|uki PATH. They are bash.
presets()
{
	[ -d /etc/mkinitcpio.d ] && command -v bash >/dev/null || return 0
	# shellcheck disable=SC2016 # of bash
	bash -c '
		for file in /etc/mkinitcpio.d/*.preset; do (
			PRESETS=()
			[[ -r $file ]] && . "$file" >/dev/null 2>&1
			for name in "${PRESETS[@]}"; do
				for kind in image uki efi_image; do
					path=${name}_$kind
					[[ -z ${!path} ]] || echo "$file $name ${kind/efi_image/uki} ${!path}"
				done
			done
		); done'
}

# preset_paths image|uki: those that are there.
preset_paths()
{
	presets | while read -r _ _ kind path; do
		[ "$kind" != "$1" ] || [ ! -f "$path" ] || echo "$path"
	done
}

# What is rebuilt.
images()
{
	case $generator in
	mkinitcpio) preset_paths image ;;
	*) versioned_images ;;
	esac
}

# other_images IMAGE...: what else a host may boot from: images beside a loader's entries, unified
# ones, Arch's.
other_images()
{
	# shellcheck disable=SC2046 # lists
	for image in $(preset_paths uki) $(versioned_images) /boot/initramfs-linux*.img /boot/*/*/initrd* /boot/efi/*/*/initrd* /efi/*/*/initrd* \
		/boot/EFI/Linux/*.efi /boot/efi/EFI/Linux/*.efi /efi/EFI/Linux/*.efi; do
		case " $* " in
		*" $image "*) ;;
		*) [ ! -f "$image" ] || echo "$image" ;;
		esac
	done | sort -u
}

# states IMAGE...: something that changes when the image is written anew.
states()
{
	[ $# -eq 0 ] || stat -c '%n %i %y %s' "$@"
}

# changed BEFORE IMAGE...: those whose state is not among those of BEFORE.
changed()
{
	before=$1
	shift
	for image; do
		case "
$before
" in
		*"
$(states "$image")
"*) ;;
		*) echo "$image" ;;
		esac
	done
}

# A new image is made beside the old one, looked into, and takes its place by one rename: at
# every point in between the old one is there, whole. Under this name no boot loader's script
# takes it for an image. So it is not update-initramfs or dracut on the image itself: the first
# places what nobody has looked into, and its scripts copy that to where some boot loaders read;
# the second writes onto the image, and removes it when there is no room.
new_of()
{
	echo "${1%/*}/.${1##*/}.gpupass-new"
}

# What a run that was killed has left.
remove_new()
{
	rm -f /boot/.*.gpupass-new "$derived"
	presets | while read -r _ _ kind path; do
		[ "$kind" != image ] || rm -f "$(new_of "$path")"
	done
}

# Without gpupass is what an uninstallation wants; an image that cannot be read (status 3) is not.
is_good()
{
	status=0
	if [ "$action" = install ]; then
		run gpupass verify-image "$1" || status=$?
	elif [ -x /usr/sbin/gpupass ]; then
		run gpupass verify-image "$1" >/dev/null 2>&1 || status=$?
		[ "$status" -eq 3 ] || status=0
	fi
	return $status
}

# build_image IMAGE NEW: as update-initramfs has it built; a dracut of Debian's would call the
# scripts of after_image for the new name.
build_image()
{
	case $generator in
	initramfs-tools) run mkinitramfs -o "$2" "$(kernel_of "$1")" ;;
	dracut) run env NO_POST_UPDATE_HOOKS=y dracut --force "$2" "$(kernel_of "$1")" ;;
	mkinitcpio) build_preset "$1" "$2" ;;
	esac
}

# build_preset IMAGE NEW: kernel, configuration and options are the preset's; mkinitcpio takes a
# path for a preset, too. A unified image that the preset has beside it is not built.
build_preset()
{
	# shellcheck disable=SC2046 # FILE NAME
	set -- "$2" $(presets | while read -r file name kind path; do
		[ "$kind $path" != "image $1" ] || echo "$file $name"
	done)
	echo "# $derived is $2 with $3_image=$1"
	[ -n "$dry_run" ] || cat >"$derived" <<PRESET || return
. $2
PRESETS=($3)
$3_image=$1
unset $3_uki $3_efi_image
PRESET
	run mkinitcpio -p "$derived" -- --nopost
}

# What mkinitcpio would run after it, and this does not: they may be the user's own.
post_hooks()
{
	for hook in /etc/initcpio/post/* /usr/lib/initcpio/post/*; do
		[ ! -f "$hook" ] || [ ! -x "$hook" ] || echo "$hook"
	done | paste -sd" " -
}

# place_image IMAGE NEW: on disk before the rename: a power cut may come.
place_image()
{
	run sync -f "$2" && run mv -f "$2" "$1" && run sync -f "${1%/*}"
}

# What update-initramfs, and Debian's dracut, run after an image was made: where the boot loader
# reads copies, these make them. Elsewhere the directory has our own script alone.
after_image()
{
	[ "$(family)" = debian ] && [ "$generator" != mkinitcpio ] &&
		[ -d /etc/initramfs/post-update.d ] || return 0
	run run-parts --arg="$(kernel_of "$1")" --arg="$1" /etc/initramfs/post-update.d
}

# The user may have told update-initramfs to build nothing; its settings are a shell's.
is_left_alone()
{
	[ "$generator" = initramfs-tools ] && [ -r /etc/initramfs-tools/update-initramfs.conf ] || return
	# shellcheck disable=SC1091 # of the host
	(. /etc/initramfs-tools/update-initramfs.conf && [ "${update_initramfs:-}" = no ])
}

# rebuild_image IMAGE: the new one, or the old one and a word in failed.
rebuild_image()
{
	new=$(new_of "$1")
	if ! { build_image "$1" "$new" && is_good "$new" && place_image "$1" "$new"; }; then
		[ -n "$dry_run" ] || rm -f "$new"
		failed="$failed $1"
	elif ! after_image "$1"; then
		uncopied="$uncopied $1"
	fi
}

# Rebuilds the images and looks into them. Sets rebuilt and untouched: a host may boot from
# others.
# shellcheck disable=SC2046,SC2086 # lists
rebuild_images()
{
	images=$(images)
	others=$(other_images $images | paste -sd" " -)
	state=$(states $images $others)
	failed=
	uncopied=
	if [ -n "$generator" ] && ! is_left_alone; then
		for image in $images; do
			rebuild_image "$image"
		done
	fi
	rebuilt=$(changed "$state" $images)
	untouched=$(for image in $images $others; do
		[ -z "$(changed "$state" "$image")" ] && echo "$image"
	done | paste -sd" " -)
	[ -z "$dry_run" ] || [ -z "$generator" ] || rebuilt=$images untouched=$others
	[ -z "$failed" ] || die_of_images
	[ -z "$uncopied" ] || die_of_copies
}

die_of_images()
{
	df -h /boot "${TMPDIR:-/var/tmp}" >&2 || :
	die "not rebuilt, for the reason above:$failed. The old image is in place and boots as before, \
${consequence:-with gpupass in it as it was}. Put that right (where there is no room, remove \
kernels that are not needed) and run this again."
}

die_of_copies()
{
	df -h >&2 || :
	die "the new image is in place and good, but a script in /etc/initramfs/post-update.d has failed, \
for the reason above:$uncopied. If this host boots from a copy that such a script makes, put that \
right and run this again before you reboot."
}

# What this would have replaced.
wanted_images()
{
	case $generator in
	mkinitcpio) echo "no preset in /etc/mkinitcpio.d names an image that is there (a unified kernel \
image is not replaced by this script: mkinitcpio -P builds it)" ;;
	*) echo "for the kernels in /lib/modules there is no \
/boot/initrd.img-VERSION and no /boot/initramfs-VERSION.img that ${generator:-a generator here} \
has built now" ;;
	esac
}

# say_by_hand CONSEQUENCE: what remains to be done, when no image was rebuilt; else which were
# not.
say_by_hand()
{
	if [ -z "$rebuilt" ]; then
		die "no boot image was rebuilt: $(wanted_images). Rebuild by hand what this host boots from \
(${untouched:-nothing was found in /boot, /boot/efi and /efi}); until then $1."
	elif [ -n "$untouched" ]; then
		echo "Not rebuilt: $untouched. If this host boots from one of them, rebuild it by hand;"
		echo "until then $1."
	fi
	[ "$generator" = mkinitcpio ] || return 0
	hooks=$(post_hooks)
	[ -z "$hooks" ] || echo "Not run: $hooks. If this host boots from what one of them makes, run \
mkinitcpio -P; until then $1."
}

say_what_next()
{
	echo
	if grep -q '^[[:blank:]]*\[card' /etc/gpupass.conf 2>/dev/null; then
		echo "gpupass is installed, and /etc/gpupass.conf names a card. As root:"
	else
		echo "gpupass is installed. As root:"
		echo "  gpupass list           the cards of this host, each with its address"
		echo "  gpupass add ADDRESS    the card that virtual machines get; builds the boot images again"
	fi
	echo "  gpupass check          what the next boot will do, and what stands in the way"
	echo "  reboot"
	echo "  gpupass status         is it taken, can a VM start?"
	echo "  gpupass vm --help      the card for libvirt, QEMU, Proxmox or KubeVirt"
}

# klcc builds the early program where klibc is packaged; hooks for mkinitcpio where that is.
make_words()
{
	[ "$(family)" = debian ] || echo KLCC=musl-gcc
	! command -v mkinitcpio >/dev/null || echo INITCPIO=y
}

# The files of a package are its manager's: one of the two has them, and nobody is to guess which.
refuse_packaged()
{
	[ "$(dpkg-query -W -f='${db:Status-Status}' gpupass 2>/dev/null)" = installed ] || return 0
	die "gpupass is here as a package of dpkg, and $1. Nothing was changed."
}

do_install()
{
	family >/dev/null
	refuse_packaged "apt upgrades it; for this tree instead, first: apt-get remove gpupass"
	choose_generator
	begin_alone
	install_needs build run || die "not all that is needed is here, for the reason above. $nothing"
	# shellcheck disable=SC2046 # words
	run make -C "$here" -j"$(nproc)" $(make_words) || die "gpupass could not be built. $nothing"
	# shellcheck disable=SC2046 # words
	run make -C "$here" install $(make_words) || die_of_files
	rebuild_images
	say_by_hand "nothing changes: gpupass is in no such image, and takes no card"
	[ -n "$dry_run" ] || say_what_next
}

# The firmware keeps the guard's variable; a chroot or a container has none.
forget_guard()
{
	[ ! -x /usr/sbin/gpupass ] || run /usr/sbin/gpupass guard forget ||
		echo "The guard's variable stays in the firmware; it does no harm." >&2
}

# Two at once would write each other's files. Those who wait for it inherit the lock: a generator
# that outlives a run that was killed keeps it until its end. It is on the root directory: a file
# for it would stay behind.
begin_alone()
{
	[ -z "$dry_run" ] || return 0
	exec 9</
	flock -n 9 || die "another install.sh is at work; wait for its end. $nothing"
	trap remove_new EXIT
	trap 'exit 1' HUP INT TERM
	remove_new
}

die_of_files()
{
	df -h / /usr >&2 || :
	die "the files of gpupass could not be placed, for the reason above. The boot images are as \
they were, and so is the next boot. Put that right and run this again."
}

# First what the generators call, last what it needs: killed in between, every image that is
# built then is a good one. Installs nothing: not even what it needs itself.
do_uninstall()
{
	refuse_packaged "apt takes it away: apt-get remove gpupass, or purge for /etc/gpupass.conf, too"
	command -v make >/dev/null || die "it needs make, and make is not here"
	choose_generator
	begin_alone
	forget_guard
	run make -C "$here" uninstall-hooks
	consequence="with gpupass in it: a card that it takes is taken in the next boot, too"
	rebuild_images
	run make -C "$here" uninstall
	[ -z "$purge" ] || run rm -f /etc/gpupass.conf /etc/gpupass.conf~
	[ -n "$purge" ] || [ ! -e /etc/gpupass.conf ] || echo "/etc/gpupass.conf stays."
	say_by_hand "nothing changes: a card that it takes is taken in the next boot, too"
	[ -n "$dry_run" ] || [ -n "$untouched" ] || echo "From the next boot on no card is taken."
}

parse()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--dry-run) dry_run=y ;;
		--uninstall) action=uninstall ;;
		--purge) purge=y ;;
		*)
			usage >&2
			die "\"$1\" is no option" 2
			;;
		esac
		shift
	done
	[ -z "$purge" ] || [ "$action" = uninstall ] || die "--purge goes with --uninstall" 2
}

case ${1:-} in
--help)
	usage
	exit 0
	;;
--needs)
	needs_table | grep -q "^${2:-} " || die "--needs build, run, demo, test, bench or deb" 2
	needs "$2"
	exit 0
	;;
--demo)
	shift
	exec "$here/tests/vm/demo" "$@"
	;;
esac
parse "$@"
[ -n "$dry_run" ] || [ "$(id -u)" -eq 0 ] || die "must run as root (--dry-run shows what it would do)" 2
"do_$action"
