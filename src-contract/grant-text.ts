import type { Grant } from './sandbox.ts'

/** All capabilities of Linux by number, 0 to 40: https://man7.org/linux/man-pages/man7/capabilities.7.html */
export const capabilityNames = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const

/** The forms in which people write a grant. */
export const grantForms = [
  ...['host-path:/PATH[:ro|:rw]', 'cap:NAME', 'host-network', 'device:/dev/NAME', 'no-seccomp', 'new-privileges'],
]

/** As `--grant` takes it and the graph shows it. `parseGrant` gives the same grant back. */
export function formatGrant(grant: Grant): string {
  switch (grant.kind) {
    case 'host-path':
      return `host-path:${grant.path}:${grant.access}`
    case 'cap':
      return `cap:${grant.name}`
    case 'device':
      return `device:${grant.path}`
    default:
      return grant.kind
  }
}
