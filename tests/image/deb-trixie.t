#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deb.t on Debian 13, where the generator is dracut.
SUITE=trixie-deb exec "$(dirname "$0")/deb.t"
