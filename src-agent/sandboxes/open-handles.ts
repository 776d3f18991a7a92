import { mainStreams } from '../engines/main-streams.ts'
import { holdMonitor } from '../engines/monitor-hold.ts'
import { createLogFiles, type LogFiles } from '../io/logs/log-files.ts'
import type { LogRotation } from '../io/logs/log-rotation.ts'
import { createMainInput, type MainInput } from '../io/streams/main-input.ts'
import { type HoldOutput, shareHold } from '../io/streams/output-pace.ts'
import type { StateFolder } from '../state/folder.ts'

/** What the agent holds open for sandboxes, and makes anew after its own restart. One of each per sandbox. */
export interface OpenHandles {
  /** The log over all runs. */
  logOf(id: string): LogFiles
  /** The standard input of the present run. */
  inputOf(id: string): MainInput
  /** Holds back the output of the present run; what it resolves with lets it go on. */
  holdOutput(id: string): Promise<() => void>
  /** Begins to look after a run: its log is kept within bounds. */
  begin(id: string): void
  /** Lets go of what belongs to a run that has ended. */
  end(id: string): void
  /** The sandbox is gone. */
  forget(id: string): void
}

interface Deps {
  readonly folder: StateFolder
  readonly rotation: LogRotation
}

export function createOpenHandles(deps: Deps): OpenHandles {
  const logs = new Map<string, LogFiles>()
  const inputs = new Map<string, MainInput>()
  const holds = new Map<string, HoldOutput>()
  const watches = new Map<string, () => void>()

  const logOf = (id: string): LogFiles => {
    const known = logs.get(id) ?? createLogFiles(deps.folder.sandbox(id).log)
    logs.set(id, known)
    return known
  }
  const end = (id: string): void => {
    watches.get(id)?.()
    watches.delete(id)
    inputs.get(id)?.release()
    inputs.delete(id)
    holds.delete(id)
  }

  return {
    logOf,
    inputOf(id) {
      const { attach } = mainStreams(deps.folder.sandbox(id))
      const known = inputs.get(id) ?? createMainInput(attach)
      inputs.set(id, known)
      return known
    },
    holdOutput(id) {
      const known = holds.get(id) ?? shareHold(() => holdMonitor(id, deps.folder.sandbox(id)))
      holds.set(id, known)
      return known()
    },
    begin(id) {
      watches.get(id)?.()
      watches.set(id, deps.rotation.watch(logOf(id), mainStreams(deps.folder.sandbox(id)).control))
    },
    end,
    forget(id) {
      end(id)
      logs.delete(id)
    },
  }
}
