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
generator arch dracut
uninstall debian make
uninstall fedora make
uninstall arch make
demo debian mmdebstrap qemu-system-x86 ovmf e2fsprogs
test debian libcmocka-dev musl-tools perl shellcheck
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
./install.sh --needs build|run|demo|test      print the packages that are needed for it
./install.sh --demo [ARGUMENT...]             show it all on an emulated host
USAGE
}

# su keeps a user's path.
PATH=/usr/sbin:/sbin:$PATH
here=$(cd "$(dirname "$0")" && pwd)
dry_run=
action=install
purge=
generator=
update_command=

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
		run env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
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

# What builds this host's boot images. Where both are, it is the one whose script the kernel's
# packages run last: the other's image would be overwritten.
generator()
{
	if ! command -v dracut >/dev/null; then
		! command -v update-initramfs >/dev/null || echo initramfs-tools
	elif command -v update-initramfs >/dev/null && [ -x /etc/kernel/postinst.d/initramfs-tools ]; then
		echo initramfs-tools
	else
		echo dracut
	fi
}

choose_generator()
{
	generator=$(generator)
	if [ -z "$generator" ]; then
		install_needs generator
		generator=$(generator)
	fi
	[ -n "$generator" ] || [ -n "$dry_run" ] || die "there is neither update-initramfs nor dracut"
	echo "Boot images of this host are built by ${generator:-initramfs-tools}."
	case $generator in
	dracut) update_command="dracut --force --regenerate-all" other=update-initramfs ;;
	*) update_command="update-initramfs -u -k all" other=dracut ;;
	esac
	! command -v $other >/dev/null ||
		echo "$other is here, too; it gets gpupass when it builds one, and is not run now."
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

# The images of installed kernels.
images()
{
	for image in /boot/initrd.img-* /boot/initramfs-*.img; do
		[ ! -e "$image" ] || [ -z "$(kernel_of "$image")" ] || echo "$image"
	done
}

rebuild_images()
{
	images=$(images)
	if [ -z "$images" ]; then
		echo "There is no image of an installed kernel in /boot to rebuild."
	elif [ "$generator" = dracut ]; then
		for image in $images; do
			run dracut --force "$image" "$(kernel_of "$image")"
		done
	else
		run update-initramfs -u -k all
	fi
}

verify_images()
{
	[ -z "$(images)" ] || run gpupass verify-image
}

display_functions()
{
	for function in /sys/bus/pci/devices/*; do
		[ -r "$function/class" ] || continue
		read -r class <"$function/class"
		case $class in 0x03*) ;; *) continue ;; esac
		read -r vendor <"$function/vendor"
		read -r device <"$function/device"
		printf '    address = %s\n    id      = %s:%s\n\n' "${function##*/}" "${vendor#0x}" \
			"${device#0x}"
	done
}

say_what_next()
{
	displays=$(display_functions)
	echo
	if grep -q '^[[:blank:]]*\[card' /etc/gpupass.conf 2>/dev/null; then
		echo "gpupass is installed, and /etc/gpupass.conf names a card. Next:"
		echo "  1. reboot"
		echo "  2. gpupass-log"
		return
	fi
	echo "gpupass is installed. Next:"
	echo "  1. write a section into /etc/gpupass.conf for the card that a virtual machine gets:"
	echo
	echo "    [card NAME]"
	if [ -n "$displays" ]; then
		printf '%s\n\n' "$displays"
		echo "     (these two lines of one card; here they are for each display device)"
	else
		printf '    address = 0000:83:00.0\n\n'
	fi
	echo "  2. $update_command"
	echo "  3. reboot"
	echo "  4. gpupass-log"
}

# klcc builds the early program where klibc is packaged.
make_words()
{
	[ "$(family)" = debian ] || echo KLCC=musl-gcc
}

do_install()
{
	install_needs build run
	choose_generator
	# shellcheck disable=SC2046 # words
	run make -C "$here" -j"$(nproc)" $(make_words)
	# shellcheck disable=SC2046 # words
	run make -C "$here" install $(make_words)
	rebuild_images
	verify_images
	[ -n "$dry_run" ] || say_what_next
}

do_uninstall()
{
	install_needs uninstall
	choose_generator
	run make -C "$here" uninstall
	[ -z "$purge" ] || run rm -f /etc/gpupass.conf
	rebuild_images
	if [ -z "$purge" ] && [ -e /etc/gpupass.conf ]; then
		echo "/etc/gpupass.conf stays. After the next boot no card is taken any more."
	fi
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
	needs_table | grep -q "^${2:-} " || die "--needs build, run, demo or test" 2
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
