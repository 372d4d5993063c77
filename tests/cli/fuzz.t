#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The fuzzers on their corpora and on so many inputs made of them, always the same, under
# sanitizers. `make fuzz` takes as long as it is told.
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"

for source in "$here"/../fuzz/fuzz_*.c; do
	target=${source##*/fuzz_}
	target=${target%.c}
	status=0
	said=$("$here/../fuzz/run" --runs 20000 "$target" 2>&1) || status=$?
	tap_result $status "$target" "$said"
done
tap_done
