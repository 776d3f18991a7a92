import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import type { UlimitParts } from '#contract/ulimit'
import { ulimitNames } from '#contract/words'
import { maskOf } from '../../../base/kernel/capabilities.ts'
import type { ProcessPlan } from '../../driver.ts'
import { decodeFields, encodeFields, type FieldList, type FieldSpec, ProtocolViolation } from './fields.ts'
import type { GuestFailure } from './guest-errors.ts'
import type { GuestConfig, GuestDisk, GuestExit, GuestHello, GuestIdentity, GuestStats } from './guest-types.ts'
import { field, phase } from './protocol.ts'

export function encodeConfig(config: GuestConfig): Buffer {
  return encodeFields([
    [field.HOSTNAME, config.hostname],
    ...encodeRenewal(),
    ...config.lowers.map((disk) => [field.LOWER, describeDisk(disk)] as const),
    ...optional(field.UPPER, config.upper && `ext4:${config.upper}`),
    [field.READ_ONLY_ROOT, config.readOnlyRoot],
    [field.CWD, config.cwd],
    ...encodeNetwork(config.network),
    ...optional(field.HOSTS, config.hosts),
    ...optional(field.RESOLV_CONF, config.resolvConf),
    ...config.tmpfs.map(encodeTmpfs),
    ...config.shares.map(
      ({ tag, target, file, readOnly }) =>
        [field.SHARE, `${tag}\0${target}\0${file ?? ''}\0${readOnly ? 'ro' : 'rw'}\0`] as const,
    ),
    ...config.innerTmpfs.map(encodeTmpfs),
    [field.SHM_BYTES, config.shmBytes],
    ...optional(field.PIDS, config.pids),
    ...optional(field.MEMORY, config.memoryBytes),
    [field.CAPABILITIES, maskOf(config.capabilities)],
    [field.MASK_PATHS, config.maskPaths],
    [field.SYSTEM_CALL_FILTER, config.systemCallFilter ?? true],
    [field.NEW_PRIVILEGES, config.newPrivileges ?? false],
    ...Object.entries(config.settings ?? {}).map(([name, value]) => [field.SETTING, `${name}\0${value}\0`] as const),
  ])
}

function encodeTmpfs({ target, sizeBytes }: GuestConfig['tmpfs'][number]) {
  return [field.TMPFS, `${target}\0${sizeBytes ?? ''}\0`] as const
}

function describeDisk({ device, type, part }: GuestDisk): string {
  return `${type}:${device}${part === undefined ? '' : `@${part.start}+${part.length}`}`
}

function encodeNetwork(network: GuestConfig['network']): FieldList {
  if (network === null) return []
  return [
    [field.ADDRESS, network.address],
    [field.PREFIX, network.prefix],
    ...optional(field.GATEWAY, network.gateway),
    ...optional(field.MAC, network.mac),
    ...optional(field.MTU, network.mtu ?? null),
    ...network.further.map((address) => [field.FURTHER_ADDRESS, address] as const),
    ...optional(field.GATEWAY6, network.gateway6),
  ]
}

/** The host's time now in any case, and who the sandbox is from now on; null: it stays who it is. */
export function encodeGoingOn(identity: GuestIdentity | null): FieldList {
  if (identity === null) return encodeRenewal()
  return [
    ...encodeRenewal(),
    [field.HOSTNAME, identity.hostname],
    ...optional(field.HOSTS, identity.hosts),
    ...optional(field.RESOLV_CONF, identity.resolvConf),
    ...encodeNetwork(identity.network),
  ]
}

/** The host's time now, and bytes that no other guest has. */
export function encodeRenewal(): FieldList {
  return [
    [field.TIME, BigInt(Date.now()) * 1_000_000n],
    [field.SEED, randomBytes(256)],
  ]
}

export function encodeProcess(process: ProcessPlan, stdin: boolean): Buffer {
  return encodeFields([
    ...process.argv.map((argument) => [field.ARGUMENT, argument] as const),
    ...process.env.map((pair) => [field.ENVIRONMENT, pair] as const),
    [field.CWD, process.cwd],
    [field.UID, process.uid],
    [field.GID, process.gid],
    ...process.additionalGids.map((gid) => [field.ADDITIONAL_GID, gid] as const),
    ...(process.ulimits ?? []).map((ulimit) => [field.RLIMIT, encodeUlimit(ulimit)] as const),
    [field.TTY, process.tty],
    [field.COLUMNS, process.columns ?? 80],
    [field.ROWS, process.rows ?? 24],
    [field.STDIN, stdin],
  ])
}

/** The number that Linux has for it, then the two limits. */
function encodeUlimit({ name, soft, hard }: UlimitParts): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.writeBigUInt64LE(BigInt(ulimitNames.indexOf(name)), 0)
  for (const [index, value] of [soft, hard].entries()) {
    bytes.writeBigUInt64LE(value === null ? 2n ** 64n - 1n : BigInt(value), 8 + 8 * index)
  }
  return bytes
}

function optional(tag: number, value: string | number | null): FieldList {
  return value === null ? [] : [[tag, value]]
}

/** Printable, because it is shown; a guest's words are not more to be trusted than its kernel. */
const word = z.string().regex(/^[\x20-\x7e]{0,80}$/)
const count = z.int().min(0)

const Hello = z.object({
  protocol: count,
  kernelRelease: word,
  pageSize: count,
  phase: count.max(2),
  features: z.array(word).max(16).default([]),
})
const helloFields: FieldSpec = {
  [field.PROTOCOL]: ['protocol', 'number'],
  [field.KERNEL_RELEASE]: ['kernelRelease', 'text'],
  [field.PAGE_SIZE]: ['pageSize', 'number'],
  [field.PHASE]: ['phase', 'number'],
  [field.FEATURE]: ['features', 'texts'],
}
const phaseNames = { [phase.WAITING]: 'waiting', [phase.CONFIGURED]: 'configured', [phase.RUNNING]: 'running' } as const

export function decodeHello(payload: Buffer): GuestHello {
  const hello = parse(Hello, payload, helloFields)
  return { ...hello, phase: phaseNames[hello.phase as 0 | 1 | 2] }
}

const Failed = z.object({ errno: count.max(4095), what: word })
const failedFields: FieldSpec = { [field.ERRNO]: ['errno', 'number'], [field.WHAT]: ['what', 'text'] }

export function decodeFailure(payload: Buffer): GuestFailure {
  return parse(Failed, payload, failedFields)
}

const Exit = z.object({ code: count.max(255), oomKills: count.default(0) })
const exitFields: FieldSpec = { [field.CODE]: ['code', 'number'], [field.OOM_KILLS]: ['oomKills', 'number'] }

export function decodeExit(payload: Buffer): GuestExit {
  return parse(Exit, payload, exitFields)
}

const HandlesSignal = z.object({ handlesSignal: count.max(1) })
const handlesSignalFields: FieldSpec = { [field.NUMBER]: ['handlesSignal', 'number'] }

export function decodeHandlesSignal(payload: Buffer): boolean {
  return parse(HandlesSignal, payload, handlesSignalFields).handlesSignal === 1
}

const hundredths = count.transform((value) => value / 100)
const pressure = hundredths.nullable().default(null)
const Stats = z.object({
  uptimeMs: count,
  cpuNs: count.default(0),
  guestCpuNs: count.default(0),
  memoryTotalBytes: count.default(0),
  memoryFreeBytes: count.default(0),
  memoryAvailableBytes: count.default(0),
  memoryCachedBytes: count.default(0),
  workloadMemoryBytes: count.nullable().default(null),
  processes: count.default(0),
  oomKills: count.default(0),
  load: hundredths.default(0),
  cpuPressure: pressure,
  memoryPressure: pressure,
  ioPressure: pressure,
  networkReceivedBytes: count.default(0),
  networkSentBytes: count.default(0),
  diskUsedBytes: count.default(0),
  diskTotalBytes: count.default(0),
})
const statsFields: FieldSpec = {
  [field.UPTIME_MS]: ['uptimeMs', 'number'],
  [field.CPU_NS]: ['cpuNs', 'number'],
  [field.GUEST_CPU_NS]: ['guestCpuNs', 'number'],
  [field.MEMORY_TOTAL]: ['memoryTotalBytes', 'number'],
  [field.MEMORY_FREE]: ['memoryFreeBytes', 'number'],
  [field.MEMORY_AVAILABLE]: ['memoryAvailableBytes', 'number'],
  [field.MEMORY_CACHED]: ['memoryCachedBytes', 'number'],
  [field.WORKLOAD_MEMORY]: ['workloadMemoryBytes', 'number'],
  [field.PROCESSES]: ['processes', 'number'],
  [field.OOM_KILLS]: ['oomKills', 'number'],
  [field.LOAD_HUNDREDTHS]: ['load', 'number'],
  [field.CPU_PRESSURE_HUNDREDTHS]: ['cpuPressure', 'number'],
  [field.MEMORY_PRESSURE_HUNDREDTHS]: ['memoryPressure', 'number'],
  [field.IO_PRESSURE_HUNDREDTHS]: ['ioPressure', 'number'],
  [field.NETWORK_RECEIVED]: ['networkReceivedBytes', 'number'],
  [field.NETWORK_SENT]: ['networkSentBytes', 'number'],
  [field.DISK_USED]: ['diskUsedBytes', 'number'],
  [field.DISK_TOTAL]: ['diskTotalBytes', 'number'],
}

export function decodeStats(payload: Buffer): GuestStats {
  return parse(Stats, payload, statsFields)
}

function parse<S extends z.ZodType>(schema: S, payload: Buffer, spec: FieldSpec): z.output<S> {
  const result = schema.safeParse(decodeFields(payload, spec))
  if (!result.success) throw new ProtocolViolation(z.prettifyError(result.error))
  return result.data
}
