import { constants } from 'node:os'
import type { Limits, SandboxExit } from '#contract/sandbox'
import type { Ending } from '../engines/driver.ts'

/** Says in one sentence how a run ended. */
export function describeExit(ending: Ending, limits: Limits, stopAsked: boolean): SandboxExit {
  const { code, oomKills } = ending
  const at = ending.at.toISOString()
  if (code === null) {
    const message = 'Its monitor was killed, so nobody saw how it ended, and the end of its log may be missing.'
    return { code, reason: 'monitor-lost', message, at }
  }
  if (oomKills > 0 && code !== 0) {
    const limit =
      limits.memoryBytes === null ? 'the memory of this machine' : `limit ${formatMebibytes(limits.memoryBytes)}`
    return {
      code,
      reason: 'oom',
      message: `Ran out of memory (${limit}): the kernel killed it. Give it more, or look for a leak.`,
      at,
    }
  }
  if (ending.ranOutOfProcesses) {
    const limit = limits.pids === null ? 'of this machine' : limits.pids
    const message = `Ran out of processes (limit ${limit}), which ends a sandbox of this class. Allow it more, or look for a flood.`
    return { code, reason: 'exited', message, at }
  }
  if (code > 128) {
    const signal = signalName(code - 128)
    const message = stopAsked ? `Stopped by ${signal}.` : `Ended by signal ${signal}.`
    return { code, reason: 'signalled', message, at }
  }
  return {
    code,
    reason: 'exited',
    message: code === 0 ? 'Ended without an error.' : `Ended with exit code ${code}.`,
    at,
  }
}

/** SIGTERM for 15; the number itself for a signal without a name. */
export function signalName(number: number): string {
  const entry = Object.entries(constants.signals).find(([, value]) => value === number)
  return entry?.[0] ?? `number ${number}`
}

/** The number of TERM, SIGTERM, sigterm or 15; null where there is no such signal. */
export function signalNumber(name: string): number | null {
  if (/^[0-9]+$/.test(name)) return Number(name) >= 1 && Number(name) <= 64 ? Number(name) : null
  const upper = name.toUpperCase()
  const full = upper.startsWith('SIG') ? upper : `SIG${upper}`
  const known = (constants.signals as Record<string, number>)[full]
  if (known !== undefined) return known
  const realTime = /^SIGRTMIN(?:\+([0-9]{1,2}))?$/.exec(full)
  return realTime ? 34 + Number(realTime[1] ?? 0) : null
}

function formatMebibytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  return mebibytes >= 1024 && mebibytes % 1024 === 0
    ? `${mebibytes / 1024} GiB`
    : `${Math.round(mebibytes * 10) / 10} MiB`
}
