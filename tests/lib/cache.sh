# SPDX-License-Identifier: GPL-2.0-or-later
# Directories that are expensive to make, kept outside the tree: one per kind and key,
# built aside and renamed into place, so that what exists is complete. Nothing in there is
# needed: the whole directory may be deleted at any time. Sourced.

cache_root=${GPUPASS_CACHE:-/var/cache/gpupass}

# cache_key: the key of what comes on standard input.
cache_key()
{
	sha256sum | cut -c1-16
}

# cache_get KIND KEY BUILDER [ARGUMENT...]: prints the entry's directory. An absent one is
# made by `BUILDER DIRECTORY [ARGUMENT...]`; meanwhile others who want the same wait. A
# builder's output goes to standard error.
cache_get()
{
	cache_entry=$cache_root/$1-$2
	cache_lock=$cache_root/lock-$1
	cache_builder=$3
	cache_kind=$1
	shift 3
	if [ ! -d "$cache_entry" ]; then
		mkdir -p "$cache_root" || return 1
		(
			flock 9 || exit 1
			cache_build "$@"
		) 9>"$cache_lock" >&2 || return 1
	fi
	touch "$cache_entry"
	printf '%s\n' "$cache_entry"
}

# The locked half of cache_get.
cache_build()
{
	[ ! -d "$cache_entry" ] || return 0
	rm -rf "$cache_entry.new"
	mkdir "$cache_entry.new" || return 1
	if ! "$cache_builder" "$cache_entry.new" "$@"; then
		[ -n "${DEBUG:-}" ] || rm -rf "$cache_entry.new"
		return 1
	fi
	mv "$cache_entry.new" "$cache_entry" || return 1
	touch "$cache_entry"
	cache_prune "$cache_kind"
}

# Keeps the entries of a kind that were used last: the present state of the tree, the one
# before it, and one for somebody who works beside us.
cache_prune()
{
	find "$cache_root" -mindepth 1 -maxdepth 1 -type d -name "$1-????????????????" \
		-printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2- |
		while read -r cache_old; do
			rm -rf "$cache_old"
		done
}
