import type { Grant, Limits, Sandbox, SandboxSpec } from '#contract/sandbox'
import type { Drivers } from '../engines/driver.ts'
import type { Network } from '../network/network.ts'
import type { StateFolder } from '../state/folder.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import { requireDiskLimit } from './disk-limit.ts'
import { requireFreeName } from './find-sandbox.ts'
import { describeChange } from './grant-policy.ts'
import { hostRules } from './host-paths.ts'
import type { HostsFiles } from './hosts-files.ts'
import { changeLive } from './live-changes.ts'
import { requireFittingAddresses } from './networks.ts'
import { fitPending, specToBe } from './pending.ts'
import { requireState } from './require-state.ts'
import { requireFittingNetwork, withGrants } from './spec-policy.ts'

export type LimitsChange = { [K in keyof Limits]?: Limits[K] | undefined }

/** Changes of what a sandbox is, one at a time for each. */
export interface SandboxChanges {
  rename(ref: string, name: string): Promise<Sandbox>
  update(ref: string, limits: LimitsChange): Promise<Sandbox>
  /** At once where it runs. Resolves when the others on its networks know it by name. */
  setNetworks(ref: string, edit: (sandbox: Sandbox) => Partial<SandboxSpec>): Promise<Sandbox>
  /** From the next start on. What was given and taken is announced as an event. */
  setGrants(ref: string, grants: readonly Grant[]): Promise<Sandbox>
}

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly network: Network
  readonly networkRecords: NetworkRecords
  readonly drivers: Drivers
  readonly limitedDisks: LimitedDisks
  readonly hosts: HostsFiles
  /** Runs work on the record as it is when its turn has come. */
  readonly onRecord: <T>(ref: string, work: (record: SandboxRecord) => Promise<T>) => Promise<T>
}

const settledStates = ['created', 'stopped', 'running', 'paused']

export function createSandboxChanges(deps: Deps): SandboxChanges {
  const { records } = deps
  const shown = ({ sandbox }: SandboxRecord) => records.get(sandbox.id)?.sandbox ?? sandbox
  const isLive = ({ sandbox }: SandboxRecord) => sandbox.state === 'running' || sandbox.state === 'paused'

  /** What runs has it at once. */
  const change = async (record: SandboxRecord, key: 'limits' | 'networkName', spec: SandboxSpec) => {
    const shown = isLive(record) ? await changeLive(deps, record, spec, [key]) : {}
    records.put(withSandbox(record, { spec, ...shown }))
  }

  return {
    rename: (ref, name) =>
      deps.onRecord(ref, async (record) => {
        if (record.sandbox.name === name) return record.sandbox
        requireFreeName(deps, name, record.sandbox.id)
        records.put(withSandbox(record, { name }))
        await deps.hosts.settled()
        return shown(record)
      }),

    update: (ref, wished) =>
      deps.onRecord(ref, async (record) => {
        const { spec } = record.sandbox
        requireState(record, settledStates, 'changed')
        const memoryFromSettings = record.memoryFromSettings && wished.memoryBytes === undefined
        const given = Object.fromEntries(Object.entries(wished).filter(([, value]) => value !== undefined))
        const limits = { ...spec.limits, ...given }
        await requireDiskLimit(deps, record, { bytes: limits.diskBytes, runs: isLive(record) })
        await change({ ...record, memoryFromSettings }, 'limits', { ...spec, limits })
        return shown(record)
      }),

    setNetworks: (ref, edit) =>
      deps.onRecord(ref, async (record) => {
        requireState(record, settledStates, 'changed')
        const wanted = edit(record.sandbox)
        const spec = { ...record.sandbox.spec, ...wanted }
        requireFittingNetwork(spec)
        requireFittingNetwork({ ...specToBe(record.sandbox), ...wanted })
        requireFittingAddresses(deps.networkRecords, spec)
        await change(record, 'networkName', spec)
        await deps.hosts.settled()
        return shown(record)
      }),

    setGrants: (ref, grants) =>
      deps.onRecord(ref, async (record) => {
        const { sandbox } = record
        requireState(record, settledStates, 'changed')
        const spec = await withGrants(sandbox.spec, [...grants], hostRules(deps))
        const both = { before: sandbox.spec.grants, after: spec.grants, runs: isLive(record) }
        const pending = await fitPending(sandbox.pending, { ...spec, class: sandbox.class }, hostRules(deps))
        records.put(withSandbox(record, { spec, pending }), describeChange({ name: sandbox.name, ...both }))
        return shown(record)
      }),
  }
}
