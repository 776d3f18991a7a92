import type { Score, ScorePart } from '#contract/isolation'
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
 * The score of one sandbox: points for each wall that was seen standing, 100 in all, as docs/isolation-score.md lists
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
export function scoreDesk(scores: readonly { readonly name: string; readonly score: Score }[]): Score {
  const [first, ...others] = scores
  if (first === undefined) return { value: 100, parts: [part(100, 100, 'No sandbox runs.')] }
  const weakest = others.reduce((low, other) => (other.score.value < low.score.value ? other : low), first)
  const mean = scores.reduce((sum, { score }) => sum + score.value, 0) / scores.length
  const parts = [
    part(Math.floor(weakest.score.value / 2), 50, `Half the score of the weakest, ${weakest.name}.`),
    part(Math.floor(mean / 2), 50, 'Half the average of all sandboxes.'),
  ]
  return { value: parts.reduce((sum, { points }) => sum + points, 0), parts }
}

function part(points: number, of: number, sentence: string): ScorePart {
  return { points, of, sentence }
}

function kernelPart(observed: Observed): ScorePart {
  const filtered = isFiltered(observed.front)
  switch (observed.kernel) {
    case 'host':
      return filtered
        ? part(10, 35, 'It shares this machine\u2019s kernel, and a filter of system calls stands before it.')
        : part(0, 35, 'It shares this machine\u2019s kernel without a filter of system calls.')
    case 'sentry':
      return filtered
        ? part(27, 35, 'An application kernel of its own answers it, itself behind a filter of system calls.')
        : part(
            20,
            35,
            'An application kernel of its own answers it, but that one\u2019s own system calls are not filtered.',
          )
    case 'guest':
      return filtered
        ? part(
            35,
            35,
            'It has a kernel of its own in a virtual machine, whose monitor is behind a filter of system calls.',
          )
        : part(
            28,
            35,
            'It has a kernel of its own in a virtual machine, but the monitor\u2019s system calls are not filtered.',
          )
  }
}

function privilegeParts(observed: Observed): ScorePart[] {
  const { front, kernel } = observed
  const held = reachingCapabilities(observed)
  const beyond = extraCapabilities(observed)
  const shared = sharedNamespaces(observed)
  const names = beyond.length > 4 ? `${beyond.slice(0, 4).join(', ')} and ${beyond.length - 4} more` : beyond.join(', ')
  // An engine drops privileges in other ways; what it could win back is seen in what it holds and who it is.
  const canGain = kernel === 'host' && !front.noNewPrivileges
  return [
    held === 0n
      ? part(8, 8, 'No capability over this machine.')
      : beyond.length === 0
        ? part(4, 8, 'The everyday capabilities of a container.')
        : part(0, 8, `Capabilities beyond the everyday ones: ${names}.`),
    canGain ? part(0, 4, 'Programs can gain privileges.') : part(4, 4, 'No program can gain privileges.'),
    isHostRoot(front)
      ? part(0, 4, 'It runs as root of this machine.')
      : part(4, 4, 'It does not run as root of this machine.'),
    shared.length === 0
      ? part(4, 4, 'It has namespaces of its own.')
      : part(0, 4, `It shares namespaces with this machine: ${shared.join(', ')}.`),
  ]
}

function filePart({ mounts }: Observed): ScorePart {
  const trees = mounts.filter(({ kind }) => kind === 'folder')
  const writable = trees.filter((mount) => mount.writable).length
  if (controllingMounts(trees).length > 0)
    return part(0, 15, 'It can change files that this machine itself depends on.')
  if (writable > 0)
    return part(Math.max(1, 8 - writable), 15, `It can change ${count(writable, 'folder')} of this machine.`)
  if (trees.length > 0) {
    return part(Math.max(9, 13 - trees.length), 15, `It can read ${count(trees.length, 'folder')} of this machine.`)
  }
  return part(15, 15, 'It has no file of this machine.')
}

function networkPart({ network }: Observed): ScorePart {
  if (network.mode === 'host') return part(0, 10, 'It is in this machine\u2019s own network.')
  if (network.shared !== null) return part(5, 10, 'It shares a network with other sandboxes.')
  if (network.mode === 'own') return part(7, 10, 'It reaches other networks, but nothing of this machine.')
  return part(10, 10, 'It has no network.')
}

function devicePart({ devices, mounts, ends, kernel }: Observed): ScorePart {
  const sockets =
    mounts.filter(({ kind }) => kind === 'socket').length + (kernel === 'host' ? ends.unixSockets.length : 0)
  const nodes = mounts.filter(({ kind }) => kind === 'device').length + (kernel === 'host' ? (devices?.length ?? 0) : 0)
  if (sockets > 0) return part(0, 8, 'It can speak to programs of this machine through their sockets.')
  if (nodes > 0) return part(3, 8, 'It can use devices of this machine.')
  return part(8, 8, 'It has neither devices nor sockets of this machine.')
}

function limitParts({ limits }: Observed): ScorePart[] {
  const points = (limit: number | null, of: number, what: string): ScorePart =>
    limit === null
      ? part(0, of, `Nothing but this machine bounds its ${what}.`)
      : part(of, of, `Its ${what} is limited.`)
  return [
    points(limits.memoryBytes, 5, 'memory'),
    points(limits.cpus, 4, 'processor time'),
    points(limits.pids, 3, 'number of processes'),
  ]
}

/** With control over the machine the other walls stand for nothing: at most this much is left of the sum. */
const mostUnderControl = 15

function controlPart(observed: Observed, sum: number): ScorePart | null {
  const ways = [...controllingOf(observed), ...controllingMounts(observed.mounts).map(({ source }) => source)]
  if (ways.length === 0 || sum <= mostUnderControl) return null
  const named = ways.slice(0, 3).join(', ')
  return part(
    mostUnderControl - sum,
    0,
    `With ${named} it can take this machine over, so no more than ${mostUnderControl} are left.`,
  )
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
