import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Finding } from '#contract/agent'
import { finding } from '#contract/finding'
import type { Leftover } from '#contract/leftovers'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'
import { explainFailure } from '../../base/failures/machine-failure.ts'
import { defineHandlers } from '../../base/handlers.ts'
import type { Run } from '../../base/process/run.ts'
import type { Network } from '../../network/network.ts'
import type { StateFolder } from '../../state/folder.ts'
import { idsIn } from '../../state/quarantine.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import type { VolumeRecords } from '../../state/records/volume-records.ts'
import { findCgroups } from './cgroups.ts'
import { findFolders } from './folders.ts'
import { findMounts } from './mounts.ts'
import { findProcesses } from './processes.ts'
import type { Stray } from './stray.ts'

interface Deps {
  readonly folder: Pick<StateFolder, 'home' | 'run' | 'tag' | 'volumes' | 'limitedMounts'>
  readonly run: Run
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly records: Pick<SandboxRecords, 'all' | 'get' | 'pendingRemovals' | 'unreadable'>
  readonly volumeRecords: Pick<VolumeRecords, 'all' | 'unreadable'>
  readonly network: Pick<Network, 'findStrays'>
  /** `readlink /proc/self/ns/mnt` of whoever started the agent. */
  readonly outerMounts: string | undefined
}

export type Leftovers = ReturnType<typeof createLeftovers>

/**
 * What this state folder has left on this machine and no record explains: the agent's start removes what it knows of, and this is for
 * what came to be by a fault, or by somebody else's hand, since. Only what bears this folder's tag or lies in it is ever looked at,
 * so nothing of another agent, or of nobody's, can be named.
 */
export function createLeftovers(deps: Deps) {
  const remove = async (wanted: readonly Leftover[]) => {
    const keys = new Set(wanted.map(keyOf))
    const removed: Leftover[] = []
    const failed: { leftover: Leftover; why: string }[] = []
    // Found anew: what a caller names is compared, and never acted on. In this order, because folders hold mounts, and
    // mounts and cgroups are held by processes.
    for (const stray of (await findStrays(deps)).filter((each) => keys.has(keyOf(each)))) {
      const { kind, what } = stray
      try {
        await stray.remove()
        removed.push({ kind, what })
        deps.log.info({ kind, what }, 'a leftover was removed by request')
      } catch (err) {
        failed.push({ leftover: { kind, what }, why: explainFailure(err).wire.detail ?? String(err) })
        deps.log.warn({ err, kind, what }, 'a leftover could not be removed')
      }
    }
    return { removed, failed }
  }
  return {
    async examine(): Promise<Finding[]> {
      return describeLeftovers(await findStrays(deps))
    },
    handlers: defineHandlers({
      listLeftovers: async () => (await findStrays(deps)).map(({ kind, what }) => ({ kind, what })),
      removeLeftovers: ({ leftovers }) => remove(leftovers),
    }),
  }
}

const keyOf = ({ kind, what }: Leftover): string => `${kind} ${what}`

async function findStrays(deps: Deps): Promise<readonly Stray[]> {
  const { folder, run, outerMounts } = deps
  const isKnown = createIsKnown(deps)
  const sandboxes = [join(folder.home, 'sandboxes'), join(folder.run, 's')]
  const cgroup = `/joey/${folder.tag}`
  const all = [
    findProcesses({ folders: sandboxes, cgroup, isKnown }),
    findCgroups(cgroup, isKnown),
    findMounts({ run, isKnown, outerMounts, folders: [...sandboxes, folder.limitedMounts, folder.volumes] }),
    // A machine without the tools of the network says so in a finding of its own.
    deps.network.findStrays(deps.records.all().flatMap(({ lease }) => lease ?? [])).catch(() => []),
    findFolders([...sandboxes, folder.volumes], isKnown),
  ]
  return (await Promise.all<readonly Stray[]>(all)).flat()
}

/** What is being removed, or has a record that cannot be read, is explained as well. */
function createIsKnown({ records, volumeRecords }: Deps): (id: string) => boolean {
  const others = () => [
    ...records.pendingRemovals().map(({ sandbox }) => sandbox.id),
    ...volumeRecords.all().map(({ id }) => id),
    ...[...records.unreadable(), ...volumeRecords.unreadable()].flatMap((each) => [each.id, ...idsIn(each)]),
  ]
  return (id) => records.get(id) !== undefined || others().includes(id)
}

/** At most this many stand in the finding itself; `joey doctor --fix` lists all. */
const shown = 20

export function describeLeftovers(leftovers: readonly Leftover[]): Finding[] {
  if (leftovers.length === 0) return []
  const details = leftovers.slice(0, shown).map(({ kind, what }) => sentence('leftover', { kind: wordOf(kind), what }))
  return [
    finding({
      id: 'leftovers',
      level: 'warning',
      title: sentence('leftovers-found', { count: leftovers.length }),
      detail: sentence('finding-details', { details }),
      remedy: commandRemedy('joey doctor --fix', sentence('remedy-removes-leftovers')),
    }),
  ]
}

function wordOf(kind: Leftover['kind']) {
  return kind === 'other' ? 'folder' : kind
}
