import type * as z from 'zod'
import type { Grant, Limits, SandboxSpec } from '#contract/sandbox'
import type { FieldTable } from '#contract/sandbox-field'
import { sandboxFields } from '#contract/sandbox-fields'
import type { createSandbox } from '#contract/sandbox-operations'
import type { Values } from '../../command/flags.ts'
import { usageError } from '../../command/usage-error.ts'
import type { Context } from '../../context.ts'
import { parseClass, parseNetworks } from '../../parse/class.ts'
import { readEnvironment, readLabelFiles } from '../../parse/environment.ts'
import { readHealth } from '../../parse/health.ts'
import { parseLongMount } from '../../parse/long-mount.ts'
import { type AnyMount, checkMountSource, parseMount } from '../../parse/mount.ts'
import { parsePublish } from '../../parse/port.ts'
import { parseNumber, parseRate } from '../../parse/resources.ts'
import { parseCpus, parseDisk, parseMemory, parsePids, parseSize } from '../../parse/size.ts'
import { parseGrace } from '../../parse/time.ts'
import { parseTmpfs } from '../../parse/tmpfs.ts'
import { parseUlimit } from '../../parse/ulimit.ts'
import { commandWords, parseLabels, parseSettings, splitWords } from '../../parse/words.ts'
import type { cpuTimeFlags, limitFlags } from '../shared/limit-flags.ts'
import type { runFlags } from '../shared/run-flags.ts'

export type RunFlags = Values<typeof runFlags>
export type CreateRequest = z.input<(typeof createSandbox)['request']>
type SpecRequest = CreateRequest['spec']

/** The field that several options make together. */
export const healthField = 'healthCheck'

/** Turns a `run` command line into the request. Says which option cannot be read; whether it is allowed, the contract says. */
export function readRunRequest(
  flags: RunFlags,
  [image = '', ...words]: readonly string[],
  context: Surroundings,
): CreateRequest {
  const command = commandWords(words)
  const health = readHealth(flags)
  const request = {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags['publish-all'] && { publishExposed: true }),
    spec: {
      image,
      ...(command.length === 0 ? {} : { command: [...command] }),
      ...readLimits(flags),
      ...(health === undefined ? {} : { [healthField]: health }),
      ...readFields(flags, context),
    },
  }
  return request as CreateRequest
}

type LimitOption = keyof typeof limitFlags | keyof typeof cpuTimeFlags

export interface Surroundings extends Pick<Context, 'env' | 'cwd'> {
  /** What stands behind `--grant`, read. */
  readonly grants: readonly Grant[]
}
type Part = { readonly [K in keyof SpecRequest]?: unknown }
type Given = Readonly<Record<string, unknown>>

/** What each option gives for its field: by a reader of its own, else as it stands. */
export function readFields(flags: Given, context: Surroundings, table: FieldTable = sandboxFields): Part {
  const parts = Object.entries(table).map(([key, { flag }]): Part => {
    if (!flag) return {}
    const given = flags[flag.name]
    const read = readers[key as keyof SpecRequest]
    if (given === undefined) return {}
    return read ? read(given as never, context, flags as RunFlags) : { [key]: given }
  })
  return Object.assign({}, ...parts) as Part
}

/** Options that are read with others, where none of them is given. */
export const noCompanions = { 'env-file': [], 'label-file': [], mount: [] } as const

type Reader = (given: never, context: Surroundings, flags: RunFlags) => Part
type FlagOf<K extends keyof SandboxSpec> = (typeof sandboxFields)[K] extends { readonly flag: infer Flag }
  ? Flag
  : never
/** Fields whose option does not give the value itself, but a text for something else. */
type KeyToRead = {
  [K in keyof SandboxSpec]: [FlagOf<K>] extends [never]
    ? never
    : NonNullable<SandboxSpec[K]> extends (FlagOf<K> extends { type: 'boolean' } ? boolean : string)
      ? never
      : K
}[keyof SandboxSpec]

/** Readers of options that are more than their text. */
const readers: { readonly [K in keyof SpecRequest]?: Reader } & { readonly [K in KeyToRead]: Reader } = {
  class: (text: string) => ({ class: parseClass('--class', text) }),
  entrypoint: (text: string) => ({ entrypoint: splitWords('--entrypoint', text) }),
  env: (texts: readonly string[], { env }, flags) => ({ env: readEnvironment(flags['env-file'], texts, env) }),
  grants: (_texts: readonly string[], { grants }) => ({ grants }),
  dropCapabilities: (texts: readonly string[]) => ({ dropCapabilities: texts.flatMap(readCapabilities) }),
  mounts: (texts: readonly string[], context, flags) => {
    const all = [...texts.map((text) => parseMount(text, fromHere(context))), ...longMounts(context, flags)]
    const [mounts, volumes] = [valuesOf(all, 'mounts'), valuesOf(all, 'volumes')]
    for (const mount of mounts) checkMountSource(mount)
    return { mounts, volumes }
  },
  network: (texts: readonly string[]) => parseNetworks(texts),
  networkAliases: (networkAliases: readonly string[]) => ({ networkAliases }),
  fixedAddresses: (fixedAddresses: readonly string[]) => ({ fixedAddresses }),
  ports: (texts: readonly string[]) => ({ ports: texts.flatMap(parsePublish) }),
  tmpfs: (texts: readonly string[], context, flags) => ({
    tmpfs: [...texts.map(parseTmpfs), ...valuesOf(longMounts(context, flags), 'tmpfs')],
  }),
  shmBytes: (text: string) => ({ shmBytes: parseSize('--shm-size', text) }),
  cpuShares: (text: string) => ({ cpuShares: parseNumber('--cpu-shares', text) }),
  memoryReservationBytes: (text: string) => ({ memoryReservationBytes: parseSize('--memory-reservation', text) }),
  memorySwapBytes: (text: string) => ({ memorySwapBytes: text === '-1' ? -1 : parseSize('--memory-swap', text) }),
  blkioWeight: (text: string) => ({ blkioWeight: parseNumber('--blkio-weight', text) }),
  deviceReadBps: (texts: readonly string[]) => ({ deviceReadBps: texts.map(parseRate('--device-read-bps')) }),
  deviceWriteBps: (texts: readonly string[]) => ({ deviceWriteBps: texts.map(parseRate('--device-write-bps')) }),
  oomScoreAdj: (text: string) => ({ oomScoreAdj: parseNumber('--oom-score-adj', text) }),
  ulimits: (texts: readonly string[]) => ({ ulimits: texts.map(parseUlimit) }),
  extraGroups: (extraGroups: readonly string[]) => ({ extraGroups }),
  extraHosts: (extraHosts: readonly string[]) => ({ extraHosts }),
  dnsServers: (dnsServers: readonly string[]) => ({ dnsServers }),
  dnsSearch: (dnsSearch: readonly string[]) => ({ dnsSearch }),
  dnsOptions: (dnsOptions: readonly string[]) => ({ dnsOptions }),
  sysctls: (texts: readonly string[]) => ({ sysctls: parseSettings(texts) }),
  labels: (texts: readonly string[], _context, flags) => ({
    labels: { ...parseLabels(readLabelFiles(flags['label-file'])), ...parseLabels(texts) },
  }),
  annotations: (texts: readonly string[]) => ({ annotations: parseLabels(texts) }),
  stopGraceMs: (text: string) => ({ stopGraceMs: parseGrace('--stop-timeout', text) }),
}

const fromHere = ({ cwd, env }: Surroundings) => ({ cwd, home: env['HOME'] })

function longMounts(context: Surroundings, { mount }: RunFlags): AnyMount[] {
  return mount.map((text) => parseLongMount(text, fromHere(context)))
}

type ValueOf<F> = Extract<AnyMount, { readonly field: F }>['value']
function valuesOf<F extends AnyMount['field']>(all: readonly AnyMount[], field: F): ValueOf<F>[] {
  return all.flatMap((each) => (each.field === field ? [each.value as ValueOf<F>] : []))
}

/** `NET_RAW`, `cap_net_raw`, or several with commas in between. */
function readCapabilities(text: string): string[] {
  return text.split(',').map((name) => name.trim().toUpperCase().replace(/^CAP_/, ''))
}

/** The limits that are given. */
export function readLimits(flags: Pick<RunFlags, LimitOption>): { readonly limits: Partial<Limits> } {
  const { memory, 'pids-limit': pids, disk } = flags
  const cpus = cpusOf(flags)
  return {
    limits: {
      ...(memory === undefined ? {} : { memoryBytes: parseMemory('--memory', memory) }),
      ...(cpus === undefined ? {} : { cpus }),
      ...(pids === undefined ? {} : { pids: parsePids('--pids-limit', pids) }),
      ...(disk === undefined ? {} : { diskBytes: parseDisk('--disk', disk) }),
    },
  }
}

/** `--cpu-quota` and `--cpu-period` say in two numbers what `--cpus` says in one. A period alone limits nothing. */
function cpusOf({
  cpus,
  'cpu-quota': quota,
  'cpu-period': period,
}: Pick<RunFlags, LimitOption>): number | null | undefined {
  if (cpus !== undefined && (quota ?? period) !== undefined) throw usageError('usage-cpus-twice')
  if (cpus !== undefined) return parseCpus('--cpus', cpus)
  const periodUs = period === undefined ? 0 : parseNumber('--cpu-period', period)
  if (quota === undefined) return undefined
  const quotaUs = parseNumber('--cpu-quota', quota)
  // As in Docker 0 and -1 stand for no limit.
  return quotaUs <= 0 ? null : quotaUs / (periodUs || usualPeriodUs)
}

const usualPeriodUs = 100_000
