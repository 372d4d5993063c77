#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The generators' hooks by themselves, in a small system: what they do to the host when they
# are called without an image's tree, and what they leave in the tree when gpupass fails.
# tests/image has them called by the generators.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
. "$here/../lib/tap.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
root=$work/host

prepare()
{
	"$here/fake-host" programs "$root" && "$here/fake-host" system "$root" debian || return 1
	for hook in initramfs-tools/hook dracut/module-setup.sh mkinitcpio/install; do
		sed 's|@SBINDIR@|/usr/sbin|' "$top/hook/$hook" >"$root/src/${hook##*/}" || return 1
	done
	chmod 755 "$root/src/hook"
	cat >"$root/src/dracut" <<'END'
#!/bin/bash
dracut_module_included() { return 0; }
inst_simple() { echo "inst_simple $2" >>/log; }
inst_hook() { echo "inst_hook $1" >>/log; }
SYSTEMCTL=: kernel=6.1.0-fake moddir=/src systemdsystemunitdir=/usr/lib/systemd/system
. /src/module-setup.sh
install
END
	# What mkinitcpio(8) says of these functions; a hook has them when its build() is called.
	cat >"$root/src/mkinitcpio" <<'END'
#!/bin/bash
for function in add_file add_symlink add_udev_rule; do
	eval "$function() { echo $function \"\$@\" >>/log; }"
done
add_runscript() { echo "add_runscript ${BASH_SOURCE[1]##*/}" >>/log; }
. /src/install
KERNELVERSION=6.1.0-fake
build
END
	cat >"$root/src/hooks" <<'END'
#!/bin/bash
. /etc/gpupass-hooks
. /src/conf
echo "${HOOKS[*]}" >>/log
END
	cp "$top/hook/mkinitcpio/conf" "$root/src/"
	mkdir -p "$root/usr/lib/initcpio/install"
	chmod 755 "$root/src/dracut" "$root/src/mkinitcpio" "$root/src/hooks"
}

# fill DIRECTORY: what gpupass puts into an image, or into a host.
fill()
{
	mkdir -p "$1/etc" "$1/usr/lib/gpupass" "$1/scripts/init-top"
	for file in etc/gpupass.conf usr/lib/gpupass/gpupass-early scripts/init-top/00-gpupass; do
		echo something >"$1/$file"
	done
}

# call VARIABLE=VALUE... COMMAND: in the system, as root; the status is returned.
call()
{
	rm -f "$root/log"
	if [ "$(id -u)" -eq 0 ]; then
		set -- chroot "$root" env "$@"
	else
		set -- unshare --map-root-user chroot "$root" env "$@"
	fi
	env -i PATH=/bin:/usr/bin:/usr/sbin:/sbin "$@" >"$work/out" 2>&1 </dev/null
}

# of_gpupass DIRECTORY
of_gpupass()
{
	(cd "$1" && find . -path ./src -prune -o -path ./usr/sbin -prune -o -path ./tree -prune -o \
		-name '*gpupass*' -print) | LC_ALL=C sort
}

prepare >"$work/prepare.log" 2>&1 || { cat "$work/prepare.log" && exit 1; }
fill "$root"
whole=$(of_gpupass "$root")
for value in "" DESTDIR= DESTDIR=/ DESTDIR=//.; do
	# shellcheck disable=SC2086 # one word, or none
	call $value CONFDIR=/etc/initramfs-tools version=6.1.0-fake /src/hook
	tap_is "initramfs-tools: refused with ${value:-no DESTDIR}" $? 1
	tap_is "initramfs-tools: the host is as it was with ${value:-no DESTDIR}" \
		"$(of_gpupass "$root")" "$whole"
done
for value in "" initdir= initdir=/; do
	# shellcheck disable=SC2086 # one word, or none
	call $value /src/dracut
	tap_is "dracut: refused with ${value:-no initdir}" $? 1
	tap_is "dracut: nothing was run with ${value:-no initdir}" "$(cat "$root/log" 2>/dev/null)" ""
	tap_is "dracut: the host is as it was with ${value:-no initdir}" "$(of_gpupass "$root")" "$whole"
done

for value in "" BUILDROOT= BUILDROOT=/; do
	# shellcheck disable=SC2086 # one word, or none
	call $value /src/mkinitcpio
	tap_is "mkinitcpio: refused with ${value:-no BUILDROOT}" $? 1
	tap_is "mkinitcpio: nothing was run with ${value:-no BUILDROOT}" "$(cat "$root/log" 2>/dev/null)" ""
	tap_is "mkinitcpio: the host is as it was with ${value:-no BUILDROOT}" "$(of_gpupass "$root")" "$whole"
done

# --- a gpupass that fails half way

echo 3 >"$root/verdict"
fill "$root/tree"
call DESTDIR=/tree CONFDIR=/etc/initramfs-tools version=6.1.0-fake /src/hook
tap_is "initramfs-tools: gpupass fails, the build goes on" $? 0
tap_is "initramfs-tools: nothing of it is in the tree" "$(of_gpupass "$root/tree")" ""
fill "$root/tree"
call initdir=/tree /src/dracut
tap_is "dracut: gpupass fails, the build goes on" $? 0
tap_is "dracut: nothing of it is in the tree" "$(of_gpupass "$root/tree" | grep -v scripts)" ""
tap_is "dracut: and nothing starts it" "$(grep inst "$root/log")" ""
fill "$root/tree"
call BUILDROOT=/tree /src/mkinitcpio
tap_is "mkinitcpio: gpupass fails, the build goes on" $? 0
tap_is "mkinitcpio: nothing of it is in the tree" "$(of_gpupass "$root/tree" | grep -v scripts)" ""
tap_is "mkinitcpio: and nothing starts it" "$(grep add "$root/log")" ""
echo 0 >"$root/verdict"
fill "$root/tree"
call initdir=/tree /src/dracut
tap_is "dracut: gpupass succeeds, and stays" $? 0
tap_ok "dracut: with its configuration" test -e "$root/tree/etc/gpupass.conf"
tap_is "dracut: and its unit" "$(grep inst "$root/log")" \
	"inst_simple /usr/lib/systemd/system/gpupass.service"
fill "$root/tree"
install -D -m 644 /dev/null "$root/usr/lib/udev/rules.d/70-gpupass.rules"
call BUILDROOT=/tree /src/mkinitcpio
tap_is "mkinitcpio: gpupass succeeds, and both starters are put in" "$?
$(grep add "$root/log")" "0
add_udev_rule /usr/lib/udev/rules.d/70-gpupass.rules
add_file /usr/lib/initcpio/gpupass.service /usr/lib/systemd/system/gpupass.service 644
add_symlink /usr/lib/systemd/system/sysinit.target.wants/gpupass.service ../gpupass.service
add_runscript install"
tap_is "mkinitcpio: what is signed is not there to be stripped" \
	"$(find "$root/tree/usr/lib/gpupass" -type f -perm /222)" ""
rm "$root/usr/lib/udev/rules.d/70-gpupass.rules"
tap_is "the host is as it was" "$(of_gpupass "$root")" "$whole"

# --- where mkinitcpio's drop-in puts the hook

# hooks TEXT: HOOKS as the configuration has it, and as it is then.
hooks()
{
	echo "$1" >"$root/etc/gpupass-hooks"
	call /src/hooks
	cat "$root/log" "$work/out"
}

tap_is "mkinitcpio: without the hook HOOKS stays" "$(hooks 'HOOKS=(base udev)')" "base udev"
: >"$root/usr/lib/initcpio/install/gpupass"
while IFS='|' read -r text expected; do
	tap_is "mkinitcpio: $text" "$(hooks "$(echo "$text" | tr _ '\n')")" "$expected"
done <<'END'
HOOKS=(base udev autodetect)|base gpupass udev autodetect
HOOKS=(base systemd block)|base gpupass systemd block
HOOKS="base udev fsck"|base gpupass udev fsck
HOOKS=(base_udev_fsck)|base gpupass udev fsck
HOOKS=(base my-udev sd-systemd)|base my-udev sd-systemd
HOOKS=(base udev gpupass)|base udev gpupass
HOOKS=()|
END

tap_done
