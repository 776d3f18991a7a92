import type { AgentLink } from '#contract/app'
import { AppError } from '#contract/app-error'

/** Between two checks of an agent that answers. Trouble on a stream or a call is checked at once. */
const checkEveryMs = 3000
const checkWhileLostMs = 1000
/** Before each start where no agent has answered yet, and after a crash. When they are used up, a person must ask. */
const firstStartDelaysMs: readonly number[] = [0, 2000, 5000]
const restartDelaysMs: readonly number[] = [1000, 2000, 5000, 15_000, 30_000]
/** An agent that lived this long has earned a full set of restarts. */
const provenAfterMs = 60_000

export interface SupervisorDeps {
  /** Rejects when the agent does not answer. */
  readonly check: () => Promise<void>
  /** Starts the agent; resolves when it answers. Does nothing where one runs. */
  readonly start: () => Promise<void>
  /** Resolves after the time, or early when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly now: () => number
  readonly onDidChange: (link: AgentLink) => void
}

/**
 * Keeps the window linked to an agent: starts one where none runs, and starts it again when it has crashed, with growing
 * pauses and not for ever. One that was stopped on purpose (it has taken its socket with it) stays stopped. It never
 * ends an agent: sandboxes and terminals outlive the window.
 */
export class Supervisor {
  private readonly deps: SupervisorDeps
  private present: AgentLink = { state: 'connecting' }
  private wake = new AbortController()
  private isDisposed = false
  private hasBeenLive = false
  private liveSince: number | null = null
  private waitingSince: number | null = null
  private startsTried = 0
  private starting: Promise<void> | null = null
  private startError: unknown = null

  constructor(deps: SupervisorDeps) {
    this.deps = deps
  }

  get link(): AgentLink {
    return this.present
  }

  /** Runs until `dispose`. */
  async run(): Promise<void> {
    while (!this.isDisposed) await this.turn()
  }

  /** Someone saw the link break: check now instead of at the next turn. */
  checkNow(): void {
    if (this.present.state === 'live') this.wake.abort()
  }

  /** Starts the agent because a person asked for it. Rejects with the reason when it does not come up. */
  async start(): Promise<void> {
    this.startsTried = 0
    await this.startOnce()
    await this.deps.check()
    this.succeed()
  }

  /** Ends watching, not the agent. */
  dispose(): void {
    this.isDisposed = true
    this.wake.abort()
  }

  private async turn(): Promise<void> {
    try {
      await this.deps.check()
    } catch (error) {
      return this.recover(error)
    }
    this.succeed()
    await this.pause(checkEveryMs)
  }

  private async recover(error: unknown): Promise<void> {
    this.liveSince = null
    const left = this.untilStart(error)
    if (left === null || left > 0) {
      this.fail(error)
      return this.pause(Math.min(checkWhileLostMs, left ?? checkWhileLostMs))
    }
    this.startsTried += 1
    this.waitingSince = null
    // The reason is kept, and shown from the next turn on.
    await this.startOnce().catch(() => undefined)
  }

  /** How long to wait before the next start; null when it is not ours to start (any more). */
  private untilStart(error: unknown): number | null {
    const delays = this.hasBeenLive ? restartDelaysMs : firstStartDelaysMs
    const delay = delays[this.startsTried]
    if (delay === undefined || !isGone(error) || (this.hasBeenLive && !hasCrashed(error))) return null
    this.waitingSince ??= this.deps.now()
    return Math.max(0, this.waitingSince + delay - this.deps.now())
  }

  private startOnce(): Promise<void> {
    this.starting ??= this.tryStart().finally(() => {
      this.starting = null
    })
    return this.starting
  }

  private async tryStart(): Promise<void> {
    try {
      await this.deps.start()
      this.startError = null
    } catch (error) {
      this.startError = error
      throw error
    }
  }

  private succeed(): void {
    this.liveSince ??= this.deps.now()
    if (this.deps.now() - this.liveSince >= provenAfterMs) this.startsTried = 0
    this.hasBeenLive = true
    this.waitingSince = null
    this.startError = null
    this.publish({ state: 'live' })
  }

  /** Why it could not be started says more than that it does not run. */
  private fail(error: unknown): void {
    const failure = AppError.from(isGone(error) ? (this.startError ?? error) : error)
    this.publish({ state: 'lost', error: failure.wire })
  }

  private publish(next: AgentLink): void {
    if (JSON.stringify(next) === JSON.stringify(this.present)) return
    this.present = next
    this.deps.onDidChange(next)
  }

  private async pause(milliseconds: number): Promise<void> {
    if (this.isDisposed) return
    this.wake = new AbortController()
    await this.deps.sleep(milliseconds, this.wake.signal)
  }
}

/** Nobody listens. Other failures (no answer in time, another user's) are not cured by starting one more agent. */
function isGone(error: unknown): boolean {
  return AppError.from(error).wire.reason === 'agent-not-running'
}

/** A socket that nobody listens on was left by an agent that had no time to clean up. */
function hasCrashed(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
  return cause?.code === 'ECONNREFUSED'
}
