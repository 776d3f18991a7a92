import type { Grant, Limits, Sandbox } from '#contract/sandbox'
import { driverOf, type SandboxContext, withSandbox } from './context.ts'
import { requireFreeName } from './find-sandbox.ts'
import { describeChange } from './grant-policy.ts'
import { joeyFolders } from './host-paths.ts'
import type { HostsFiles } from './hosts-files.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { requireState } from './runs.ts'
import { requireFittingNetwork, withGrants } from './spec-policy.ts'

export type LimitsChange = { [K in keyof Limits]?: Limits[K] | undefined }

/** Changes of what a sandbox is, one at a time for each. */
export interface SandboxChanges {
  rename(ref: string, name: string): Promise<Sandbox>
  update(ref: string, limits: LimitsChange): Promise<Sandbox>
  /** At once where it runs. Resolves when the others on the network know it by name. */
  setNetwork(ref: string, networkName: string | null): Promise<Sandbox>
  /** From the next start on. What was given and taken is told as an event. */
  setGrants(ref: string, grants: readonly Grant[]): Promise<Sandbox>
}

interface Deps {
  readonly context: SandboxContext
  readonly hosts: HostsFiles
  /** Runs work on the record as it is when its turn has come. */
  readonly onRecord: <T>(ref: string, work: (record: SandboxRecord) => Promise<T>) => Promise<T>
}

const settledStates = ['created', 'stopped', 'running', 'paused']

export function createSandboxChanges({ context, hosts, onRecord }: Deps): SandboxChanges {
  const { records } = context
  const shown = ({ sandbox }: SandboxRecord) => records.get(sandbox.id)?.sandbox ?? sandbox
  const isLive = ({ sandbox }: SandboxRecord) => sandbox.state === 'running' || sandbox.state === 'paused'

  return {
    rename: (ref, name) =>
      onRecord(ref, async (record) => {
        if (record.sandbox.name === name) return record.sandbox
        requireFreeName(context, name)
        records.put(withSandbox(record, { name }))
        await hosts.settled()
        return shown(record)
      }),

    update: (ref, change) =>
      onRecord(ref, async (record) => {
        const { sandbox } = record
        requireState(record, settledStates, 'changed')
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
        const limits: Limits = { ...sandbox.spec.limits, ...given }
        if (isLive(record)) await driverOf(context, sandbox.class).update(sandbox.id, limits)
        records.put(withSandbox(record, { spec: { ...sandbox.spec, limits } }))
        return shown(record)
      }),

    setNetwork: (ref, networkName) =>
      onRecord(ref, async (record) => {
        const { sandbox, lease } = record
        requireState(record, settledStates, 'changed')
        const spec = { ...sandbox.spec, networkName }
        requireFittingNetwork(spec)
        if (lease && isLive(record)) await context.network.join(lease, networkName)
        records.put(withSandbox(record, { spec }))
        await hosts.settled()
        return shown(record)
      }),

    setGrants: (ref, grants) =>
      onRecord(ref, async (record) => {
        const { sandbox } = record
        requireState(record, settledStates, 'changed')
        const spec = await withGrants(sandbox.spec, [...grants], joeyFolders(context.folder))
        const change = { before: sandbox.spec.grants, after: spec.grants, runs: isLive(record) }
        const notices = describeChange({ name: sandbox.name, ...change })
        records.put(withSandbox(record, { spec }), notices)
        return shown(record)
      }),
  }
}
