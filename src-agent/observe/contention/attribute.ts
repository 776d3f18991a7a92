import type { Interference } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import { type Sentence, sentence, wordingOf } from '#contract/sentence'
import type { HostShares, Shares } from './window.ts'

/** What each sandbox uses of memory and disk; read only while somebody waits for them. */
export interface Holdings {
  readonly id: string
  readonly memoryBytes: number
  /** Bytes a second, read and written. */
  readonly ioRate: number
}

/** Waiting below this share of the time is everyday noise. */
const leastWait = 0.1
/** A culprit has at least this share of what is used. */
const leastUse = 0.1
const leastStrength = 0.05
/** Where many disturb one, the worst are named. */
const mostCulprits = 5

type Resource = Interference['resource']

/**
 * Who disturbs whom: the share of time in which the victim waited, times the culprit's share of all use of the resource in
 * that time. The victim's own use, and that of other programs of this machine, take their share and are not blamed on
 * anybody. Pure.
 */
export function attribute(
  all: readonly Shares[],
  host: HostShares,
  holdings: readonly Holdings[] = [],
): Interference[] {
  const use = sumUse(all, host, holdings)
  return all
    .flatMap((victim) => waits(victim).flatMap((waiting) => blame(victim, waiting, all, use[waiting.resource])))
    .map((found) => ({ ...found, suggestion: suggest(found, all, host, holdings) }))
    .sort((one, other) => other.strength - one.strength)
}

interface Use {
  readonly total: number
  readonly of: ReadonlyMap<string, number>
}

function sumUse(all: readonly Shares[], host: HostShares, holdings: readonly Holdings[]): Record<Resource, Use> {
  const sum = (numbers: ReadonlyMap<string, number>) =>
    [...numbers.values()].reduce((total, number) => total + number, 0)
  const cpu = new Map(all.map(({ id, cpuCores }) => [id, cpuCores]))
  const memory = new Map(holdings.map(({ id, memoryBytes }) => [id, memoryBytes]))
  const io = new Map(holdings.map(({ id, ioRate }) => [id, ioRate]))
  return {
    cpu: { of: cpu, total: Math.max(host.busyCores, sum(cpu)) },
    memory: { of: memory, total: sum(memory) },
    io: { of: io, total: sum(io) },
  }
}

interface Waiting {
  readonly resource: Resource
  readonly wait: number
}

function waits(victim: Shares): Waiting[] {
  // Who hits its own limit of memory waits for itself.
  const memory = victim.hitOwnLimit ? 0 : (victim.memoryWait ?? 0)
  const found = [
    { resource: 'cpu' as const, wait: victim.cpuWait ?? 0 },
    { resource: 'memory' as const, wait: memory },
    { resource: 'io' as const, wait: victim.ioWait ?? 0 },
  ]
  return found.filter(({ wait }) => wait >= leastWait)
}

type Attribution = Omit<Interference, 'suggestion'>

function blame(victim: Shares, { resource, wait }: Waiting, all: readonly Shares[], use: Use): Attribution[] {
  if (use.total <= 0) return []
  return all
    .filter(({ id }) => id !== victim.id)
    .map((culprit) => ({ culprit, share: (use.of.get(culprit.id) ?? 0) / use.total }))
    .filter(({ share }) => share >= leastUse && share * wait >= leastStrength)
    .sort((one, other) => other.share - one.share)
    .slice(0, mostCulprits)
    .map(({ culprit, share }) => ({
      victim: victim.id as SandboxId,
      culprit: culprit.id as SandboxId,
      resource,
      strength: toSteps(share * wait),
      ...worded(describe(victim, { resource, wait }, culprit, share)),
    }))
}

function describe(victim: Shares, { resource, wait }: Waiting, culprit: Shares, share: number): Sentence {
  const percent = (value: number): number => Math.round(toSteps(value) * 100)
  return sentence(`interference-${resource}`, {
    ...{ victim: victim.name, waited: percent(wait) },
    ...{ culprit: culprit.name, used: percent(share) },
  })
}

function worded(said: Sentence): Pick<Interference, 'sentence' | 'wording'> {
  return { sentence: said.message, wording: wordingOf(said) }
}

/** In steps of 5 %, so that what does not change does not flicker. */
export function toSteps(share: number): number {
  return Math.min(1, Math.max(0, Math.round(share * 20) / 20))
}

const mebibyte = 1024 * 1024

function suggest(
  { culprit: id, resource }: Attribution,
  all: readonly Shares[],
  host: HostShares,
  holdings: readonly Holdings[],
): Interference['suggestion'] {
  const culprit = all.find((one) => one.id === id)
  if (!culprit || resource === 'io') return null
  if (resource === 'cpu') {
    const cpus = calmingCpus(culprit, all, host)
    if (cpus === null) return null
    const limit = sentence('calm-cpu', { name: culprit.name, cores: cpus })
    return { ref: culprit.name, cpus, memoryBytes: null, ...worded(limit) }
  }
  const held = holdings.find((one) => one.id === id)?.memoryBytes ?? 0
  const memoryBytes = Math.max(16, Math.ceil(held / mebibyte / 16) * 16) * mebibyte
  const limit = sentence('calm-memory', { name: culprit.name, mebibytes: memoryBytes / mebibyte })
  return { ref: culprit.name, cpus: null, memoryBytes, ...worded(limit) }
}

const leastCpus = 0.1

/**
 * What is left of this machine once everybody else has what it uses and waits for; where that would not take anything from
 * the culprit (the two may be bound to the same few processors), half of what it has. Null where it cannot be less.
 */
function calmingCpus(culprit: Shares, all: readonly Shares[], host: HostShares): number | null {
  const inSandboxes = all.reduce((sum, { cpuCores }) => sum + cpuCores, 0)
  const elsewhere = Math.max(0, host.busyCores - inSandboxes)
  const wanted = all
    .filter(({ id }) => id !== culprit.id)
    .reduce((sum, { cpuCores, cpuWait }) => sum + cpuCores + (cpuWait ?? 0), elsewhere)
  const left = host.cores - wanted
  const cpus = left < culprit.cpuCores * 0.8 ? left : culprit.cpuCores / 2
  const rounded = Math.round(Math.max(leastCpus, Math.min(cpus, culprit.cpuCores * 0.8)) * 10) / 10
  return rounded < culprit.cpuCores ? rounded : null
}
