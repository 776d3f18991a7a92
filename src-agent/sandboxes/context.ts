import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import type { IsolationClass } from '#contract/sandbox'
import type { Driver } from '../engines/driver.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { Network } from '../network/network.ts'
import type { SnapshotStore } from '../state/records/snapshot-records.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import type { Background } from '../base/async/background.ts'
import type { KeyedLock } from './keyed-lock.ts'
import type { LiveParts } from './open-handles.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'

/** What the parts of the sandboxes' life share. Built once by the composition root. */
export interface SandboxContext {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly imageMounts: ImageMounts
  /** What lies between images and writable layers. */
  readonly layers: LayerStore
  readonly snapshots: SnapshotStore
  readonly network: Network
  readonly lock: KeyedLock
  readonly background: Background
  readonly live: LiveParts
  readonly log: Logger
  readonly now: () => Date
  /** Drivers of the classes that this host offers. */
  readonly drivers: ReadonlyMap<IsolationClass, Driver>
  /** Kills for want of memory in this run that the agent's own check from inside has provoked. */
  readonly killsCaused: (id: string, startedAt: string | null) => number
  /** Ends the agent's interest in whatever it waits for. */
  readonly signal: AbortSignal
}

/** The driver of a class, or the sentence that says why there is none. */
export function driverOf(context: Pick<SandboxContext, 'drivers'>, wanted: IsolationClass): Driver {
  const driver = context.drivers.get(wanted)
  if (driver) return driver
  const remedy = { kind: 'runCommand', command: 'joey doctor', why: 'Shows what is missing for each class.' } as const
  const message = `This machine does not offer the class "${wanted}" now. Run "joey doctor" to see why, or pick another class.`
  throw appError('unavailable', 'class-not-available', message, { params: { class: wanted }, remedy })
}

/** A copy of the record with other values in what people see. */
export function withSandbox(record: SandboxRecord, change: Partial<SandboxRecord['sandbox']>): SandboxRecord {
  return { ...record, sandbox: { ...record.sandbox, ...change } }
}
