# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of gpupass for fish.

set -l verbs list check status vm retry capture verify-image modules keep image guard

complete -c gpupass -f
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a list -d 'The cards of this machine'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a check -d 'What the next boot will do'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a status -d 'Does each rule hold, can a VM start'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a vm -d 'A card for libvirt, QEMU, Proxmox, KubeVirt'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a retry -d 'Take the cards again after boots that died'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a capture -d 'This machine as text for a report'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a verify-image -d 'Look into boot images'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a modules -d 'The modules that a kernel needs'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a keep -d 'The PCI functions that the host runs from'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a image -d 'Put gpupass into an image\'s tree'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -a guard -d 'How this boot went'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -l help -d 'Show the verbs and options'
complete -c gpupass -n "not __fish_seen_subcommand_from $verbs" -l version -d 'Show the version'
complete -c gpupass -n '__fish_seen_subcommand_from list check status' -l json -d 'One JSON object'
complete -c gpupass -n '__fish_seen_subcommand_from vm' -a '(string match -rg "^\s*\[card\s+([A-Za-z0-9._-]+)\]" </etc/gpupass.conf 2>/dev/null; ls /sys/bus/pci/devices 2>/dev/null)'
complete -c gpupass -n '__fish_seen_subcommand_from vm' -l libvirt -d 'hostdev elements'
complete -c gpupass -n '__fish_seen_subcommand_from vm' -l qemu -d 'Arguments'
complete -c gpupass -n '__fish_seen_subcommand_from vm' -l proxmox -d 'A line for VMID.conf'
complete -c gpupass -n '__fish_seen_subcommand_from vm' -l kubevirt -d 'YAML'
complete -c gpupass -n '__fish_seen_subcommand_from vm' -l bus -x -d 'The bus in libvirt\'s guest'
complete -c gpupass -n '__fish_seen_subcommand_from status' -l quiet -d 'Only the exit status'
complete -c gpupass -n '__fish_seen_subcommand_from list check' -l color -x -a 'auto always never' -d 'Colour'
complete -c gpupass -n '__fish_seen_subcommand_from list' -l conf -x -a '(ls /sys/bus/pci/devices 2>/dev/null)' -d 'The section for the card there'
complete -c gpupass -n '__fish_seen_subcommand_from modules image' -l kernel -x -a '(ls /lib/modules 2>/dev/null)' -d 'The kernel\'s version'
complete -c gpupass -n '__fish_seen_subcommand_from image' -l into -x -a '(__fish_complete_directories)' -d 'The image\'s tree'
complete -c gpupass -n '__fish_seen_subcommand_from guard' -a 'good ended forget'
complete -c gpupass -n '__fish_seen_subcommand_from guard' -l after -x -d 'Wait so many seconds first'
complete -c gpupass -n '__fish_seen_subcommand_from verify-image' -F
complete -c gpupass -n "__fish_seen_subcommand_from $verbs" -l root -x -a '(__fish_complete_directories)' -d 'The system below'
