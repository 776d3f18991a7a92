import type { FunctionRevision, JoeyFunction, RevisionState } from '#contract/function'
import { createForwarder, type Forwarder } from './gateway/forward-http.ts'
import type { FunctionSandbox, Instances } from './instances.ts'
import { planOf } from './plan-of.ts'
import { createRevisionRunner, type Given, type RevisionRunner } from './revision-runner.ts'
import { isReached } from './traffic.ts'

interface Deps {
  readonly instances: Pick<Instances, 'start' | 'stop'>
  readonly onError: (error: unknown) => void
}

/** What runs for the revisions of all functions. */
export interface Runners {
  /**
   * From the record: revisions that are new get a runner, those that are gone lose theirs. `adopted`: what an earlier agent has left
   * of each; null: the function has changed.
   */
  follow(each: JoeyFunction, adopted?: ReadonlyMap<number, readonly FunctionSandbox[]> | null): void
  take(name: string, revision: FunctionRevision, signal: AbortSignal): Promise<Given<FunctionSandbox>>
  forwarderOf(instance: FunctionSandbox, port: number): Forwarder
  /** That sandbox runs no more. */
  ended(id: string): void
  states(each: JoeyFunction): readonly RevisionState[]
  /** Resolves when nothing of the function runs any more. */
  remove(name: string): Promise<void>
  /** What runs goes on, for a later agent. */
  leaveBehind(): Promise<void>
}

type Runner = RevisionRunner<FunctionSandbox>

export function createRunners({ instances, onError }: Deps): Runners {
  const runners = new Map<string, Map<number, Runner>>()
  const forwarders = createForwarders()
  const all = (): Runner[] => [...runners.values()].flatMap((own) => [...own.values()])
  const ownOf = (name: string): Map<number, Runner> => {
    const own = runners.get(name) ?? new Map<number, Runner>()
    runners.set(name, own)
    return own
  }
  return {
    follow(each, adopted = null) {
      const own = ownOf(each.name)
      for (const revision of each.revisions.filter(({ number }) => !own.has(number))) {
        const taken = adopted?.get(revision.number) ?? []
        const runner = createRunner({ instances, forwarders, onError }, { name: each.name, revision, adopted: taken })
        own.set(revision.number, runner)
        const first =
          adopted === null ? Math.max(revision.spec.scale.min, revision.spec.scale.initial) : revision.spec.scale.min
        if (isReached(each, revision.number) && first > taken.length) runner.begin(first)
      }
      for (const [number, runner] of own) {
        runner.reach(isReached(each, number))
        if (each.revisions.some((revision) => revision.number === number)) continue
        own.delete(number)
        void runner.close().catch(onError)
      }
    },
    take(name, revision, signal) {
      const runner = runners.get(name)?.get(revision.number)
      if (runner === undefined) throw new Error('A revision has no runner.')
      return runner.take(signal)
    },
    forwarderOf: forwarders.of,
    ended(id) {
      for (const runner of all()) runner.ended(id)
    },
    states: ({ name, revisions }) =>
      revisions.flatMap(({ number }) => {
        const runner = runners.get(name)?.get(number)
        return runner === undefined ? [] : [stateOf(number, runner)]
      }),
    async remove(name) {
      const own = runners.get(name)
      runners.delete(name)
      await Promise.all([...(own?.values() ?? [])].map((runner) => runner.close()))
    },
    async leaveBehind() {
      await Promise.all(all().map((runner) => runner.leaveBehind()))
      await forwarders.closeAll()
    },
  }
}

interface Wish {
  readonly name: string
  readonly revision: FunctionRevision
  readonly adopted: readonly FunctionSandbox[]
}

function createRunner(
  { instances, forwarders, onError }: Deps & { readonly forwarders: ReturnType<typeof createForwarders> },
  { name, revision, adopted }: Wish,
): Runner {
  const deps = {
    start: (signal: AbortSignal) => instances.start(name, revision, signal),
    async stop(instance: FunctionSandbox) {
      await forwarders.close(instance.id)
      await instances.stop(instance)
    },
    now: () => performance.now(),
    every(ms: number, work: () => void) {
      const timer = setInterval(work, ms)
      return () => clearInterval(timer)
    },
    onError,
  }
  return createRevisionRunner(deps, planOf(revision.spec), adopted)
}

function stateOf(revision: number, runner: Runner): RevisionState {
  const { decision, ...counts } = runner.state()
  const { ready, starting, waiting, underWay } = counts
  const instances = runner.instances().map(({ id }) => id)
  return { revision, ready, starting, waiting, underWay, desired: decision?.desired ?? null, instances }
}

/** Connections to each instance. */
function createForwarders() {
  const known = new Map<string, Forwarder>()
  const close = async (id: string): Promise<void> => {
    await known.get(id)?.close()
    known.delete(id)
  }
  return {
    of({ id, address }: FunctionSandbox, port: number): Forwarder {
      const forwarder = known.get(id) ?? createForwarder(address ?? '', port)
      known.set(id, forwarder)
      return forwarder
    },
    close,
    closeAll: async () => void (await Promise.all([...known.keys()].map(close))),
  }
}
