import type { Logger } from 'pino'
import type { Sandbox } from '#contract/sandbox'
import type { EventLog } from '../../state/event-log.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import { createWriterPause, type WriterPauseDeps } from './pause-writers.ts'
import { type DiskState, watchDiskRoom } from './watch-disk-room.ts'
import { createWrittenBytes } from './written-bytes.ts'

interface Deps extends WriterPauseDeps {
  readonly records: SandboxRecords
  readonly events: Pick<EventLog, 'commit'>
  readonly folder: StateFolder
  readonly log: Logger
  /** For tests: what is free of the disk of a folder. */
  readonly room?: (folder: string) => Promise<DiskState>
}

/** Keeps sandboxes without a limit of their disk from filling that of this machine. Returns its own undo. */
export function protectDiskRoom(deps: Deps): () => void {
  const counters = createWrittenBytes()
  const counted = ({ id, class: own }: Sandbox) => {
    const driver = deps.drivers.get(own)
    return driver ? [{ id, cgroup: driver.cgroup(id) }] : []
  }
  return watchDiskRoom({
    ...deps,
    written: { read: (sandboxes) => counters.read(sandboxes.flatMap(counted)), forget: counters.forget },
    onTaken: createWriterPause(deps),
  })
}
