#!/bin/sh
# Runs inside a fork whose processes go on, with what is in nearly every image: gives it a machine id, random seeds and SSH
# host keys of its own. A file that is a link is left alone: where it leads, others may rely on it.
# Prints "keys" where old SSH host keys were removed and no new ones could be made.
set -u

id=$1 # 32 hexadecimal digits
failed=0

renew() {
	if [ -s "$1" ] && [ -f "$1" ] && [ ! -L "$1" ]; then
		echo "$id" >"$1" || failed=1
	fi
}

seed() {
	if [ -f "$1" ] && [ ! -L "$1" ]; then
		head -c 512 /dev/urandom >"$1" || failed=1
	fi
}

renew /etc/machine-id
renew /var/lib/dbus/machine-id
seed /var/lib/systemd/random-seed
seed /var/lib/urandom/random-seed
for key in /etc/ssh/ssh_host_*_key; do
	[ -f "$key" ] || continue
	rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub || failed=1
	ssh-keygen -A >/dev/null 2>&1 || echo keys
	break
done
exit "$failed"
