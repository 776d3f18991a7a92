#!/bin/sh
# Mounts the disk of a sandbox with a limit. Only Joey has written its blocks, and no guest ever does.
set -eu

file=$1   # the ext4 image
folder=$2 # where it is mounted

# Never two loop devices of one file: each would have its own idea of what is in it. One may be there since an agent before this
# one, held by the mount namespace of a running sandbox. It is found by the file's device and inode.
mount_once() {
	made=no
	device=$(losetup --noheadings --output NAME --associated "$file" | head -n 1)
	if [ -z "$device" ]; then
		made=yes
		# Without direct input and output everything is cached twice; not every file system can do it.
		device=$(losetup --find --show --direct-io=on "$file" 2>/dev/null || losetup --find --show "$file")
	fi
	# Its tables of inodes are not written before they are used, or an empty disk would take room; what is deleted in it is given
	# back to this machine.
	if mount -t ext4 -o nodev,noatime,noinit_itable,discard,errors=remount-ro "$device" "$folder"; then
		# It goes with the last mount of it.
		losetup --detach "$device"
		return 0
	fi
	[ "$made" = no ] || losetup --detach "$device"
	return 1
}

# One that was found may have gone in that moment.
mount_once || mount_once
