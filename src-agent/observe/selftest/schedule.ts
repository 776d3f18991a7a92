import type { Logger } from 'pino'
import type { AgentEvent } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import type { Settings } from '#contract/settings'
import { createInTurn } from '../../base/async/locks.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { SelfTest } from './self-test.ts'

export interface ScheduleDeps {
  readonly selfTest: Pick<SelfTest, 'run' | 'isCurrent' | 'forget'>
  settings(): Settings
  running(): readonly Sandbox[]
  subscribe(listener: (event: AgentEvent) => void): () => void
  readonly now: () => Date
  readonly log: Pick<Logger, 'warn'>
}

/** A change is seldom alone, and a sandbox that ends at once need not be checked. */
export const settleMs = 3_000
export const tickMs = 60_000
/** A check that could not be made is tried again, but not at each check. */
const retryMs = 30 * 60_000
const hourMs = 3_600_000

/**
 * Runs self-tests where the settings ask for them: after changes, and so many hours after the last. One at a time, because
 * each takes a second of a processor. Returns its end, which resolves when none is under way.
 */
export function scheduleSelfTests(deps: ScheduleDeps): () => Promise<void> {
  const ending = new AbortController()
  const waiting = new Map<string, NodeJS.Timeout>()
  const { tried, check, settled } = createChecks(deps, ending.signal)

  const drop = (id: string): void => {
    clearTimeout(waiting.get(id))
    waiting.delete(id)
  }
  const checkSoon = (sandbox: Sandbox): void => {
    const { id } = sandbox
    drop(id)
    if (deps.selfTest.isCurrent(sandbox) || tried.get(id)?.fingerprint === fingerprintOf(sandbox)) return
    const timer = setTimeout(() => {
      waiting.delete(id)
      check(id)
    }, settleMs)
    waiting.set(id, timer.unref())
  }
  const notice = (event: AgentEvent): void => {
    if (event.type === 'sandbox.removed') {
      drop(event.id)
      tried.delete(event.id)
      deps.selfTest.forget(event.id)
    } else if (event.type === 'sandbox.changed') {
      if (event.sandbox.state !== 'running') drop(event.sandbox.id)
      else if (deps.settings().selfTestAfterChange) checkSoon(event.sandbox)
    }
  }
  const checkDue = (): void => {
    const hours = deps.settings().selfTestEveryHours
    const now = deps.now().getTime()
    if (hours === null) return
    for (const { id, selfTest } of deps.running()) {
      const isDue = selfTest === null || now - Date.parse(selfTest.at) >= hours * hourMs
      if (isDue && now - (tried.get(id)?.at ?? 0) >= retryMs) {
        // On record before it begins: the next check may come sooner.
        tried.set(id, { fingerprint: '', at: now })
        check(id)
      }
    }
  }

  const unsubscribe = deps.subscribe(notice)
  const timer = setInterval(checkDue, tickMs).unref()
  return () => {
    unsubscribe()
    clearInterval(timer)
    for (const id of [...waiting.keys()]) drop(id)
    ending.abort()
    return settled()
  }
}

interface Try {
  readonly fingerprint: string
  readonly at: number
}

/** Checks one sandbox after another, and remembers of each when it was last tried and as what. */
function createChecks(deps: Pick<ScheduleDeps, 'selfTest' | 'running' | 'now' | 'log'>, ending: AbortSignal) {
  const tried = new Map<string, Try>()
  const inTurn = createInTurn()
  const check = (id: string): void => {
    void inTurn(null, async () => {
      const sandbox = deps.running().find((each) => each.id === id)
      if (!sandbox || ending.aborted) return
      tried.set(id, { fingerprint: fingerprintOf(sandbox), at: deps.now().getTime() })
      await deps.selfTest.run(id, ending).catch((err: unknown) => {
        if (!ending.aborted) deps.log.warn({ err, id }, 'a self-test could not be run')
      })
    })
  }
  return { tried, check, settled: () => inTurn(null, () => Promise.resolve()) }
}
