#!/bin/sh
# Mounts a sandbox's overlay, then becomes the given command. Run in a mount namespace of its own, which ends with conmon: so
# the mount does too, whoever died first.
set -eu

from=$1    # the folder that the overlay's options are relative to
options=$2 # the overlay's options
rootfs=$3  # where it is mounted
limited=$4 # where the disks of sandboxes with a limit are mounted
shift 4

# The kernel's newer way of mounting takes 255 bytes for each option, so libmount is made to use the older one.
(
	cd "$from"
	LIBMOUNT_FORCE_MOUNT2=always
	export LIBMOUNT_FORCE_MOUNT2
	exec mount -t overlay -o "$options" joey "$rootfs"
)
# A copy of these mounts would keep the disks of other sandboxes in use; the overlay holds what it needs of its own.
[ ! -e "$limited/mounted" ] || umount --lazy "$limited"
exec "$@"
