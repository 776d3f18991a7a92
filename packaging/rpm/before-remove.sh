#!/bin/sh
# Before the last version goes ($1 is 0): nobody could look after sandboxes any more.
set -e

if [ "$1" = 0 ]; then
  /usr/bin/joey agent stop --sandboxes stop >&2 </dev/null || true
  if [ -d /run/systemd/system ]; then
    systemctl disable --now joeyd.service || true
  fi
fi
