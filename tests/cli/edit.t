#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass add and remove, the built program. On every machine of tests/machines each card is put
# into configurations of many kinds and taken out again. The directories of tests/cli/edit are
# cases of tests/lib/golden.sh, with the functions below. UPDATE=1 writes what is expected
# instead.
# shellcheck disable=SC2317,SC2329,SC2119,SC2120 # cases call the functions
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
golden_start
gcc -shared -fPIC -D_GNU_SOURCE -o "$work/fault.so" "$here/edit/fault.c" || exit 1
export FAULT_FILE=root/etc/gpupass.conf

# host [TEXT]: what a case begins with: names, update-initramfs, and a configuration with TEXT.
host()
{
	mkdir -p root/usr/share/misc root/usr/sbin root/etc
	cp "$here/list/pci.ids" root/usr/share/misc/
	cat >root/usr/sbin/update-initramfs <<'END'
#!/bin/sh
echo "update-initramfs has $*"
[ ! -e /fail ]
END
	chmod 755 root/usr/sbin/update-initramfs
	[ $# -eq 0 ] || printf '%b' "$1" >root/etc/gpupass.conf
	[ $# -eq 0 ] || cp -p root/etc/gpupass.conf before
}

# edit WORDS: gpupass there, and its exit status when it is not 0.
edit()
{
	gpupass "$@" --root root
	edited=$?
	[ $edited -eq 0 ] || echo "status $edited"
}

# quietly WORDS: the same without a word.
quietly()
{
	edit "$@" >/dev/null 2>&1
}

# same FILE...: the configuration is the one of before, and what is beside it and not named.
same()
{
	cmp before root/etc/gpupass.conf && echo "the file is as it was"
	left "$@"
}

# left FILE...: what else is in the directory.
left()
{
	# shellcheck disable=SC2012 # names of ours
	ls -A root/etc | while read -r left_file; do
		case " gpupass.conf $* " in
		*" $left_file "*) ;;
		*) echo "also there: $left_file" ;;
		esac
	done
}

# mounted COMMANDS: with mounts of their own.
mounted()
{
	if [ "$(id -u)" -eq 0 ]; then
		unshare --mount --propagation private sh -ec "$1"
	else
		unshare --mount --map-root-user --propagation private sh -ec "$1"
	fi
}

# faulty FAULT WORDS: edit() with a fault of fault.c.
faulty()
{
	faulty_fault=$1
	shift
	(export FAULT="$faulty_fault" LD_PRELOAD="$work/fault.so" && exec gpupass "$@" --root root)
	echo "status $?"
}

# copy PROGRAM: into the root, with the libraries that it needs.
copy()
{
	copied=$(command -v "$1")
	mkdir -p root/bin
	cp -L "$copied" root/bin/
	ldd "$copied" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "root${library%/*}"
		[ -e "root$library" ] || cp -L "$library" "root$library"
	done
}

# at_home WORDS: gpupass in the root as the running system's.
at_home()
{
	[ -e root/bin/gpupass ] || { copy gpupass && copy sh; }
	if [ "$(id -u)" -eq 0 ]; then
		chroot root /bin/gpupass "$@"
	else
		unshare --map-root-user chroot root /bin/gpupass "$@"
	fi
	edited=$?
	[ $edited -eq 0 ] || echo "status $edited"
}

# on_terminal ANSWERS WORDS: the same on a terminal, where ANSWERS are typed.
on_terminal()
{
	terminal_answers=$1
	shift
	at_home --version >/dev/null
	set -- chroot root /bin/gpupass "$@"
	[ "$(id -u)" -eq 0 ] || set -- unshare --map-root-user "$@"
	printf '%b' "$terminal_answers" | script -E never -qec "$* 2>&1" /dev/null | tr -d '\r'
}

# --- there and back, on every machine

# The addresses of the functions of all cards.
cards()
{
	gpupass list --root root --json | awk -F '"' '
		/"functions": \[/ { inside = 1 }
		/"neighbours": \[/ { inside = 0 }
		inside && $2 == "address" { print $4 }
	'
}

# The text of a configuration, by its number; false when there is none.
text()
{
	case $1 in
	0) : ;;
	1) cat "$top/conf/gpupass.conf" ;;
	2) printf '\n' ;;
	3) printf '# no newline' ;;
	4) printf '[options]\nguard = off\n\n\n  # end\n\t\n' ;;
	5) printf '# 1\n[card one]   # a\nsubsystem = dead:beef # b\n# c\n\n[options]\ndeadline = 3' ;;
	*) return 1 ;;
	esac
}

# round_trip ADDRESS TEXT-NUMBER: add it, and what add calls it is removed.
round_trip()
{
	text "$2" >root/etc/gpupass.conf
	cp root/etc/gpupass.conf before
	gpupass add "$1" --root root >added 2>&1 || return 1
	name=$(sed -n 's/^\[card \([^]]*\)\].*/\1/p' added)
	cmp before root/etc/gpupass.conf~ || return 1
	gpupass list --root root --conf "$1" >section
	grep -Fvx -f root/etc/gpupass.conf section | grep -v '^\[card' && return 1
	grep -qFx "[card $name]" root/etc/gpupass.conf || return 1
	gpupass remove "$name" --root root >/dev/null && cmp before root/etc/gpupass.conf &&
		[ -z "$(left "gpupass.conf~")" ]
}

run_machine()
{
	"$build/machine" "$top/tests/machines" root "$top/tests/machines/$1.machine" || return 1
	host
	number=0
	cards | while read -r address; do
		# What is no card has no section: nothing is written.
		if ! gpupass list --root root --conf "$address" >section 2>refusal; then
			printf '[options]\n' >root/etc/gpupass.conf
			gpupass add "$address" --root root 2>&1 | diff refusal - || echo "$address: another refusal"
			printf '[options]\n' | cmp - root/etc/gpupass.conf
			continue
		fi
		round_trip "$address" $((number % 6)) || echo "$address, text $((number % 6))"
		number=$((number + 1))
	done >wrong
	[ ! -s wrong ] || { cat wrong && return 1; }
}

# All cards of a machine beside each other, which a boot takes for what they are; removed one by
# one, in the order in which they came.
run_all()
{
	"$build/machine" "$top/tests/machines" root "$top/tests/machines/$1.machine" || return 1
	host
	cp "$top/conf/gpupass.conf" before
	cp before root/etc/gpupass.conf
	cards | while read -r address; do
		gpupass add "$address" --root root
	done >added 2>/dev/null
	echo "gpupass=dry-run" >root/proc/cmdline
	"$build/gpupass-early" --root root
	"$build/gpupass-log" --root root --json >trace
	grep -E '"event":"refused-(broken|absent|identity|class|no-card|disagree|ambiguous|shared)"' trace &&
		return 1
	sed -n 's/^\[card \([^]]*\)\].*/\1/p' root/etc/gpupass.conf >names
	[ "$(wc -l <names)" = "$(grep -c '^\[card' added)" ] || return 1
	while read -r name; do
		gpupass remove "$name" --root root >/dev/null || return 1
	done <names
	cmp before root/etc/gpupass.conf
}

for machine in "$top"/tests/machines/*.machine; do
	name=$(basename "$machine" .machine)
	# What an image adds to a machine is none.
	[ "$name" != image ] || continue
	tap_sample 24 || continue
	tap_ok "$name: there and back" golden_in "$name" run_machine "$name"
	tap_ok "$name: all of them" golden_in "all-$name" run_all "$name"
done
golden_cases 9 "$here/edit"
tap_done
