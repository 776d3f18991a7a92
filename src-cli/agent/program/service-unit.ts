/** What systemd is told about the agent. */
export function serviceUnit(current: string, owner: number | undefined): string {
  const start = [`${current}/joey`, 'agent', 'start', '--foreground']
  if (owner !== undefined) start.push('--owner', String(owner))
  return `[Unit]
Description=Joey's agent, which runs sandboxes
After=network.target

[Service]
Type=exec
ExecStart=${start.join(' ')}
# Sandboxes outlive the agent; so do their monitors, which lie in its control group.
KillMode=process
Restart=on-failure
Delegate=yes
TasksMax=infinity
LimitNOFILE=1048576
OOMScoreAdjust=-500
UMask=0077
StateDirectory=joey
StateDirectoryMode=0700

[Install]
WantedBy=multi-user.target
`
}
