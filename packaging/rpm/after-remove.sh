#!/bin/sh
# After the last version has gone ($1 is 0). What sandboxes, images and volumes hold stays in /var/lib/joey.
set -e

if [ "$1" = 0 ]; then
  rm -f /usr/bin/joey
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
