#!/bin/sh
# Becomes the given command without the disks of sandboxes with a limit, which are mounted in the agent's mount namespace: a copy
# of these mounts would keep them in use for as long as the command runs. Run in a mount namespace of its own.
set -eu

limited=$1 # the folder where they are mounted
shift

[ ! -e "$limited/mounted" ] || umount --lazy "$limited"
exec "$@"
