import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import type { AgentEvent } from '#contract/observe'
import type { Mount, Sandbox } from '#contract/sandbox'
import { createKeyedLock } from '../../base/async/locks.ts'
import type { HostPath } from '../../base/host-path/open-host-path.ts'
import type { Drivers } from '../../engines/driver.ts'
import type { Pipes } from '../../io/streams/pipes.ts'
import type { EventLog } from '../../state/event-log.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import { hostRules } from '../host-paths.ts'
import { holdSource } from '../mount-policy.ts'
import { type ChangeOrigin, createChangeOrigin } from './change-origin.ts'
import { type FolderWatch, openFolderWatch } from './folder-watch.ts'
import { createGuestBridge, type GuestBridge } from './guest-bridge.ts'
import { findWatchedMounts } from './watched-mounts.ts'

interface Deps {
  readonly records: Pick<SandboxRecords, 'all' | 'get'>
  readonly events: Pick<EventLog, 'commit' | 'subscribe'>
  readonly folder: StateFolder
  readonly drivers: Drivers
  readonly pipes: Pipes
  readonly log: Pick<Logger, 'warn' | 'info'>
  /** For tests: how many folders are watched at most, of one sandbox and in all. */
  readonly bounds?: FolderBounds
}

export interface FolderBounds {
  readonly ofOne: number
  readonly ofAll: number
}

/** A project of a person has hundreds of folders; each one that is watched costs the kernel about a kibibyte. */
const usualBounds: FolderBounds = { ofOne: 8192, ofAll: 32_768 }

interface Watched {
  /** A run of a sandbox; another one has other mounts. */
  readonly run: string
  close(): Promise<void>
  readonly folders: number
  /** A paused guest is told when it goes on. */
  goOn(): void
}

/**
 * Tells guests with a kernel of their own what is changed on this machine in the folders that are mounted into them, because
 * their kernels do not see it and programs that watch would wait for ever. Follows what runs; the end resolves when nothing is watched.
 */
export function watchMounts(deps: Deps): { follow(): void; close(): Promise<void> } {
  const { records, events, log, bounds = usualBounds } = deps
  const originOf = createChangeOrigin(deps.folder.tag)
  const watched = new Map<string, Watched>()
  const lock = createKeyedLock()
  const underWay = new Set<Promise<void>>()
  let undo: () => void = () => undefined
  const settle = async (id: string): Promise<void> => {
    const sandbox = records.get(id)?.sandbox
    const run = sandbox ? runOf(sandbox) : null
    const found = watched.get(id)
    if (found?.run === run) return found?.goOn()
    watched.delete(id)
    await found?.close()
    if (!sandbox || run === null) return
    const left = bounds.ofAll - [...watched.values()].reduce((sum, { folders }) => sum + folders, 0)
    const begun = await begin({ ...deps, originOf }, sandbox, Math.min(bounds.ofOne, left))
    if (begun) watched.set(id, { ...begun, run })
  }
  const look = (id: string): void => {
    const work = lock
      .run(id, () => settle(id))
      .catch((err: unknown) => log.warn({ err, id }, 'mounts could not be watched'))
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }
  return {
    follow() {
      undo = events.subscribe((event: AgentEvent) => {
        if (event.type === 'sandbox.changed') look(event.sandbox.id)
        if (event.type === 'sandbox.removed') look(event.id)
      })
      for (const { sandbox } of records.all()) look(sandbox.id)
    },
    async close() {
      undo()
      await Promise.all(underWay)
      await Promise.all([...watched.values()].map((each) => each.close()))
      watched.clear()
    },
  }
}

/** Null where nothing runs. */
function runOf({ state, startedAt, class: of }: Sandbox): string | null {
  return state === 'running' || state === 'paused' ? `${of} ${startedAt}` : null
}

async function begin(
  deps: Deps & { readonly originOf: ChangeOrigin },
  sandbox: Sandbox,
  most: number,
): Promise<Omit<Watched, 'run'> | null> {
  const { drivers, events, log, records } = deps
  const driver = drivers.get(sandbox.class)
  const mounts = driver && !driver.sharesProcesses ? findWatchedMounts(sandbox.spec) : []
  if (!driver || mounts.length === 0) return null
  const sayNot = (err: unknown): null => {
    log.warn({ err, id: sandbox.id }, 'the mounts of a sandbox are not watched')
    events.commit([notice('mounts-not-watched', { name: sandbox.name })])
    return null
  }
  if (most < 1) return sayNot(new Error('As many folders are watched as may be.'))
  const held: { mount: Mount; source: HostPath }[] = []
  try {
    const rules = hostRules(deps)
    for (const mount of mounts) held.push({ mount, source: await holdSource(mount, rules, sandbox.spec.grants) })
    const folders = held.filter(({ source }) => source.stats.isDirectory())
    if (folders.length === 0) return null
    const bridge = createGuestBridge({
      telling: { driver, id: sandbox.id, paths: deps.folder.sandbox(sandbox.id), pipes: deps.pipes },
      class: sandbox.class,
      targets: folders.map(({ mount }) => mount.target),
      isRunning: () => records.get(sandbox.id)?.sandbox.state === 'running',
      onError: (err) => log.info({ err, id: sandbox.id }, 'a guest could not be told of changes'),
    })
    const watch = await openWatch(deps, sandbox, { held: folders.map(({ source }) => source.forOthers), most, bridge })
    return watching(watch, bridge)
  } catch (err) {
    return sayNot(err)
  } finally {
    await Promise.all(held.map(({ source }) => source.close()))
  }
}

function openWatch(
  { events, log, originOf }: Deps & { readonly originOf: ChangeOrigin },
  { id, name }: Sandbox,
  { held, most, bridge }: { held: readonly string[]; most: number; bridge: GuestBridge },
): Promise<FolderWatch> {
  return openFolderWatch(
    { held, most },
    {
      onChange({ folder, kind, pid, path }) {
        const origin = originOf(pid)
        // The guest has seen what it did itself. What the attributes of a file were set to in a sandbox may be this bridge's doing.
        if (origin === id) bridge.seen(path)
        else if (kind === 'content' || origin === null) bridge.add(folder, path)
      },
      onLost: (folder) => bridge.add(folder, ''),
      onFull: () => events.commit([notice('mounts-watched-in-part', { name, folders: most })]),
      onEnd() {
        log.warn({ id }, 'what watches the mounts of a sandbox has ended')
        events.commit([notice('mounts-not-watched', { name })])
      },
    },
  )
}

function watching(watch: FolderWatch, bridge: GuestBridge): Omit<Watched, 'run'> {
  bridge.connect(watch)
  return {
    get folders() {
      return watch.watched
    },
    goOn: bridge.goOn,
    async close() {
      await watch.close()
      await bridge.close()
    },
  }
}
