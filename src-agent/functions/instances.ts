import { randomBytes } from 'node:crypto'
import { AppError, appError } from '#contract/app-error'
import type { FunctionRevision, FunctionSpec } from '#contract/function'
import type { SandboxSpec } from '#contract/sandbox'
import { insidePath } from '../engines/oci/runtime-config.ts'
import { createLogFiles } from '../io/logs/log-files.ts'
import { readLog } from '../io/logs/read-log.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import type { FunctionInstance, FunctionRecords } from '../state/records/function-records.ts'
import { awaitReady } from './await-ready.ts'
import type { Instance } from './fleet.ts'

/** A sandbox that takes the calls of a revision. */
export interface FunctionSandbox extends Instance {
  readonly name: string
  /** Null: it has no network. */
  readonly address: string | null
}

export interface InstanceDeps {
  readonly sandboxes: Pick<SandboxService, 'create' | 'remove' | 'find' | 'list'>
  readonly functionRecords: FunctionRecords
  readonly events: EventLog
  readonly folder: StateFolder
}

/** Instances of functions, each one sandbox. What is made is on record before, so that none is lost with the agent. */
export interface Instances {
  /** Leaves nothing where it fails. */
  start(name: string, revision: FunctionRevision, signal: AbortSignal): Promise<FunctionSandbox>
  stop(instance: Pick<FunctionSandbox, 'name'>): Promise<void>
  /** What an earlier agent has left: those that run; the others are removed. */
  adopt(
    isKnown: (instance: FunctionInstance) => boolean,
  ): Promise<readonly (FunctionInstance & { sandbox: FunctionSandbox })[]>
}

/** On the sandboxes of functions, for people. What belongs to a function is decided by the records. */
export const functionLabel = 'joey.function'
const shownLines = 3

export function createInstances(deps: InstanceDeps): Instances {
  const { sandboxes, functionRecords } = deps
  const stop = async (name: string): Promise<void> => {
    await sandboxes.remove(name, true, true).catch(ignoreGone)
    functionRecords.removeInstance(name)
  }
  return {
    async start(name, revision, signal) {
      const own = `fn-${name}-${revision.number}-${randomBytes(3).toString('hex')}`
      functionRecords.putInstance({ name: own, function: name, revision: revision.number })
      try {
        return await makeReady(deps, own, specOf(name, revision), { spec: revision.spec, signal })
      } catch (error) {
        await stop(own)
        throw error
      }
    },
    stop: ({ name }) => stop(name),
    async adopt(isKnown) {
      const adopted: (FunctionInstance & { sandbox: FunctionSandbox })[] = []
      for (const instance of functionRecords.instances()) {
        const sandbox = isKnown(instance) ? runningOf(deps, instance) : null
        if (sandbox === null) await stopOwn(deps, instance, stop)
        else adopted.push({ ...instance, sandbox })
      }
      return adopted
    },
  }
}

/** A person may have given the name to a sandbox of theirs meanwhile: that one stays. */
async function stopOwn(
  { sandboxes, functionRecords }: InstanceDeps,
  instance: FunctionInstance,
  stop: (name: string) => Promise<void>,
): Promise<void> {
  const there = sandboxes.list(true).find(({ name }) => name === instance.name)
  if (there === undefined || there.spec.labels[functionLabel] !== instance.function) {
    functionRecords.removeInstance(instance.name)
  } else await stop(instance.name)
}

function runningOf({ sandboxes }: InstanceDeps, instance: FunctionInstance): FunctionSandbox | null {
  const there = sandboxes.list(false).find(({ name }) => name === instance.name)
  if (there?.state !== 'running' || there.spec.labels[functionLabel] !== instance.function) return null
  return { id: there.id, name: there.name, address: sandboxes.find(there.id).lease?.address ?? null }
}

async function makeReady(
  deps: InstanceDeps,
  name: string,
  sandboxSpec: SandboxSpec,
  { spec, signal }: { readonly spec: FunctionSpec; readonly signal: AbortSignal },
): Promise<FunctionSandbox> {
  const { sandboxes, events } = deps
  const { id } = await sandboxes.create({ name, spec: sandboxSpec, start: true }, signal)
  const ended = new AbortController()
  const unsubscribe = events.subscribe((event) => {
    const isEnd = event.type === 'sandbox.changed' && event.sandbox.id === id && event.sandbox.state === 'stopped'
    if (isEnd || (event.type === 'sandbox.removed' && event.id === id)) ended.abort()
  })
  try {
    if (sandboxes.find(id).sandbox.state === 'stopped') ended.abort()
    const address = sandboxes.find(id).lease?.address ?? null
    if (spec.kind === 'http' && address !== null) {
      const { port, readyPath: path, startTimeoutMs: timeoutMs } = spec
      await awaitReady({ address, port, path, timeoutMs, signal: AbortSignal.any([signal, ended.signal]) })
    }
    if (ended.signal.aborted) throw appError('cancelled')
    return { id, name, address }
  } catch (error) {
    if (!ended.signal.aborted) throw error
    const output = await lastWords(deps.folder.sandbox(id).log)
    throw appError('function-ended-early', output === '' ? {} : { output }, { cause: error })
  } finally {
    unsubscribe()
  }
}

async function lastWords(path: string): Promise<string> {
  const words: string[] = []
  for await (const lines of readLog(createLogFiles(path), { tail: shownLines }))
    words.push(...lines.map(({ text }) => text))
  return words.join(' ').trim().slice(-300)
}

/** The sandbox of an instance. That of a command waits; the command is run in it for each call. */
function specOf(name: string, { number, spec, imageDigest }: FunctionRevision): SandboxSpec {
  const { sandbox } = spec
  const own = { PORT: String(spec.port), K_SERVICE: name, K_REVISION: `${name}-${number}`, K_CONFIGURATION: name }
  return {
    ...sandbox,
    // By the digest, since a name can be given to another image; as short as people see it.
    image: imageDigest.slice('sha256:'.length, 'sha256:'.length + 12),
    env: { ...sandbox.env, ...own },
    labels: { ...sandbox.labels, [functionLabel]: name },
    ...(spec.kind === 'command' && { entrypoint: [insidePath], command: ['--hold'], withInit: true }),
  }
}

function ignoreGone(error: unknown): void {
  if (AppError.from(error).wire.code !== 'notFound') throw error
}
