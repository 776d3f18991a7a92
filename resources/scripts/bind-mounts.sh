#!/bin/sh
# Binds trees of this machine where only one sandbox will see them, then becomes the given command. Arguments: how many binds;
# four words for each, SOURCE PLACE OPTIONS HELD; the command.
#
# For processors for which there is no joey-outside, which binds descriptors. A descriptor of one mount namespace cannot be bound in
# another one (the kernel refuses it), and what is bound in the agent's own would be left behind by a killed agent. So what the
# agent has checked and still holds as the descriptor HELD ("-" where the source is Joey's own) is bound by the name that the
# kernel has for it at that moment, where only this sandbox will see it, without what is mounted below it, and then
# compared by device and inode. A name that leads elsewhere by now is noticed before any engine has seen it, and tried again:
# who keeps on replacing a folder on the way shall not be able to keep a sandbox from starting. One that still leads elsewhere
# at the last attempt is refused: the script prints which, and ends with 93.
set -eu

attempts=50
patient_after=10

# Binds, and compares: 0 where it is what it must be, 1 where it cannot be bound, 2 where it is something else, which is then taken
# away again; 3 where that fails.
bind() {
	name=$1
	[ "$4" = - ] || name=$(readlink "$4") || return 1
	mount --no-canonicalize --make-private --options "$3" "$name" "$2" || return 1
	# shellcheck disable=SC3013 # every shell that is /bin/sh somewhere has it
	if [ "$4" = - ] || [ "$2" -ef "$4" ]; then return 0; fi
	umount --no-canonicalize "$2" || return 3
	return 2
}

binds=$1
shift
while [ "$binds" -gt 0 ]; do
	attempt=1
	code=0
	words=$(bind "$@" 2>&1) || code=$?
	while { [ "$code" = 1 ] || [ "$code" = 2 ]; } && [ "$4" != - ] && [ "$attempt" -lt "$attempts" ]; do
		[ "$attempt" -le "$patient_after" ] || sleep 0.005
		attempt=$((attempt + 1))
		code=0
		words=$(bind "$@" 2>&1) || code=$?
	done
	if [ "$code" -ge 2 ]; then
		printf 'joey-source-moved:%s\n' "$1" >&2
		exit 93
	fi
	if [ "$code" != 0 ]; then
		printf '%s\n' "$words" >&2
		exit "$code"
	fi
	shift 4
	binds=$((binds - 1))
done
exec "$@"
