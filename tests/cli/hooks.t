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
	for hook in initramfs-tools/hook dracut/module-setup.sh; do
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
	chmod 755 "$root/src/dracut"
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
echo 0 >"$root/verdict"
fill "$root/tree"
call initdir=/tree /src/dracut
tap_is "dracut: gpupass succeeds, and stays" $? 0
tap_ok "dracut: with its configuration" test -e "$root/tree/etc/gpupass.conf"
tap_is "dracut: and its unit" "$(grep inst "$root/log")" \
	"inst_simple /usr/lib/systemd/system/gpupass.service"
tap_is "the host is as it was" "$(of_gpupass "$root")" "$whole"

tap_done
