#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tables and the JSON of `make bench` from what its parts print, and what is refused of it.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# report LINES: its output, errors and JSON, and its status.
report()
{
	rm -f "$work/json"
	status=0
	printf %b "$1" | "$build/bench-report" "$work/json" >"$work/out" 2>"$work/error" || status=$?
}

# What is of this machine.
without_host()
{
	sed -E 's/"(kernel|machine|compiler)":"[^"]+"/"\1":"TEXT"/; s/"processors":[1-9][0-9]*/"processors":N/' "$work/json"
}

# refused NAME LINES ERROR
refused()
{
	report "$2"
	tap_is "$1" "$status $(cat "$work/error")" "2 bench-report: $3"
	tap_ok "$1: nothing is written" test ! -e "$work/json" -a ! -s "$work/out"
}

status=0
"$build/bench-report" "$work/json" <"$here/bench-report/samples" >"$work/out" 2>"$work/error" || status=$?
tap_is "samples: status" "$status" 0
tap_ok "samples: tables" golden "$work/out" "$here/bench-report/tables"
without_host >"$work/json.text"
tap_ok "samples: JSON" golden "$work/json.text" "$here/bench-report/json"
tap_ok "samples: nothing to complain of" test ! -s "$work/error"
report ''
tap_is "nothing measured" "$status $(cat "$work/out" "$work/error")" "0 "

words='other than so many words'
refused "too few words" 'a b c ms 1\na b c ms\n' "line 2: $words: \"PART MEASURE CANDIDATE UNIT VALUE\""
refused "too many words" 'a b c ms 1 2\n' "line 1: $words: \"PART MEASURE CANDIDATE UNIT VALUE\""
refused "many too many" 'a b c ms 1 2 3 4 5\n' "line 1: $words: \"PART MEASURE CANDIDATE UNIT VALUE\""
refused "reference" 'reference a b\n' "line 1: $words: \"reference PART MEASURE CANDIDATE\""
refused "aim" 'aim ratio a b c\n' "line 1: $words: \"aim ratio|value PART MEASURE CANDIDATE MAXIMUM\""
spaces='a word is missing: two spaces, or one at an end, after'
refused "two spaces" 'a b  c ms 1\n' "line 1: $spaces: \"b\""
refused "space at the start" ' a b c ms 1\n' "line 1: $spaces: \"\""
refused "space at the end" 'a b c ms 1 \n' "line 1: $spaces: \"1\""
refused "empty line" '\n' "line 1: $spaces: \"\""
for value in -1 1e3 nan inf .5 5. 1.2.3 0x10 1,5 +1; do
	refused "value $value" "# first\na b c ms $value\n" "line 2: no number, 0 or more: \"$value\""
done
refused "unit" 'a b c ms 1\na b d us 1\n' "line 2: another unit than the measure's other samples have: \"us\""
refused "two references" 'a b c ms 1\nreference a b c\nreference a b c\n' \
	'line 3: a second reference of one measure: "c"'
refused "two aims" 'a b c ms 1\naim value a b c 1\naim value a b c 2\n' \
	'line 3: a second aim of one candidate: "c"'
refused "kind of aim" 'a b c ms 1\naim median a b c 1\n' 'line 2: an aim is a ratio or a value: "median"'
refused "aim without sample" 'aim value a b c 1\n' 'line 1: an aim of what has no sample: "c"'
refused "aim without reference" 'a b c ms 1\naim ratio a b c 1\n' \
	"line 2: an aim for a ratio, and the measure has no reference: \"b\""
refused "reference without sample" 'a b c ms 1\nreference a b d\n' \
	'line 2: a reference that has no sample: "d"'
refused "note without text" 'note a\n' 'line 1: a note is "note PART TEXT": "note a"'
refused "NUL" 'a b c ms 1\000 2\n' 'line 1: a NUL after: "a b c ms 1"'

printf 'a b c ms 1\n' | "$build/bench-report" "$work" >/dev/null 2>"$work/error"
tap_is "a FILE that cannot be written" "$?" 2
tap_ok "a FILE that cannot be written is named" grep -qF "$work" "$work/error"
tap_done
