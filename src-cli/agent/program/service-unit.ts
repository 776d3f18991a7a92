/** What systemd is told about the agent. */
export function serviceUnit(
  current: string,
  { accounts, group }: { readonly accounts: readonly number[]; readonly group?: string | undefined },
): string {
  const start = [`${current}/joey`, 'agent', 'start', '--foreground']
  for (const uid of accounts) start.push('--owner', String(uid))
  if (group !== undefined) start.push('--group', group)
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
