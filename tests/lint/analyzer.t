#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# clang's analyzer, as scan-build runs it over a build of everything that ships.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
. tests/lib/tap.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Each source once, with the compiler of the host.
status=0
scan-build --status-bugs -o "$work/report" make -s -j 2 BUILD="$work/build" CFLAGS=-O0 HARDENING= analyzed \
	>"$work/out" 2>&1 || status=$?
tap_result $status "scan-build finds nothing" "$(cat "$work/out")"
tap_done
