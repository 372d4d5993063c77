# SPDX-License-Identifier: GPL-2.0-or-later
# What came out against what a file says must come out. Sourced.

# golden FOUND EXPECTED: prints how two files differ; an EXPECTED that is not there stands
# for nothing. With UPDATE=1 it becomes what was found; look at the diff before it goes in.
golden()
{
	if [ -n "${UPDATE:-}" ]; then
		rm -f "$2"
		[ ! -s "$1" ] || { mkdir -p "$(dirname "$2")" && cp "$1" "$2"; }
	fi
	[ -e "$2" ] || set -- "$1" /dev/null "$(basename "$2")"
	diff -u --label "expected ${3:-$(basename "$2")}" --label found "$2" "$1"
}

# golden_case CASE: runs a case, a directory with
#
#	run       shell commands, in a directory of its own; the program is gpupass
#	machine   what build/machine makes in ./root
#	stdout, stderr, status   what must come out (default: nothing, nothing, 0)
#
# and prints what is different. Runs in the current directory; needs build and top.
golden_case()
{
	golden_of=$1
	# shellcheck disable=SC2154 # the test has set them
	"$build/machine" "$top/tests/machines" root "$golden_of/machine" || return 1
	# shellcheck source=/dev/null
	(. "$golden_of/run") >stdout 2>stderr </dev/null
	golden_status=$?
	: >status
	[ $golden_status = 0 ] || echo $golden_status >status
	sed -i "s|$PWD/||g" stdout stderr
	golden stdout "$golden_of/stdout" && golden stderr "$golden_of/stderr" &&
		golden status "$golden_of/status"
}
