import { monitorFiles } from '../engines/conmon.ts'
import { createLogFiles, type LogFiles } from '../io/logs/log-files.ts'
import type { LogRotation } from '../io/logs/log-rotation.ts'
import type { Run } from '../base/process/run.ts'
import type { StateFolder } from '../state/folder.ts'
import { createMainInput, type MainInput } from '../io/streams/main-input.ts'

/** What the agent holds open for sandboxes, and makes anew after its own restart. One of each per sandbox. */
export interface LiveParts {
  /** The log over all runs. */
  logOf(id: string): LogFiles
  /** The standard input of the present run. */
  inputOf(id: string): MainInput
  /** Begins to look after a run: its log is kept within bounds. */
  begin(id: string): void
  /** Lets go of what belongs to a run that has ended. */
  end(id: string): void
  /** The sandbox is gone. */
  forget(id: string): void
}

export function createLiveParts(deps: { folder: StateFolder; run: Run; rotation: LogRotation }): LiveParts {
  const logs = new Map<string, LogFiles>()
  const inputs = new Map<string, MainInput>()
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
  }

  return {
    logOf,
    inputOf(id) {
      const { attach } = monitorFiles(deps.folder.sandbox(id).run)
      const known = inputs.get(id) ?? createMainInput({ attach, run: deps.run })
      inputs.set(id, known)
      return known
    },
    begin(id) {
      watches.get(id)?.()
      watches.set(id, deps.rotation.watch(logOf(id), monitorFiles(deps.folder.sandbox(id).run).control))
    },
    end,
    forget(id) {
      end(id)
      logs.delete(id)
    },
  }
}
