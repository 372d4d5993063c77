# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The images of other kernels than the newest, which is the trigger's. Stands in the scripts
# that say #IMAGES#.
images_of_others()
{
	for image in /boot/initrd.img-*; do
		[ ! -d "/lib/modules/${image#/boot/initrd.img-}" ] || echo "$image"
	done | sort -V | sed '$d'
}

# rebuild IMAGE: by the generator that the kernels' packages call last, as install.sh has it. A
# script of initramfs-tools stays behind when that is removed.
rebuild()
{
	version=${1#/boot/initrd.img-}
	if command -v update-initramfs >/dev/null && { ! command -v dracut >/dev/null ||
		[ -x /etc/kernel/postinst.d/initramfs-tools ]; }; then
		update-initramfs -u -k "$version"
	else
		dracut -q --force "$1" "$version"
	fi
}

say()
{
	printf 'gpupass: %s\n' "$@"
}
