#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gpupass vm, the built program. On every machine of tests/machines that is a whole host: each
# card in all four forms, as tests/cli/vm/MACHINE has them (expected.FORM; expected.err is what
# was said beside). libvirt's is validated by libvirt, Proxmox VE's and KubeVirt's against their
# formats as tests/cli/vm has them, with their sources; QEMU takes all cards of a machine
# together. The directories with a run are cases of tests/lib/golden.sh. UPDATE=1 writes what
# is expected instead.
set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
build=$(cd "${BUILD:-$top/build}" && pwd) || exit 1
. "$here/../lib/tap.sh"
. "$here/../lib/golden.sh"
golden_start
export TERM=dumb

# put_names: those of tests/cli/list/pci.ids, the same everywhere.
put_names()
{
	mkdir -p root/usr/share/misc
	[ -e root/usr/share/misc/pci.ids ] || cp "$here/list/pci.ids" root/usr/share/misc/
}

# The first function of every card.
cards()
{
	gpupass list --root root --json 2>/dev/null | awk -F '"' '
		/"functions": \[/ { first = 1 }
		first && $2 == "address" { print $4; first = 0 }
	'
}

# found FORM: every card in that form, each below a line of its own.
found()
{
	for address in $(cards); do
		echo "### $address"
		gpupass vm --root root --"$1" "$address" 2>>said
	done
}

# in_domain: a whole guest for libvirt, with these host devices.
in_domain()
{
	printf '<domain type="kvm"><name>guest</name><memory>1048576</memory><os>'
	printf '<type arch="x86_64" machine="q35">hvm</type></os><devices>\n'
	grep -v '^###'
	printf '</devices></domain>\n'
}

# By name, so that an act of the host's own does not count.
validate()
{
	virt-xml-validate "$1" domain 2>&1 | tail -n 20 >validated
	grep -q ' validates$' validated || { cat validated && return 1; }
}

check_libvirt()
{
	grep -q '<hostdev' found.libvirt || return 0
	in_domain <found.libvirt >domain.xml && validate domain.xml
}

# QEMU has nothing of vfio here; its own device, which may be any function, stands for it.
check_qemu()
{
	arguments=$(sed '/^###/d; s/vfio-pci,host=[^,]*/pci-testdev/g' found.qemu)
	[ -n "$arguments" ] || return 0
	# shellcheck disable=SC2086 # arguments
	echo quit | timeout 60 qemu-system-x86_64 -machine q35,accel=tcg -m 16 -S -display none \
		-monitor stdio -device pcie-root-port,id=others,chassis=1 $arguments >qemu 2>&1 ||
		{ cat qemu && return 1; }
}

# For the checks that look at all machines at once. A card that has nothing is a line without
# any below.
keep()
{
	grep -q '^hostpci' found.proxmox || return 0
	awk '/^###/ { head = $0; next } head != "" { print head; head = "" } { print }' \
		found.proxmox >"$work/$1.proxmox"
	sed 's/^###.*/---/' found.kubevirt >"$work/$1.yaml"
}

check_kubevirt()
{
	"$here/vm/kubevirt-check" "$here/vm/kubevirt.schema.json" "$work"/*.yaml
}

check_proxmox()
{
	for file in "$work"/*.proxmox; do
		echo "${file%.proxmox}/root" "$file"
	done | xargs "$here/vm/proxmox-check"
}

run_machine()
{
	"$build/machine" "$top/tests/machines" root "$top/tests/machines/$1.machine" || return 1
	put_names
	for form in libvirt qemu proxmox kubevirt; do
		found $form >found.$form
	done
	sort -u said >found.err
	for form in libvirt qemu proxmox kubevirt err; do
		golden found.$form "$here/vm/$1/expected.$form" || return
	done
	keep "$1" && check_libvirt && check_qemu
}

# all_forms OPTION...: for cases: a card in every form, and each is good for what it is for.
all_forms()
{
	for form in libvirt qemu proxmox kubevirt; do
		gpupass vm --root root "$@" --$form >found.$form
		cat found.$form
	done
	check_libvirt
	check_qemu
	"$here/vm/proxmox-check" root found.proxmox 2>&1
	"$here/vm/kubevirt-check" "$here/vm/kubevirt.schema.json" found.kubevirt 2>&1
}

# What is wrong is found: the validators can fail.
refuses()
{
	! "$@" >refused 2>&1 && ! grep -q Traceback refused
}

check_validators()
{
	expected=$here/vm/rtx2080ti
	"$build/machine" "$top/tests/machines" root "$top/tests/machines/rtx2080ti.machine" || return 1
	in_domain <"$expected/expected.libvirt" >good.xml && validate good.xml || return 1
	sed "s/function='0x3'/function='0x8'/" good.xml >bad.xml
	refuses validate bad.xml || return 1
	cp "$expected/expected.proxmox" good
	"$here/vm/proxmox-check" root good || return 1
	for change in s/pcie=1/pci=1/ s/iommugroup=66/iommugroup=6/ s/id=10de:1e07/id=10de:1ad6/ \
		s/path=0000:83:00,/path=0000:83:00.0,/ 's/--id geforce/--id 2geforce/' s/,id=10de:1e07//; do
		sed "$change" good >bad
		refuses "$here/vm/proxmox-check" root bad || { echo "taken: $change" && return 1; }
	done
	sed 's/^###.*/---/' "$expected/expected.kubevirt" >good.yaml
	"$here/vm/kubevirt-check" "$here/vm/kubevirt.schema.json" good.yaml || return 1
	for change in s/pciVendorSelector/pciSelector/ s/10DE:1E07/10DE1E07/ 's,gpupass/,gpupass:,' \
		s/hostDevices/hostdevices/ 's/deviceName: "gpupass.10de-1e07"/deviceName: "a\/b"/' \
		s/-a-1/-a-2/; do
		sed "$change" good.yaml >bad.yaml
		refuses "$here/vm/kubevirt-check" "$here/vm/kubevirt.schema.json" bad.yaml ||
			{ echo "taken: $change" && return 1; }
	done
}

golden_machines 12 run_machine
tap_ok "KubeVirt's API has what is written for it" check_kubevirt
tap_ok "Proxmox VE takes what is written for it" check_proxmox
! tap_sample 1 || tap_ok "what libvirt, Proxmox VE and KubeVirt do not take is found" \
	golden_in validators check_validators
golden_cases 6 "$here/vm"
tap_done
