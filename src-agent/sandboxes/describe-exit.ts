import { constants } from 'node:os'
import { appError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import type { Said } from '#contract/reasons/define'
import type { RunLimits, SandboxExit } from '#contract/sandbox'
import { sentence } from '#contract/sentence'
import type { Ending } from '../engines/driver.ts'

/** Says in one sentence how a run ended. */
export function describeExit(ending: Ending, limits: RunLimits, stopAsked: boolean): SandboxExit {
  const { reason, said } = explain(ending, limits, stopAsked)
  return { code: ending.code, reason, ...exitWords(said), at: ending.at.toISOString() }
}

/** A sentence as an exit has it: in English, and what makes it in other languages. */
function exitWords({ message, ...sentence }: Said): Pick<SandboxExit, 'message' | 'sentence'> {
  return { message, sentence }
}

/** The end of a run that nobody saw, or that never was one. */
export function unseenExit(reason: SandboxExit['reason'], said: Said, now: Date): SandboxExit {
  return { code: null, reason, ...exitWords(said), at: now.toISOString() }
}

interface Explained {
  readonly reason: SandboxExit['reason']
  readonly said: Said
}

function explain(ending: Ending, { memoryBytes, pids }: RunLimits, stopAsked: boolean): Explained {
  const { code, oomKills, ranOutOfProcesses, refusal } = ending
  if (code === null) return { reason: 'monitor-lost', said: sentence('exit-monitor-lost') }
  if (oomKills > 0 && code !== 0) {
    const limit = memoryBytes === null ? {} : { limit: formatBytes(memoryBytes) }
    return { reason: 'oom', said: sentence('exit-out-of-memory', limit) }
  }
  if (ranOutOfProcesses) {
    const limit = pids === null ? {} : { limit: String(pids) }
    return { reason: 'exited', said: sentence('exit-out-of-processes', limit) }
  }
  if (refusal) return { reason: 'start-failed', said: describeRefusal(refusal) }
  if (code > 128) return { reason: 'signalled', said: describeSignal(code - 128, stopAsked) }
  return { reason: 'exited', said: sentence('exit-code', { code }) }
}

function describeRefusal({ reason, program }: NonNullable<Ending['refusal']>): Said {
  const { wire } = program === null ? appError('command-not-executable', {}) : appError(reason, { program })
  return { reason: wire.reason, message: wire.message, ...(wire.params && { params: wire.params }) }
}

/** SIGTERM for 15; the number itself for a signal without a name. */
function describeSignal(number: number, stopAsked: boolean): Said {
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
  const signal = name === undefined ? {} : { signal: name }
  return sentence('exit-signal', { by: stopAsked ? 'stop' : 'other', number, ...signal })
}
