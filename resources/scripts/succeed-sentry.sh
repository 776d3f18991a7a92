#!/bin/sh
# What conmon runs in place of runsc to have a second sentry take over from the first. `runsc restore` makes the sentry, and
# then waits at the named pipe into which it is to write its process number: so the sentry is ready before the first one
# is paused. The script goes on by itself where the agent dies once the first sentry got the command to save, because then there is
# nothing else left of the sandbox. While it runs, the new monitor writes no exit file: so the old one's is gone before,
# although the guest goes on already.
set -u

own=$1       # the folder of this change
runsc=$2     # the program
root=$3      # its folder of records
first=$4     # the name of the first sentry's container
monitor=$5   # the process number of the first one's monitor
name=$6      # the name of the new container
image=$7     # the folder of the saved memory
run=$8       # the sandbox's run folder
exit_file=$9 # where monitors write the main process's exit code
shift 9
name_file=$1 # where the current name is kept
work_file=$2 # there while a successor is at work
netns=$3     # the network namespace, or nothing
shift 3

# What is left is the command line that conmon has made; its last word is the sandbox's name, in place of the container's.
left=$#
for word; do
	shift
	left=$((left - 1))
	[ "$left" -gt 0 ] || word=$name
	set -- "$@" "$word"
done

exec 3<&0 4<"$own/gate"
"$@" <&3 3<&- 4<&- &
child=$!
exec 0</dev/null 3<&-

give_up() {
	kill -9 "$child"
	"$runsc" --root "$root" delete --force "$name"
	rm -f "$work_file"
	exit 1
}

# The agent's first word: "save", or anything else to stop.
read -r word <&4 || word=stop
[ "$word" = save ] || give_up
if ! "$runsc" --root "$root" checkpoint --image-path "$image" "$first" >"$own/words" 2>&1; then
	echo failed >"$own/said"
	give_up
fi
echo saved >"$own/said"
[ ! -e "$own/address" ] || nsenter --net="$netns" ip -batch "$own/address" >>"$own/words" 2>&1

# Its second: go on. The end of the agent means the same.
read -r _ <&4
read -r pid <"$own/hold"
echo "$pid" >"$own/pid"
waited=0
while read -r status <"/proc/$monitor/stat" && [ "$waited" -lt 500 ]; do
	case $status in *") Z "*) break ;; esac
	sleep 0.005
	waited=$((waited + 1))
done 2>/dev/null
kill -9 "$monitor" 2>/dev/null
rm -f "$exit_file" "$root/${first}_sandbox:"*
echo "$name" >"$own/name"
mv "$own/name" "$name_file"
for file in attach ctl winsz; do
	mv -f "$own/$file" "$run/$file"
done 2>/dev/null
wait "$child"
code=$?
for file in pid monitor.pid; do
	cp "$own/$file" "$own/copy" && mv "$own/copy" "$run/$file"
done
rm -f "$work_file"
exit "$code"
