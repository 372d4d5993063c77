# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of gpupass-log for fish.

function __gpupass_log_cards
	test -r /etc/gpupass.conf
	and string match -rg '^\s*\[card\s+([A-Za-z0-9._-]+)\]' </etc/gpupass.conf
end

complete -c gpupass-log -f
complete -c gpupass-log -l card -x -a '(__gpupass_log_cards)' -d 'Only records of this card'
complete -c gpupass-log -s p -l priority -x -a 'emerg alert crit error warning notice info debug' -d 'Only this level and worse'
complete -c gpupass-log -s k -l kernel -d 'Only lines of the kernel\'s log'
complete -c gpupass-log -l no-kernel -d 'No lines of the kernel\'s log'
complete -c gpupass-log -s F -l file -r -F -d 'Read this file'
complete -c gpupass-log -l root -x -a '(__fish_complete_directories)' -d 'Read the trace of the system below'
complete -c gpupass-log -l explain -d 'What each refusal and failure means, and what to do'
complete -c gpupass-log -s t -l monotonic -d 'Seconds since the start of the kernel'
complete -c gpupass-log -l json -d 'One JSON object a line'
complete -c gpupass-log -l last-crash -d 'The last boot that died, instead'
complete -c gpupass-log -l plot -d 'A drawing on a time axis, as SVG'
complete -c gpupass-log -l color -x -a 'auto always never' -d 'Colour'
complete -c gpupass-log -l no-pager -d 'Straight to the terminal'
complete -c gpupass-log -s h -l help -d 'Show the options'
complete -c gpupass-log -l version -d 'Show the version'
