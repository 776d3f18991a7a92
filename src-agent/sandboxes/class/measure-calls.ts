import type { AgentEvent } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import type { EventLog } from '../../state/event-log.ts'
import type { Measurements } from './measurements.ts'

/** A start is no time to measure: the guest and its engine are busy. */
const settleMs = 4_000
/** A guest may print what it likes; beyond this it is no measurement. */
const mostNanoseconds = 1_000_000

export interface MeasureCallsDeps {
  readonly events: Pick<EventLog, 'subscribe'>
  readonly measurements: Pick<Measurements, 'note' | 'median'>
  /** Runs `joey-inside --measure` on this machine, and in a sandbox; gives what it prints. */
  readonly onHost: () => Promise<string>
  readonly inside: (sandbox: Sandbox) => Promise<string>
  readonly isRunning: (id: string) => boolean
  /** Where it did not work; the next start tries again. */
  readonly onError: (error: unknown) => void
}

/**
 * Measures once for each class, in the first sandbox of it that stays, how many times longer than on the bare machine a
 * cheap system call takes. Only an estimate hangs on it, so a guest that lies deceives its owner's expectation and
 * nothing else. Returns its own undo.
 */
export function measureCalls(deps: MeasureCallsDeps): () => void {
  const { events, measurements, isRunning, onError } = deps
  const waiting = new Map<string, NodeJS.Timeout>()
  const busy = new Set<string>()

  const measure = async (sandbox: Sandbox): Promise<void> => {
    const { class: of, id } = sandbox
    if (busy.has(of) || !isRunning(id) || measurements.median('systemCallFactor', of) !== null) return
    busy.add(of)
    try {
      await noteCallFactor(deps, sandbox)
    } catch (error) {
      if (isRunning(id)) onError(error)
    } finally {
      busy.delete(of)
    }
  }
  const unsubscribe = events.subscribe((event: AgentEvent) => {
    if (event.type !== 'sandbox.changed') return
    const { sandbox } = event
    clearTimeout(waiting.get(sandbox.id))
    waiting.delete(sandbox.id)
    if (sandbox.state !== 'running' || measurements.median('systemCallFactor', sandbox.class) !== null) return
    const timer = setTimeout(() => {
      waiting.delete(sandbox.id)
      void measure(sandbox)
    }, settleMs)
    timer.unref()
    waiting.set(sandbox.id, timer)
  })
  return () => {
    unsubscribe()
    for (const timer of waiting.values()) clearTimeout(timer)
  }
}

/** Measures a running sandbox now. Rejects where the probe cannot be run. */
export async function noteCallFactor(
  { measurements, onHost, inside }: Pick<MeasureCallsDeps, 'measurements' | 'onHost' | 'inside'>,
  sandbox: Sandbox,
): Promise<void> {
  const [bare, guest] = [readNanoseconds(await onHost()), readNanoseconds(await inside(sandbox))]
  if (bare !== null && guest !== null) measurements.note('systemCallFactor', sandbox.class, guest / bare)
}

/** The number that the probe prints; null for anything else. */
export function readNanoseconds(text: string): number | null {
  const match = /^(\d{1,7})\n?$/.exec(text)
  const value = Number(match?.[1])
  return match && value > 0 && value <= mostNanoseconds ? value : null
}
