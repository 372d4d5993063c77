#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What gpupass-early decides on the machines of tests/machines, rule by rule, and that it
# touches nothing meanwhile. A file of tests/cli/plan has many rules, each of them a run of
# its own, with what must come of it:
#
#	M: NAME			the machine from here on
#	KEY = VALUE		a line of gpupass.conf; without a head before it, of [card a]
#	A: X: ...		changes the machine for this rule (tests/machines/README)
#	! FAULT			goes wrong with this rule (tests/cli/kernel/faults.h)
#	<tab>EVENT TEXT		a record of the trace; would-take has the functions of the
#				card in the order of work, and card a is not named
#
# The klibc program runs on the machine as it was made, the one with sanitizers on a copy
# whose directories list their entries in another order. A rule that must be refused runs
# in earnest, the others with gpupass=dry-run.
#
# plan.t [NAME...] runs some. UPDATE=1 writes what the first program does into the file:
# the expectations are written by hand, from what people want; read the diff.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1

# split_rules FILE: N.conf, N.expected, N.name and, where there are such, N.own (with M: and
# all) and N.faults, and N.machine.
split_rules() {
	awk '
		function put(kind, line) { print line >(n "." kind) }
		/^(#|$)/ { next }
		/^\t/ { put("expected", substr($0, 2)); ended = 1; next }
		/^M: / { machine = $0; next }
		ended || !n { n++; ended = 0; name = ""; put("machine", machine) }
		/^([A-Z]:|\|) / { if (!own[n]++) put("own", machine); put("own", $0); next }
		/^! / { put("faults", substr($0, 3)); next }
		{
			if (name == "" && !/^\[/) put("conf", "[card a]")
			put("conf", $0)
			name = name (name == "" ? "" : "; ") $0
			print name >(n ".name")
			close(n ".name")
		}
		END { print n >"count" }
	' "$1"
}

# Times of long ago, so that whatever is written afterwards can be found.
make_tree() {
	"$build/machine" "$here/../machines" "$1" "$2" &&
		find "$1" -exec touch -h -d @1 {} +
}

# On a file system in memory directories list the newest entry first, and tar goes through
# them in the order in which they list (with -P also through links).
make_other_tree() {
	mkdir "$2" && tar -C "$1" -c . | tar -C "$2" -xP &&
		[ "$(ls -U "$1/sys/bus/pci/devices")" != "$(ls -U "$2/sys/bus/pci/devices")" ]
}

# The trees of the rules: N.tree is a link.
make_trees() {
	last=
	n=0
	while [ $((n += 1)) -le "$count" ]; do
		if [ -e $n.own ]; then
			make_tree $n.root $n.own || return 1
			ln -s $n.root $n.tree
			ln -s $n.root $n.other
			continue
		fi
		read -r machine <$n.machine
		if [ "$machine" != "$last" ]; then
			last=$machine tree=$n
			make_tree $n.root $n.machine && make_other_tree $n.root $n.copy || return 1
		fi
		ln -s "$tree.root" $n.tree
		ln -s "$tree.copy" $n.other
	done
}

# run_rule PROGRAM TREE N
run_rule() {
	mode=
	! grep -q "^would-take" "$3.expected" || mode=gpupass=dry-run
	echo "root=/dev/sda2 ro quiet $mode" >"$2/proc/cmdline"
	cp "$3.conf" "$2/etc/gpupass.conf"
	set -- "$build/$1" "$2" "$3"
	if [ -e "$3.faults" ]; then
		"$build/sysfs-kernel" -f "$3.faults" -c /dev/null -o /dev/null "$PWD/$2" "$1" \
			--root "$PWD/$2"
	else
		"$1" --root "$2"
	fi
}

# The traces of all runs of a program, as short lines. A trace has room for ten runs.
run_rules() {
	n=0
	while [ $((n += 1)) -le "$count" ]; do
		rm -f "$n.$2/run/gpupass/trace"
		run_rule "$1" "$n.$2" $n >>output 2>&1 </dev/null
		"$build/gpupass-log" --root "$n.$2" --json
	done | sed -f "$here/early/trace.sed"
}

# From traces to N.found: what was decided, without what is the same everywhere.
find_decisions() {
	awk '
		function put(line) { print line >(n ".found") }
		function of(card) { return card == "a" ? "" : " " card }
		/^written/ {
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
			if (counts[$2] != $3) put("but it says " $3 " functions")
			next
		}
		/^(start|dry-run|conf-read|framebuffer|module-[a-z]*|refused|end)[ :]/ { next }
		{ sub(/ a:/, ":"); sub(/^[^ ]* a /, $1 " "); put($0) }
	'
}

# judge WHO: a line of TAP for each rule.
judge() {
	awk -v "who=$1" -v "count=$count" '
		function read_all(file, text, line) {
			while ((getline line <file) > 0) text = text line "\n"
			close(file)
			return text
		}
		function comment(word, text) {
			gsub(/\n/, "\n#   ", text)
			print "# " word ":\n#   " text
		}
		BEGIN {
			for (n = 1; n <= count; n++) {
				expected = read_all(n ".expected")
				found = read_all(n ".found")
				name = read_all(n ".name")
				sub(/\n$/, "", name)
				sub(/^.*\n/, "", name)
				print (expected == found ? "ok" : "not ok") " - " who " " n ": " name
				if (expected == found) continue
				comment("expected", expected)
				comment("found", found)
			}
		}
	'
}

# say WHAT FILE: good when the file is empty.
say() {
	if [ ! -s "$2" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		sed 's/^/# /' "$2"
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
	read -r count <count
	if ! make_trees >output 2>&1; then
		echo "the machines are not made, or not in another order" >>output
		say "$1" output
		return
	fi
	run_rules gpupass-early tree | find_decisions
	[ -z "${UPDATE:-}" ] || write_back "$1"
	judge "klibc $1"
	run_rules asan/gpupass-early other | find_decisions
	judge "asan $1"
	find ./*.root/sys ./*.root/usr ./*.copy/sys ./*.copy/usr -newermt @2 >>output 2>&1
	say "$1: nothing was said, nothing touched" output
}

export LC_ALL=C TZ=UTC ASAN_OPTIONS=detect_leaks=0
[ ! -w /dev/shm ] || export TMPDIR="${TMPDIR:-/dev/shm}"
umask 022
if [ "${1:-}" = --one ]; then
	run_one "$2"
	exit
fi
[ $# -gt 0 ] || set -- "$here"/plan/*
for name; do
	printf '%s\0' "${name##*/}"
done | xargs -0 -P 2 -n 1 "$0" --one |
	awk '/^(not )?ok - / { sub(/ok -/, "ok " ++n " -") } { print } END { print "1.." n }'
