import { useEffect, useState } from 'react'
import type { AppError } from '#contract/app-error'
import { logStream } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import { follow } from '../../feed.ts'
import { useAgent } from '../../store/agent-store.ts'
import { appendLines, type ShownLine } from './log-buffer.ts'

const usualTail = 5000

export interface LogState {
  readonly lines: readonly ShownLine[]
  readonly error: AppError | null
  readonly ended: boolean
}

const nothing: LogState = { lines: [], error: null, ended: false }

/** Follows the log for as long as it is looked at. `run` changes with each start, which opens it anew. */
export function useLog(id: SandboxId, run: string | null, tail = usualTail): LogState {
  const [log, setLog] = useState<LogState>(nothing)
  const live = useAgent(({ link }) => link.state === 'live')
  useEffect(() => {
    if (!live) return
    let fresh = true
    const stream = follow(
      logStream,
      { ref: id, follow: true, tail },
      {
        onMessage: (message) => {
          if (message.type === 'end') return setLog((before) => ({ ...before, ended: true }))
          const base = fresh ? [] : null
          fresh = false
          setLog((before) => ({ ...nothing, lines: appendLines(base ?? before.lines, message.lines) }))
        },
        onClosed: (error) => setLog((before) => ({ ...before, error, ended: true })),
      },
    )
    return () => stream.close()
    // `run` is no input of the effect, but a new run needs a new stream.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [id, live, run, tail])
  return log
}
