# SPDX-License-Identifier: GPL-2.0-or-later
# Installing what ./install.sh names as needed. Sourced; $top is the source tree.
# shellcheck disable=SC2154

# needs_missing WHAT...: the packages that are not there yet.
needs_missing()
{
	for needs_what; do
		"$top/install.sh" --needs "$needs_what" || return 1
	done | sort -u | while read -r needs_package; do
		case " $(dpkg-query -W -f='${db:Status-Status} ' "$needs_package" 2>/dev/null)" in
		*' installed '*) ;; # and not "not-installed"
		*) echo "$needs_package" ;;
		esac
	done
}

# needs_install WHAT...: all of them.
needs_install()
{
	needs_packages=$(needs_missing "$@") || return 1
	[ -n "$needs_packages" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "needed, and only root can install it: $(echo "$needs_packages" | paste -sd" ")" >&2
		return 1
	fi
	for needs_list in /var/lib/apt/lists/*_Packages*; do
		[ -e "$needs_list" ] || apt-get -q update || return 1
	done
	# shellcheck disable=SC2086 # a list
	DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends \
		$needs_packages
}
