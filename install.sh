#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# From this source tree to a host whose boot images have gpupass in them, and back. Needs
# nothing but a shell, coreutils and apt; does not reboot and touches no card.
set -eu

# What is needed, for what, on which family of distributions. The one place that names it.
needs_table()
{
	cat <<'TABLE'
build debian gcc libc6-dev make pkg-config libklibc-dev libkmod-dev libarchive-dev libjson-c-dev
run debian initramfs-tools kmod
uninstall debian make
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
	*) die "gpupass knows how to install itself on Debian and Ubuntu, not on ${ID:-this system}" ;;
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

missing()
{
	for package in "$@"; do
		case " $(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null)" in
		*" installed "*) ;;
		*) echo "$package" ;;
		esac
	done
}

has_package_lists()
{
	for list in /var/lib/apt/lists/*_Packages*; do
		[ ! -e "$list" ] || return 0
	done
	return 1
}

install_needs()
{
	packages=
	for what in "$@"; do
		packages="$packages $(needs "$what")"
	done
	# shellcheck disable=SC2086 # a list
	packages=$(missing $packages | sort -u)
	[ -n "$packages" ] || return 0
	has_package_lists || run apt-get update
	# shellcheck disable=SC2086 # a list
	run env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $packages
}

# Where another generator is, installing initramfs-tools would throw it out.
check_generator()
{
	command -v update-initramfs >/dev/null || ! command -v dracut >/dev/null ||
		die "this host builds its boot images with dracut, which gpupass does not know yet"
}

has_images()
{
	for image in /boot/initrd.img-*; do
		[ ! -e "$image" ] || return 0
	done
	return 1
}

rebuild_images()
{
	if has_images; then
		run update-initramfs -u -k all
	else
		echo "There is no /boot/initrd.img-* to rebuild."
	fi
}

verify_images()
{
	! has_images || run gpupass verify-image
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
	echo "  2. update-initramfs -u -k all"
	echo "  3. reboot"
	echo "  4. gpupass-log"
}

do_install()
{
	check_generator
	install_needs build run
	run make -C "$here" -j"$(nproc)"
	run make -C "$here" install
	rebuild_images
	verify_images
	[ -n "$dry_run" ] || say_what_next
}

do_uninstall()
{
	install_needs uninstall
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
