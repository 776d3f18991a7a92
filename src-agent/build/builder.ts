import { AppError, appError } from '#contract/app-error'
import type { IsolationClass, Sandbox, SandboxSpec as Spec } from '#contract/sandbox'
import { SandboxSpec } from '#contract/sandbox'
import { type Sentence, sentence } from '#contract/sentence'
import { createKeyedLock } from '../base/async/locks.ts'
import type { Run } from '../base/process/run.ts'
import { stoppedBy } from '../base/process/tool-errors.ts'
import { withDefaultLimits } from '../sandboxes/default-limits.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { SettingsStore } from '../state/settings-store.ts'
import { ensureBuilderImage } from '../storage/images/builder-image.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import { type InsideCommand, type InsideDeps, keepWords, runInside } from './run-inside.ts'

export interface BuilderDeps extends InsideDeps {
  readonly run: Run
  readonly images: ImageStore
  readonly sandboxes: SandboxService
  readonly settings: Pick<SettingsStore, 'read'>
}

/** The running sandbox of one build. */
export interface Builder {
  readonly class: IsolationClass
  /** Gives the exit code. */
  run(command: Omit<InsideCommand, 'ref' | 'signal'>): Promise<number>
  /** Gives what it printed; throws where it failed. */
  ask(argv: readonly string[], input?: AsyncIterable<Uint8Array>): Promise<string>
}

/** Hands out the sandbox of a class, to one build after the other; it runs as long as a build does. */
export interface Builders {
  use<T>(wanted: IsolationClass | undefined, signal: AbortSignal, work: (builder: Builder) => Promise<T>): Promise<T>
}

/** Where a build's files lie inside. */
export const places = { input: '/build/in', context: '/build/in/context', secrets: '/build/in/secrets' } as const

/**
 * What buildah needs beyond what every sandbox has: mounts and namespaces of its own. In a container these are of a further
 * user namespace, whose making the filter of system calls forbids; root of this machine is in neither.
 */
const grantsOf: Readonly<Record<IsolationClass, Spec['grants']>> = {
  container: [{ kind: 'no-seccomp' }, { kind: 'cap', name: 'SETFCAP' }],
  gvisor: (['SYS_ADMIN', 'SETFCAP', 'MKNOD'] as const).map((name) => ({ kind: 'cap', name })),
  microvm: (['SYS_ADMIN', 'SETFCAP', 'MKNOD'] as const).map((name) => ({ kind: 'cap', name })),
}

export function createBuilders(deps: BuilderDeps): Builders {
  const lock = createKeyedLock()
  return {
    use(wanted, signal, work) {
      const chosen = wanted ?? usualClass(deps.settings.read().defaultClass)
      return lock.run(chosen, async () => {
        if (signal.aborted) throw stoppedBy(signal)
        const id = await openSandbox(deps, chosen, signal)
        try {
          const builder = enter(deps, { ref: id, class: chosen, signal })
          await requireMounts(builder)
          return await work(builder)
        } catch (error) {
          const isOfNoUse = AppError.from(error).wire.reason === 'build-not-in-class'
          if (isOfNoUse) await deps.sandboxes.remove(id, true).catch(ignoreGone)
          throw error
        } finally {
          await deps.sandboxes.stop(id, { graceMs: 0 }).catch(ignoreGone)
        }
      })
    },
  }
}

/**
 * At the agent's start: sandboxes outlive an agent, and nobody waits any more for what one of its builds makes. Gives a sentence for each
 * that was ended.
 */
export async function endBuilds(sandboxes: Pick<SandboxService, 'list' | 'stop'>): Promise<Sentence[]> {
  const left = sandboxes.list(false).filter(isBuilder)
  for (const { id } of left) await sandboxes.stop(id, { graceMs: 0 }).catch(ignoreGone)
  return left.map(({ name }) => sentence('found-build-unfinished', { name }))
}

/** Whether a sandbox is that of builds. */
export function isBuilder({ spec }: Pick<Sandbox, 'spec'>): boolean {
  return spec.labels[label] === spec.class
}

/** gVisor is asked for by name: most versions of it cannot. */
function usualClass(ofSandboxes: IsolationClass): IsolationClass {
  return ofSandboxes === 'microvm' ? 'microvm' : 'container'
}

/** Starts the one that is here, with its finished steps; or makes it, where it is of another builder. */
async function openSandbox(deps: BuilderDeps, wanted: IsolationClass, signal: AbortSignal): Promise<string> {
  const { sandboxes } = deps
  const image = await ensureBuilderImage(deps, signal)
  const name = `builder-${wanted}`
  const known = sandboxes.list(true).find((each) => each.name === name && each.spec.labels[label] === wanted)
  if (known !== undefined && known.imageDigest === image.digest && known.class === wanted) {
    if (known.state === 'running') await sandboxes.stop(known.id, { graceMs: 0 })
    return (await sandboxes.start(known.id, signal)).id
  }
  if (known !== undefined) await sandboxes.remove(known.id, true)
  const spec = withDefaultLimits(
    SandboxSpec.parse({
      // By the digest, since a name can be given to another image; as short as people see it.
      image: image.digest.slice('sha256:'.length, 'sha256:'.length + 12),
      class: wanted,
      grants: grantsOf[wanted],
      tmpfs: [`${places.secrets}:size=${16 * 1024 * 1024}`],
      labels: { [label]: wanted },
    }),
    deps.settings.read(),
  )
  return (await sandboxes.create({ name, spec, start: true, memoryFromSettings: true }, signal)).id
}

const label = 'joey.builder'

interface Entered {
  readonly ref: string
  readonly class: IsolationClass
  readonly signal: AbortSignal
}

function enter(deps: BuilderDeps, { ref, class: own, signal }: Entered): Builder {
  return {
    class: own,
    run: (command) => runInside(deps, { ...command, ref, signal }),
    async ask(argv, input) {
      const sink = keepWords()
      const code = await runInside(deps, { ref, argv, sink, signal, ...(input && { input }) })
      if (code === 0) return sink.words('stdout')
      throw appError('builder-failed', { program: argv[0] ?? '', code }, { detail: sink.words('stderr') })
    },
  }
}

/** Whether what is asked of the sandbox can be had in it at all, before anything is sent there. */
async function requireMounts(builder: Builder): Promise<void> {
  const own = builder.class === 'container' ? ['--user', '--map-root-user'] : []
  const sink = keepWords()
  const code = await builder.run({ argv: ['unshare', ...own, '--mount', 'mount', '--make-rprivate', '/'], sink })
  if (code !== 0) throw appError('build-not-in-class', { class: builder.class }, { detail: sink.words('stderr') })
}

function ignoreGone(error: unknown): void {
  const { code } = AppError.from(error).wire
  if (code !== 'notFound' && code !== 'conflict') throw error
}
