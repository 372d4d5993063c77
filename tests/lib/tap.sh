# SPDX-License-Identifier: GPL-2.0-or-later
# TAP for shell tests: counts, reports, and shows what was found where something else was
# expected. No test logic. Sourced; a test ends with `tap_done`.

tap_count=0
tap_failed=0

# tap_note TEXT...: a remark for the log.
tap_note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# tap_result STATUS NAME [DETAIL]: one assertion; DETAIL is shown only when it failed.
tap_result()
{
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$2"
	[ -z "${3:-}" ] || tap_note "$3"
	return 0
}

# tap_ok NAME COMMAND...: the command succeeds; what it printed is the detail.
tap_ok()
{
	tap_name=$1
	shift
	tap_status=0
	tap_output=$("$@" 2>&1) || tap_status=1
	tap_result "$tap_status" "$tap_name" "$tap_output"
}

# tap_is NAME FOUND EXPECTED: two texts are the same.
tap_is()
{
	if [ "$2" = "$3" ]; then
		tap_result 0 "$1"
	else
		tap_result 1 "$1" "expected: $3
found:    $2"
	fi
}

# tap_done: the plan, and the exit status.
tap_done()
{
	printf '1..%d\n' "$tap_count"
	[ "$tap_count" -gt 0 ] && [ "$tap_failed" -eq 0 ]
}

# tap_sample N: with FAST=1, true for one call in N only: for before a commit, when there is a
# minute for everything. Each test counts by itself.
tap_sampled=-1
tap_sample()
{
	tap_sampled=$((tap_sampled + 1))
	[ -z "${FAST:-}" ] || [ $((tap_sampled % $1)) -eq 0 ]
}
