#!/bin/sh
# conmon starts this in place of an OCI runtime, as
#   launch-machine.sh PIDFILE FOLDER STATE JOINFILE... -- COMMAND... create --bundle B --pid-file P ID
# It leaves behind one process, whose number it writes to PIDFILE, with the streams that conmon made; conmon waits for that
# process and takes its exit code.
#
# That process starts the machine in its cgroup and outlives it for as long as it takes to save what QEMU complained of and
# what the guest's last words were. Both come by pipes with room for 64 KiB, because a hostile guest could fill files
# without end.
#
# Descriptors of the machine, as in qemu-arguments.ts: 0 input, 3 output, 4 errors, 7 status, 8 state; 6 is bwrap's report.
set -eu

# The last six arguments are conmon's.
count=$(($# - 6))
for each; do
	shift
	if [ "$count" -gt 0 ]; then
		set -- "$@" "$each"
		count=$((count - 1))
	fi
done
pidfile=$1 # where the number of the process goes that stays
folder=$2  # where the files go that it leaves
state=$3   # the state of a booted guest, or /dev/null
shift 3

machine() {
	mkfifo -m 600 "$folder/status.pipe" "$folder/words.pipe"
	# Opened for both directions first, because opening one end alone waits for the other.
	# shellcheck disable=SC2094 # they are pipes
	{
		exec 5<>"$folder/status.pipe" 6<>"$folder/words.pipe"
		exec 9<"$folder/status.pipe" 7>"$folder/status.pipe" 5>&-
		exec 5<"$folder/words.pipe" 3>&1 4>&2 1>/dev/null 2>"$folder/words.pipe" 6>&-
	}
	code=0
	(
		exec 5<&- 9<&- 6>"$folder/info" 8<"$state"
		while [ "$1" != -- ]; do
			echo 0 >"$1"
			shift
		done
		shift
		# Where the machine runs out of memory, a guest goes before anything of the machine: oom-score.ts.
		echo 500 >/proc/self/oom_score_adj
		exec "$@"
	) || code=$?
	exec 7>/dev/null 2>/dev/null 3>&- 4>&-
	# Only where the emulator has outlived its parent is there still a writer to wait for.
	timeout 0.5 head -c 512 <&9 >"$folder/status.new" || true
	mv "$folder/status.new" "$folder/status"
	timeout 0.5 head -c 16384 <&5 >"$folder/words.new" || true
	mv "$folder/words.new" "$folder/words"
	exit "$code"
}

exec 4<&0
machine "$@" <&4 4<&- &
echo $! >"$pidfile"
