#!/bin/sh
# Empties and removes the given cgroups once its standard input ends, which it does for an agent that ends in any way at all.
# A cgroup that is removed takes nobody in, so what had not joined it yet does not start either. bubblewrap's own
# --die-with-parent has gaps: before it asks the kernel for that, and while its child sets up the confinement.
#
# Arguments: the folders of the cgroup, one of each controller.

# "agent" where the agent lives and releases the guard; nothing where it died.
read -r left_by
round=0
while [ "$round" -lt 500 ]; do
	left=0
	for folder; do
		[ -d "$folder" ] || continue
		# shellcheck disable=SC2046 # one number a line, each an argument of its own
		kill -9 $(cat "$folder/cgroup.procs")
		rmdir "$folder" || left=1
	done
	if [ "$left" = 0 ]; then
		# What it stood in goes too where nobody else is, if its agent was killed and cannot do it. One that lives may be
		# about to put a sandbox there.
		[ "$left_by" = agent ] || for folder; do
			rmdir "${folder%/*}" && rmdir "${folder%/*/*}"
		done
		exit 0
	fi
	round=$((round + 1))
	sleep 0.02
done
