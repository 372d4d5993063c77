#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The early program stays small: its size, memory, instructions and system calls, as the parts of
# tests/bench count them, against tests/cli/budget, a line each: PART MEASURE CANDIDATE MAXIMUM.
# Never a time. UPDATE=1 writes what is counted now, and a tenth more, to that file: a deliberate
# step, with its reason in the commit.
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib/tap.sh"
parts='size memory work'
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

for part in $parts; do
	status=0
	"$here/../bench/$part" >"$work/$part" 2>"$work/error" || status=$?
	tap_result $status "$part can be counted" "$(cat "$work/error")"
	cat "$work/$part" >>"$work/samples"
done
# The glibc one is for comparison: nobody installs it.
grep -Ev '^(reference|aim|note|#)|^size [^ ]* glibc ' "$work/samples" >"$work/counted"

[ -z "${UPDATE:-}" ] || awk '{
	most = $5 * 1.1
	printf "%s %s %s %d\n", $1, $2, $3, (most > int(most) ? most + 1 : most)
}' "$work/counted" >"$here/budget"

# within PART MEASURE CANDIDATE MAXIMUM
within()
{
	awk -v "what=$1 $2 $3" -v "most=$4" '
		$1 " " $2 " " $3 == what { found = 1; if ($5 > most) print "it is " $5; good = $5 <= most }
		END { if (!found) print "nobody counted it"; exit !good }
	' "$work/counted"
}

while read -r part measure candidate most; do
	tap_ok "$part: $measure, $candidate: at most $most" within "$part" "$measure" "$candidate" "$most"
done <"$here/budget"
# bounded: what is counted has a line there.
bounded()
{
	cut -d' ' -f1-3 "$work/counted" | while read -r counted; do
		grep -q "^$counted " "$here/budget" || echo "no line for $counted"
	done >"$work/unbounded"
	cat "$work/unbounded"
	[ ! -s "$work/unbounded" ]
}

tap_ok "everything that is counted is bounded" bounded
tap_done
