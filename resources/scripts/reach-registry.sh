#!/bin/sh
# Runs a command in a network namespace that has nothing but its own loopback, and gives it two ways out: sockets of the agent,
# which decides what each is connected with. Run as nobody, confined; it ends with the command.
#
#   sh -c TEXT reach-registry PROXY_PORT PROXY_SOCKET DIRECT_PORT DIRECT_SOCKET COMMAND...
#
# DIRECT_PORT is the port of a registry on this machine, which programs do not reach by a proxy; 0 where it is another.
set -eu

offer() {
	socat "TCP-LISTEN:$1,bind=127.0.0.1,fork,reuseaddr,backlog=64" "UNIX-CONNECT:$2" &
	# What listens is in the state 0A.
	until grep -q "^ *[0-9]*: 0100007F:$(printf %04X "$1") 00000000:0000 0A " /proc/net/tcp; do
		kill -0 $!
		sleep 0.01
	done
}

offer "$1" "$2"
[ "$3" = 0 ] || offer "$3" "$4"
shift 4
# Listening was all that a capability was left for.
exec setpriv --ambient-caps=-all --inh-caps=-all -- "$@"
