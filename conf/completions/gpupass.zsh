#compdef gpupass
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of gpupass for zsh; installed as _gpupass.

_gpupass_verbs() {
	local -a verbs
	verbs=(
		'list:the cards of this machine'
		'add:name a card in the configuration'
		'remove:take its section out again'
		'check:what the next boot will do'
		'status:does each rule hold, can a VM start'
		'vm:a card for libvirt, QEMU, Proxmox VE or KubeVirt'
		'retry:take the cards again after boots that died'
		'capture:this machine as text for a report'
		'verify-image:look into boot images'
		'modules:the modules that a kernel needs'
		'keep:the PCI functions that the host runs from'
		'guard:how this boot went'
		"image:put gpupass into an image's tree"
	)
	_describe verb verbs
}

_gpupass_cards() {
	local -a cards
	cards=(${(f)"$(sed -n \
		's/^[[:blank:]]*\[card[[:blank:]]\{1,\}\([A-Za-z0-9._-]*\)\].*/\1/p' \
		/etc/gpupass.conf 2>/dev/null)"} /sys/bus/pci/devices/*(N:t))
	compadd -a cards
}

_gpupass_options() {
	local root='--root=[the system below]:directory:_files -/'
	local kernel='--kernel=[its version]:kernel:_files -W /lib/modules -/'

	case $words[1] in
	list)
		_arguments $root '(--conf)--json[one JSON object]' \
			'--color=[colour]:when:(auto always never)' \
			'(--json)--conf=[the section for the card there]:address:(/sys/bus/pci/devices/*(N:t))'
		;;
	add)
		_arguments $root '--name=[of the section]:name:' '--rebuild[rebuild the boot images, do not ask]' \
			':address:(/sys/bus/pci/devices/*(N:t))'
		;;
	remove)
		_arguments $root '--rebuild[rebuild the boot images, do not ask]' \
			':name:_gpupass_cards'
		;;
	check) _arguments $root '--json[one JSON object]' '--color=[colour]:when:(auto always never)' ;;
	status) _arguments $root '(--quiet)--json[one JSON object]' '(--json)--quiet[only the exit status]' ;;
	vm)
		_arguments $root '(--qemu --proxmox --kubevirt)--libvirt[hostdev elements]' \
			'(--libvirt --proxmox --kubevirt --bus)--qemu[arguments]' \
			'(--libvirt --qemu --kubevirt --bus)--proxmox[a line for VMID.conf]' \
			'(--libvirt --qemu --proxmox --bus)--kubevirt[YAML]' \
			"--bus=[the bus in libvirt's guest]:bus:" ':card:_gpupass_cards'
		;;
	verify-image) _arguments $root '*:image:_files' ;;
	modules) _arguments $root $kernel ;;
	image) _arguments $root $kernel "--into=[the image's tree]:directory:_files -/" ;;
	guard) _arguments $root '--after=[wait so many seconds first]:seconds:' ':word:(good ended forget)' ;;
	retry | capture | keep) _arguments $root ;;
	esac
}

_arguments \
	'(- *)--help[show the verbs and options]' \
	'(- *)--version[show the version]' \
	'1:verb:_gpupass_verbs' \
	'*::option:_gpupass_options'
