#!/bin/bash
# Run as root: becomes the program of the window as another account. What it needs is in the environment (window-account.ts), because
# Playwright puts arguments of its own first. It is bash for the pipes: what starts the agent must outlive the change of account.
set -eu
read -r uid gid groups <<<"$JOEY_AS"
program=$JOEY_AS_PROGRAM app=$JOEY_AS_APP joey=$JOEY_AS_JOEY home=$JOEY_AS_HOME folder=$JOEY_WINDOW_HOME
unset JOEY_AS JOEY_AS_PROGRAM JOEY_AS_APP JOEY_AS_JOEY JOEY_AS_HOME
become=(setpriv --reuid "$uid" --regid "$gid" "--$groups-groups" --inh-caps=-all)
umask 077
cd /

# The part that stays root. It knows one word, and ends with whoever holds the other end.
coproc starter {
  trap '' INT
  while read -r word; do
    [ "$word" = start ] || continue
    if said=$("$joey" agent start --owner "$uid" 2>&1 </dev/null); then echo ok; else echo "${said//$'\n'/ }"; fi
  done
}
# Opened anew: bash closes its own two at the next program, and copies of them as well.
exec 8<"/proc/self/fd/${starter[0]}" 9>"/proc/self/fd/${starter[1]}"

"${become[@]}" mkdir -p "$folder/tmp"

# Written by the account, because root follows no link that it may have left there.
authority=${XAUTHORITY:-${HOME:-/root}/.Xauthority}
if [ -n "${DISPLAY:-}" ] && [ -r "$authority" ]; then
  "${become[@]}" /bin/sh -c 'cat > "$1"' sh "$folder/xauthority" <"$authority"
  export XAUTHORITY=$folder/xauthority
fi

runtime=/run/user/$uid
[ -d "$runtime" ] || runtime=$folder
words=(env -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME -u DBUS_SESSION_BUS_ADDRESS
  -u SUDO_UID -u SUDO_GID -u SUDO_USER -u SUDO_COMMAND HOME="$home" TMPDIR="$folder/tmp" XDG_RUNTIME_DIR="$runtime")

# Without --no-sandbox, which Playwright adds for root, who is gone by then.
args=()
for each; do
  [ "$each" = --no-sandbox ] || args+=("$each")
done

if "${become[@]}" test -r "$app/out/main/index.cjs"; then
  exec "${become[@]}" "${words[@]}" "$program" "${args[@]}"
fi
# The folders above it are closed to the account, as root's home is: it sees the app at another place, and only reads there.
place=/run/joey-users/app
mkdir -p -m 755 "$place"
args=("${args[@]/#$app/$place}")
exec unshare --mount --propagation slave /bin/sh -c \
  'mount --bind "$0" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"' \
  "$app" "$place" "${become[@]}" "${words[@]}" "${program/#$app/$place}" "${args[@]}"
