#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every option of gpupass-log is in its man page and in each completion, and these know no
# other; and bash completes what it should.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
program=${GPUPASS_LOG:-$top/build/gpupass-log}
number=0 bad=0

verdict() {
	number=$((number + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $number - $3"
	else
		bad=1
		echo "not ok $number - $3"
		printf '# expected: %s\n# got:      %s\n' "$(echo "$2" | tr '\n' ' ')" \
			"$(echo "$1" | tr '\n' ' ')"
	fi
}

# The long options that a text names, one a line.
long_options() {
	grep -o -e "$1" | grep -o '[a-z][a-z-]*$' | sort -u
}

options=$("$program" --help | long_options '--[a-z][a-z-]*')
table=$(sed -n 's/^\t{"\([a-z-]*\)", .*_argument.*/\1/p' "$top/tool/log_options.c" |
	sort -u)
verdict "$options" "$table" "--help"
verdict "$(long_options '^\.It.* Fl -[a-z-]*' <"$top/conf/man/gpupass-log.8")" "$options" \
	"the man page"
verdict "$(long_options '--[a-z][a-z-]*' <"$top/conf/completions/gpupass-log.zsh")" \
	"$options" "zsh"
verdict "$(long_options '-l [a-z][a-z-]*' <"$top/conf/completions/gpupass-log.fish")" \
	"$options" "fish"

complete_in_bash() {
	bash -c '
		. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_gpupass_log
		printf "%s\n" "${COMPREPLY[@]}"
	' "$top/conf/completions/gpupass-log.bash" gpupass-log "$@"
}

verdict "$(complete_in_bash -- | long_options '--[a-z-]*')" "$options" "bash"
verdict "$(complete_in_bash --ex)" --explain "bash: an option"
verdict "$(complete_in_bash -p w)" warning "bash: a level"
verdict "$(complete_in_bash --color = al)" always "bash: after an equals sign"
verdict "$(complete_in_bash --color =)" "$(printf 'auto\nalways\nnever')" \
	"bash: right after it"
verdict "$(complete_in_bash -F "$here/log-opt")" "$here/log-options.t" "bash: a file"
verdict "$(complete_in_bash --root "$here/lo")" "$here/log" "bash: a directory"
echo "1..$number"
exit $bad
