import type { Score, ScorePart } from '#contract/isolation'
import { type Sentence, sentence } from '#contract/sentence'
import {
  controllingMounts,
  controllingOf,
  extraCapabilities,
  isFiltered,
  isHostRoot,
  reachingCapabilities,
  sharedNamespaces,
} from '../facts/interpret.ts'
import type { Observed } from '../facts/observed.ts'

/**
 * The score of one sandbox: points for each part of the isolation that was observed, 100 in all, as docs/isolation-score.md lists
 * them. A change to a number here is a change to that table.
 */
export function scoreSandbox(observed: Observed): Score {
  const parts = [
    kernelPart(observed),
    ...privilegeParts(observed),
    filePart(observed),
    networkPart(observed),
    devicePart(observed),
    ...limitParts(observed),
  ]
  const sum = parts.reduce((total, { points }) => total + points, 0)
  const control = controlPart(observed, sum)
  const all = control === null ? parts : [...parts, control]
  return { value: all.reduce((total, { points }) => total + points, 0), parts: all }
}

/** Half for the weakest sandbox, since who breaks out does it there; half for all of them. */
export function scoreOverall(scores: readonly { readonly name: string; readonly score: Score }[]): Score {
  const [first, ...others] = scores
  if (first === undefined) return { value: 100, parts: [part(100, 100, sentence('score-nothing-runs'))] }
  const weakest = others.reduce((low, other) => (other.score.value < low.score.value ? other : low), first)
  const mean = scores.reduce((sum, { score }) => sum + score.value, 0) / scores.length
  const parts = [
    part(Math.floor(weakest.score.value / 2), 50, sentence('score-weakest', { name: weakest.name })),
    part(Math.floor(mean / 2), 50, sentence('score-average')),
  ]
  return { value: parts.reduce((sum, { points }) => sum + points, 0), parts }
}

function part(points: number, of: number, { message, ...wording }: Sentence): ScorePart {
  return { points, of, sentence: message, wording }
}

function kernelPart(observed: Observed): ScorePart {
  const filtered = isFiltered(observed.engineProcess)
  switch (observed.kernel) {
    case 'host':
      return filtered
        ? part(10, 35, sentence('score-kernel-shared'))
        : part(0, 35, sentence('score-kernel-shared-unfiltered'))
    case 'sentry':
      return filtered
        ? part(27, 35, sentence('score-kernel-application'))
        : part(20, 35, sentence('score-kernel-application-unfiltered'))
    case 'guest':
      return filtered
        ? part(35, 35, sentence('score-kernel-own'))
        : part(28, 35, sentence('score-kernel-own-unfiltered'))
  }
}

function privilegeParts(observed: Observed): ScorePart[] {
  const { engineProcess, kernel } = observed
  const held = reachingCapabilities(observed)
  const beyond = extraCapabilities(observed)
  const shared = sharedNamespaces(observed)
  const names = { names: beyond.slice(0, 4).join(', '), more: Math.max(0, beyond.length - 4) }
  // An engine drops privileges in other ways; what it could win back is seen in what it holds and who it is.
  const canGain = kernel === 'host' && !engineProcess.noNewPrivileges
  return [
    held === 0n
      ? part(8, 8, sentence('score-capabilities-none'))
      : beyond.length === 0
        ? part(4, 8, sentence('score-capabilities-everyday'))
        : part(0, 8, sentence('score-capabilities-beyond', names)),
    canGain ? part(0, 4, sentence('score-privileges-gained')) : part(4, 4, sentence('score-privileges-kept')),
    userPart(observed),
    shared.length === 0
      ? part(4, 4, sentence('score-namespaces-own'))
      : part(0, 4, sentence('score-namespaces-shared', { kinds: shared.join(', ') })),
  ]
}

function userPart({ engineProcess, fileServers }: Observed): ScorePart {
  if (isHostRoot(engineProcess)) return part(0, 4, sentence('score-root'))
  if (fileServers.some(isHostRoot)) return part(0, 4, sentence('score-server-root'))
  return part(4, 4, sentence('score-not-root'))
}

function filePart({ mounts }: Observed): ScorePart {
  const trees = mounts.filter(({ kind }) => kind === 'folder')
  const writable = trees.filter((mount) => mount.writable).length
  if (controllingMounts(trees).length > 0) return part(0, 15, sentence('score-files-controlling'))
  if (writable > 0) return part(Math.max(1, 8 - writable), 15, sentence('score-files-writable', { count: writable }))
  if (trees.length > 0) {
    return part(Math.max(9, 13 - trees.length), 15, sentence('score-files-readable', { count: trees.length }))
  }
  return part(15, 15, sentence('score-files-none'))
}

function networkPart({ network }: Observed): ScorePart {
  if (network.mode === 'host') return part(0, 10, sentence('score-network-host'))
  if (network.shared.length > 0) return part(5, 10, sentence('score-network-shared'))
  if (network.mode === 'own') return part(7, 10, sentence('score-network-own'))
  return part(10, 10, sentence('score-network-none'))
}

function devicePart({ devices, mounts, descriptors, kernel }: Observed): ScorePart {
  const sockets =
    mounts.filter(({ kind }) => kind === 'socket').length + (kernel === 'host' ? descriptors.unixSockets.length : 0)
  const nodes = mounts.filter(({ kind }) => kind === 'device').length + (kernel === 'host' ? (devices?.length ?? 0) : 0)
  if (sockets > 0) return part(0, 8, sentence('score-sockets'))
  if (nodes > 0) return part(3, 8, sentence('score-devices'))
  return part(8, 8, sentence('score-devices-none'))
}

function limitParts({ limits }: Observed): ScorePart[] {
  const points = (limit: number | null, of: number, what: 'memory' | 'cpu' | 'pids'): ScorePart =>
    limit === null
      ? part(0, of, sentence('score-unlimited', { what }))
      : part(of, of, sentence('score-limited', { what }))
  return [points(limits.memoryBytes, 5, 'memory'), points(limits.cpus, 4, 'cpu'), points(limits.pids, 3, 'pids')]
}

/** With control over the machine the rest counts for nothing: at most this much is left of the sum. */
const mostUnderControl = 15

function controlPart(observed: Observed, sum: number): ScorePart | null {
  const ways = [...controllingOf(observed), ...controllingMounts(observed.mounts).map(({ source }) => source)]
  if (ways.length === 0 || sum <= mostUnderControl) return null
  const named = { ways: ways.slice(0, 3).join(', '), left: mostUnderControl }
  return part(mostUnderControl - sum, 0, sentence('score-control', named))
}
