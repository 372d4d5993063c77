#compdef gpupass-log
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of gpupass-log for zsh; installed as _gpupass-log.

_gpupass_log_cards() {
	local -a cards
	cards=(${(f)"$(sed -n \
		's/^[[:blank:]]*\[card[[:blank:]]\{1,\}\([A-Za-z0-9._-]*\)\].*/\1/p' \
		/etc/gpupass.conf 2>/dev/null)"})
	_describe card cards
}

_arguments -s \
	'--card[only records of this card]:card:_gpupass_log_cards' \
	'(-p --priority)'{-p+,--priority=}'[only this level and worse]:level:(emerg alert crit error warning notice info debug)' \
	'(-k --kernel --no-kernel)'{-k,--kernel}"[only lines of the kernel's log]" \
	"(-k --kernel)--no-kernel[no lines of the kernel's log]" \
	'(-F --file)'{-F+,--file=}'[read this file]:file:_files' \
	'--root=[read the trace of the system below]:directory:_files -/' \
	'--explain[what each refusal and failure means, and what to do]' \
	'(-t --monotonic)'{-t,--monotonic}'[seconds since the start of the kernel]' \
	'(--plot)--json[one JSON object a line]' \
	'(--json)--plot[a drawing on a time axis, as SVG]' \
	'(--plot)--last-crash[the last boot that died, instead]' \
	'--color=[colour]:when:(auto always never)' \
	'--no-pager[straight to the terminal]' \
	'(- *)'{-h,--help}'[show the options]' \
	'(- *)--version[show the version]'
