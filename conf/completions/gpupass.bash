# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of gpupass for bash. Needs nothing but bash: bash-completion only finds it.

# The names of the sections.
_gpupass_cards() {
	sed -n 's/^[[:blank:]]*\[card[[:blank:]]\+\([A-Za-z0-9._-]*\)[[:blank:]]*\].*/\1/p' /etc/gpupass.conf 2>/dev/null
}

# The words for a verb's option or operand $2, of which $3 is there.
_gpupass_words() {
	case $2 in
	--kernel) ls /lib/modules 2>/dev/null ;;
	--color) printf '%s\n' auto always never ;;
	--conf) ls /sys/bus/pci/devices 2>/dev/null ;;
	--name) ;;
	--into | --root) compgen -d -- "$3" ;;
	*)
		case $1 in
		'') printf '%s\n' list add remove check status vm retry capture verify-image modules keep image guard --help --version ;;
		list) printf '%s\n' --json --color --conf --root --help ;;
		add) [[ $3 == -* ]] && printf '%s\n' --name --rebuild --root --help || ls /sys/bus/pci/devices 2>/dev/null ;;
		remove) [[ $3 == -* ]] && printf '%s\n' --rebuild --root --help || _gpupass_cards ;;
		check) printf '%s\n' --json --color --root --help ;;
		status) printf '%s\n' --json --quiet --root --help ;;
		vm)
			if [[ $3 == -* ]]; then
				printf '%s\n' --libvirt --qemu --proxmox --kubevirt --bus --root --help
			else
				_gpupass_cards
				ls /sys/bus/pci/devices 2>/dev/null
			fi
			;;
		verify-image) [[ $3 == -* ]] && printf '%s\n' --root --help || compgen -f -- "$3" ;;
		modules) printf '%s\n' --kernel --root --help ;;
		image) printf '%s\n' --kernel --into --root --help ;;
		guard) [[ $3 == -* ]] && printf '%s\n' --after --root --help || printf '%s\n' good ended forget ;;
		retry | capture | keep) printf '%s\n' --root --help ;;
		esac
		;;
	esac
}

_gpupass() {
	# bash takes a:b and --color=x as three words; what is typed has them as they are.
	local typed verb='' before='' word
	read -ra typed <<<"${COMP_LINE:0:COMP_POINT}x"
	word=${typed[-1]%x}
	((${#typed[@]} > 2)) && verb=${typed[1]} before=${typed[-2]}
	if [[ $word == --*=* ]]; then
		before=${word%%=*} word=${word#*=}
	fi
	mapfile -t COMPREPLY < <(compgen -W "$(_gpupass_words "$verb" "$before" "$word")" -- "$word")
	[[ $word != *:* ]] || COMPREPLY=("${COMPREPLY[@]#"${word%:*}:"}")
}
complete -o filenames -F _gpupass gpupass
