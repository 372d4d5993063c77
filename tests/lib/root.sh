# SPDX-License-Identifier: GPL-2.0-or-later
# Running commands inside a root directory. Mounts are made in a namespace of their own, so
# that nothing of them is left behind whatever happens. Sourced.

# root_run DIRECTORY COMMAND...: in a chroot with /proc.
root_run()
{
	# shellcheck disable=SC2016 # the inner shell expands
	unshare --mount --pid --fork sh -c '
		root=$1
		shift
		mount -t proc proc "$root/proc" &&
			exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
				DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
	' root_run "$@" </dev/null
}
