/** In the order of their bits (include/uapi/linux/capability.h). */
const names = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
] as const

/** Names of the set bits; one that is younger than this list by its number. */
export function capabilityNames(mask: bigint): string[] {
  const found: string[] = []
  for (let bit = 0; bit < 64; bit += 1) {
    if ((mask & (1n << BigInt(bit))) !== 0n) found.push(names[bit] ?? `CAP_${bit}`)
  }
  return found
}

/** Bit by number, with or without `CAP_`. A name that Linux does not have is left out: what is not named is not granted. */
export function maskOf(wanted: readonly string[]): bigint {
  return wanted.reduce((mask, name) => {
    const bit = names.indexOf(name.replace(/^CAP_/, '') as (typeof names)[number])
    return bit === -1 ? mask : mask | (1n << BigInt(bit))
  }, 0n)
}

/**
 * With one of these, held over the host itself (not in a user namespace of its own), root inside is root outside: it
 * loads code into the kernel, changes its memory, mounts the host's disks, opens any of its files, or traces its processes.
 */
export const controllingCapabilities = [
  ...['SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_PTRACE', 'DAC_READ_SEARCH', 'BPF', 'PERFMON', 'SYS_BOOT'],
  ...['MAC_ADMIN', 'MAC_OVERRIDE'],
]
