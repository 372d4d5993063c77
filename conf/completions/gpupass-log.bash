# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of gpupass-log for bash. Needs nothing but bash: bash-completion only finds it.

_gpupass_log() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words

	# bash takes --color=x as three words.
	if [[ $word == = ]]; then
		word=
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $before in
	--card)
		words=$(sed -n 's/^[[:blank:]]*\[card[[:blank:]]\+\([A-Za-z0-9._-]*\)\].*/\1/p' \
			/etc/gpupass.conf 2>/dev/null)
		;;
	--color) words='auto always never' ;;
	-p | --priority) words='emerg alert crit error warning notice info debug' ;;
	-F | --file)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--root)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	*)
		words='--card --priority --kernel --no-kernel --file --root --explain --monotonic
			--json --last-crash --plot --color --no-pager --help --version -p -k -F -t -h'
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o filenames -F _gpupass_log gpupass-log
