#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What gpupass-early decides on the machines of tests/machines, rule by rule, and that it
# touches nothing meanwhile. A file of tests/cli/plan has many rules, each of them a run of
# its own, with what must come of it:
#
#	M: NAME			the machine from here on
#	KEY = VALUE		a line of gpupass.conf; without a head before it, of [card a]
#	W: WORDS		more words for the kernel command line
#	A: X: ...		changes the machine for this rule (tests/machines/README)
#	! FAULT			goes wrong with this rule (tests/cli/kernel/faults.h)
#	<tab>EVENT TEXT		a record of the trace; would-take has the functions of the
#				card in the order of work, and card a is not named
#
# Each rule runs twice: on the machine as it was made, and on a copy whose directories list
# their entries in another order. The second time it is the program with sanitizers (which
# takes five times as long) for every eighth rule, and for those that change the machine. A
# rule that must be refused runs in earnest, the others with gpupass=dry-run.
#
# FAST=1 leaves out the second time, and four of five machines.
#
# plan.t [NAME...] runs some. UPDATE=1 writes what the first run does into the file: the
# expectations are written by hand, from what people want; read the diff.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
together=16 # runs in one trace, which has room for 512 records

# split_rules FILE: N.conf and N.expected of each rule; N.own (from M: on) and N.faults of
# those that have any; "rules", a line for each: number, machine or -, mode or -, program
# of the second run; "names".
split_rules() {
	awk '
		function put(kind, line) { print line >(n "." kind) }
		function add_name(line) { name = name (name == "" ? "" : "; ") line }
		function end_rule() {
			if (!n) return
			if (!has_conf) printf "" >(n ".conf")
			program = own || faults || words || n % 8 == 0 ? "asan/gpupass-early" : "gpupass-early"
			print n, (own ? "-" : machine), mode, program >"rules"
			print name >"names"
			close(n ".conf"); close(n ".expected"); close(n ".own"); close(n ".words")
		}
		/^(#|$)/ { next }
		/^\t/ {
			put("expected", substr($0, 2))
			if (/^\twould-take/) mode = "gpupass=dry-run"
			ended = 1
			next
		}
		/^M: / { next_machine = $2; next }
		ended || !n {
			end_rule()
			n++
			ended = own = faults = words = has_conf = 0
			name = ""
			mode = "-"
			machine = next_machine
		}
		/^W: / { words = 1; put("words", substr($0, 4)); add_name($0); next }
		/^([A-Z]:|\|) / { if (!own++) put("own", "M: " machine); put("own", $0); next }
		/^! / { faults = 1; put("faults", substr($0, 3)); next }
		{
			if (!has_conf++ && !/^\[/) put("conf", "[card a]")
			put("conf", $0)
			add_name($0)
		}
		END { end_rule() }
	' "$1"
}

# On a file system in memory directories list the newest entry first, and tar goes through
# them in the order in which they list (with -P also through links).
make_other_tree() {
	mkdir "$2" && tar -C "$1" -c . | tar -C "$2" -xP &&
		[ "$(ls -U "$1/sys/bus/pci/devices")" != "$(ls -U "$2/sys/bus/pci/devices")" ]
}

# The machine's trees, unless they are there: NAME.as-made and NAME.another-way; a rule
# that changes its machine has one, N.as-made. Their times are of long ago, so that
# whatever is written afterwards can be found.
make_trees() {
	while read -r n machine _; do
		if [ "$machine" = - ]; then
			"$build/machine" "$here/../machines" "$n.as-made" "$n.own" || return
		elif [ ! -e "$machine.as-made" ]; then
			"$build/machine" "$here/../machines" "$machine.as-made" \
				"$here/../machines/$machine.machine" || return
			make_other_tree "$machine.as-made" "$machine.another-way" || return
		fi
	done <rules
	find ./*.as-made ./*.another-way -exec touch -h -d @1 {} +
}

# copy_file FROM TO, without a process for it.
copy_file() {
	while IFS= read -r line; do
		printf '%s\n' "$line"
	done <"$1" >"$2"
}

# run_rule PROGRAM TREE N MODE
run_rule() {
	more=
	[ ! -e "$3.words" ] || read -r more <"$3.words"
	echo "root=/dev/sda2 ro quiet ${4#-} $more" >"$2/proc/cmdline"
	copy_file "$3.conf" "$2/etc/gpupass.conf"
	if [ -e "$3.faults" ]; then
		"$build/sysfs-kernel" -f "$3.faults" -c /dev/null -o /dev/null "$PWD/$2" \
			"$build/$1" --root "$PWD/$2"
	else
		"$build/$1" --root "$2"
	fi
}

# The trace of the last runs, and an end to it.
empty_trace() {
	if [ -n "$tree" ]; then
		"$build/gpupass-log" --root "$tree" --json
		rm "$tree/run/gpupass/trace"
	fi
	runs=0
}

# run_rules WAY: the traces of all runs, as short lines.
run_rules() {
	tree=
	runs=0
	while read -r n machine mode program; do
		next=$machine.$1
		[ "$machine" != - ] || next=$n.as-made
		if [ "$next" != "$tree" ] || [ $runs -eq $together ]; then
			empty_trace
			tree=$next
		fi
		[ "$1" != as-made ] || program=gpupass-early
		run_rule "$program" "$tree" "$n" "$mode" >>output 2>&1 </dev/null
		runs=$((runs + 1))
	done <rules
	empty_trace
}

# From traces to N.found: what was decided, without what is the same everywhere.
find_decisions() {
	sed -f "$here/early/trace.sed" | awk '
		function put(line) { print line >(n ".found") }
		function of(card) { return card == "a" ? "" : " " card }
		/^written/ { if (!/lost 0, torn 0$/) put(n " runs are too many: " $0); next }
		/^start/ {
			if (n) close(n ".found")
			n++
			printf "" >(n ".found")
			split("", functions)
			split("", counts)
			next
		}
		/^function-found / { functions[$2] = functions[$2] " " $3; counts[$2]++; next }
		/^would-take / {
			sub(/:$/, "", $2)
			put("would-take" of($2) ":" functions[$2])
			said = $3
			for (i = 4; i <= NF; i++) if ($(i - 1) ~ /,$/) said += $i
			if (counts[$2] != said) put("but it says " said " functions")
			next
		}
		/^(dry-run|conf-read|conf-words|framebuffer|module-[a-z]*|refused|end)[ :]/ { next }
		{ sub(/ a:/, ":"); sub(/^[^ ]* a /, $1 " "); put($0) }
	'
}

# judge WHO: a line of TAP for each rule.
judge() {
	awk -v "who=$1" '
		function read_all(file, text, line) {
			while ((getline line <file) > 0) text = text line "\n"
			close(file)
			return text
		}
		function comment(word, text) {
			gsub(/\n/, "\n#   ", text)
			print "# " word ":\n#   " text
		}
		{
			expected = read_all(NR ".expected")
			found = read_all(NR ".found")
			print (expected == found ? "ok" : "not ok") " - " who " " NR ": " $0
			if (expected == found) next
			comment("expected", expected)
			comment("found", found)
		}
	' names
}

# say WHAT: good when nothing was said.
say() {
	if [ ! -s output ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		sed 's/^/# /' output
	fi
}

write_back() {
	awk -v "n=0" '
		/^\t/ {
			if (!ended) while ((getline line <(n ".found")) > 0) print "\t" line
			ended = 1
			next
		}
		!/^(#|$|M: )/ && (ended || !n) { n++; ended = 0 }
		{ print }
	' "$here/plan/$1" >updated && cp updated "$here/plan/$1"
}

# plan.t --one NAME: TAP without numbers.
run_one() {
	work=$(mktemp -d) || exit 1
	trap 'rm -rf "$work"' EXIT
	cd "$work" || exit 1
	split_rules "$here/plan/$1"
	if ! make_trees >output 2>&1; then
		echo "the machines are not made, or not in another order" >>output
		say "$1"
		return
	fi
	run_rules as-made | find_decisions
	[ -z "${UPDATE:-}" ] || write_back "$1"
	judge "$1"
	[ -z "${FAST:-}" ] || return 0
	rm -f ./*.found
	run_rules another-way | find_decisions
	judge "$1, another way round,"
	find ./*.as-made/sys ./*.as-made/usr ./*.another-way/sys ./*.another-way/usr \
		-newermt @2 >>output 2>&1
	say "$1: nothing was said, nothing touched"
}

export LC_ALL=C TZ=UTC ASAN_OPTIONS=detect_leaks=0
[ ! -w /dev/shm ] || export TMPDIR="${TMPDIR:-/dev/shm}"
umask 022
if [ "${1:-}" = --one ]; then
	run_one "$2"
	exit
fi
[ $# -gt 0 ] || set -- "$here"/plan/*
number=0
for name; do
	number=$((number + 1))
	[ -z "${FAST:-}" ] || [ $((number % 5)) = 0 ] || continue
	printf '%s\0' "${name##*/}"
done | xargs -0 -P 2 -n 1 "$0" --one |
	awk '/^(not )?ok - / { sub(/ok -/, "ok " ++n " -") } { print } END { print "1.." n }'
