#!/bin/sh
# After installation ($1 is 1) or upgrade ($1 is 2): the service starts, or goes on with the version that is there now.
set -e

getent group joey >/dev/null || groupadd --system joey
chmod 0755 /opt/Joey/chrome-sandbox 2>/dev/null || true
ln -sf /opt/Joey/resources/app.asar.unpacked/joey /usr/bin/joey
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
  if [ "$1" = 1 ]; then
    systemctl enable --now joeyd.service || true
  else
    # Sandboxes run on and are taken over.
    systemctl try-restart joeyd.service || true
  fi
fi
