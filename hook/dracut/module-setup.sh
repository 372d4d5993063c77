#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Puts gpupass into an image of dracut. Says what is wrong, but never fails the build: a host
# without an image does not boot at all.

# In every image whose host names a card; a crash kernel leaves the cards alone.
check() {
    [[ -z ${IN_KDUMP-} && -r /etc/gpupass.conf ]] && return 0
    return 255
}

depends() {
    return 0
}

# With systemd a unit, else a hook: one of the two, never both.
install() {
    if [[ ${initdir:-/} -ef / ]]; then
        echo "gpupass: this is run by dracut, which sets initdir; nothing was done" >&2
        return 1
    fi
    # shellcheck disable=SC2154 # dracut sets kernel, initdir, moddir and systemdsystemunitdir
    # What a gpupass that died has left would look like all of it.
    @SBINDIR@/gpupass image --kernel "$kernel" --into "$initdir" || {
        rm -rf "$initdir/usr/lib/gpupass" "$initdir/etc/gpupass.conf"
        return 0
    }
    inst_rules 70-gpupass.rules
    if dracut_module_included systemd; then
        inst_simple "$moddir/gpupass.service" "$systemdsystemunitdir/gpupass.service"
        $SYSTEMCTL -q --root "$initdir" add-wants sysinit.target gpupass.service
    else
        inst_hook pre-udev 00 "$moddir/gpupass-hook.sh"
    fi
}
