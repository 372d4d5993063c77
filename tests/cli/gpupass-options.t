#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every verb of gpupass and each of its options is in its man page and in each completion, and
# these know no other; and bash completes what it should.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
. "$here/../lib/tap.sh"
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
completions=$top/conf/completions

# The verbs and long options that a text has, one a line.
options()
{
	grep -oe '--[a-z][a-z-]*' | sort -u
}

verbs=$(sed -n 's/^\t{"\([a-z-]*\)", verb_.*/\1/p' "$top/tool/verbs.c" | LC_ALL=C sort)
# Each option with what a verb has that takes it; 0 is every verb.
table=$(sed -n 's/^\t{"\([a-z]*\)", \([A-Z_0]*\), .*_argument.*/\2 --\1/p' "$top/tool/arguments.c")
all=$(echo "$table --version" | tr ' ' '\n' | grep -e -- | sort -u)

# takes VERB: its entry in the table of verbs, up to the text of its help.
takes()
{
	sed -n "/^\t{\"$1\", verb_/,/\"/p" "$top/tool/verbs.c" | sed -n 's/^[^,]*, verb_[a-z_]*, //p'
}

# options_of VERB: those that it takes.
options_of()
{
	taken=" 0 $(takes "$1" | tr '|,\n' '   ') "
	echo "$table" | while read -r flag option; do
		case $taken in *" $flag "*) echo "$option" ;; esac
	done
}

# help_of VERB: the options that its help names.
help_of()
{
	"$build/gpupass" "$1" --help | options
}

# in_bash LINE: what bash offers at its end, in the order of the alphabet.
in_bash()
{
	(cd "$here" && bash -c '
		. "$0"
		COMP_LINE=$1 COMP_POINT=${#1}
		_gpupass
		printf "%s\n" "${COMPREPLY[@]}"
	' "$completions/gpupass.bash" "$1") | LC_ALL=C sort
}

tap_is "the man page has the verbs" \
	"$(sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p' "$top/conf/man/gpupass.8" | grep -xF "$verbs" | LC_ALL=C sort -u)" "$verbs"
tap_is "the overview has the verbs" "$("$build/gpupass" --help | tr -s ' ,' '\n' | grep -xF "$verbs" | LC_ALL=C sort -u)" "$verbs"
tap_ok "the overview is one screen" test "$("$build/gpupass" --help | fold -w 80 | wc -l)" -le 24
for option in $all; do
	tap_ok "the man page has $option" grep -q -e "Fl -${option#--}" "$top/conf/man/gpupass.8"
done
tap_is "zsh has the options" "$(options <"$completions/gpupass.zsh")" "$all"
tap_is "fish has the options" "$(grep '^complete' "$completions/gpupass.fish" | grep -o -e '-l [a-z]*' | sed 's/-l /--/' |
	sort -u)" "$all"
for verb in $verbs; do
	tap_ok "zsh has $verb" grep -qE "^[[:blank:]]*['\"]$verb:" "$completions/gpupass.zsh"
	tap_ok "fish has $verb" grep -qe "-a $verb -d" "$completions/gpupass.fish"
	tap_is "the help of $verb has what it takes" "$(help_of "$verb")" \
		"$(options_of "$verb" | grep -vx -e --help | LC_ALL=C sort)"
	tap_ok "the help of $verb is no wider than a screen" test \
		"$("$build/gpupass" "$verb" --help | wc -L)" -le 80
	tap_is "bash has what $verb takes" "$(in_bash "gpupass $verb --")" \
		"$(options_of "$verb" | LC_ALL=C sort)"
done
tap_is "bash has the verbs" "$(in_bash 'gpupass ' | grep -v ^-)" "$verbs"
tap_is "bash: a verb" "$(in_bash 'gpupass ver')" verify-image
tap_is "bash: after an equals sign" "$(in_bash 'gpupass list --color=al')" always
tap_is "bash: after a blank" "$(in_bash 'gpupass list --color n')" never
tap_is "bash: a file" "$(in_bash 'gpupass verify-image gpupass-opt')" gpupass-options.t
tap_is "bash: a directory" "$(in_bash 'gpupass image --into lo')" log
tap_is "bash: the part after a colon" \
	"$(in_bash 'gpupass list --conf 0000:00:00.' | grep -c :)" 0
tap_done
