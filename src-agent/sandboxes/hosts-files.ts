import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { networksOf } from '#contract/networks-of'
import type { Sandbox } from '#contract/sandbox'
import { ability, type Drivers } from '../engines/driver.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import { hostnameOf } from './hostname.ts'
import { type HostEntry, renderHosts } from './hosts-text.ts'
import { reachedBy } from './networks.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly networkRecords: NetworkRecords
  readonly events: EventLog
  readonly folder: StateFolder
  readonly log: Logger
  readonly drivers: Drivers
  /** Ends when the agent stops. */
  readonly signal: AbortSignal
}

/** A guest that does not take its files must not hold up those that do. */
const refreshPatienceMs = 1_000

/** Keeps /etc/hosts of all that run true, as sandboxes start and stop, join and leave networks, and get other names. */
export interface HostsFiles {
  /** Resolves when what is on record now can be read in the files. Never rejects. */
  settled(): Promise<void>
  /** Writes them all: for the start of the agent. */
  rewriteAll(): Promise<void>
}

/** Follows the records until the context's signal ends it. */
export function createHostsFiles(deps: Deps): HostsFiles {
  const { records, events } = deps
  const seen = new Map<string, Seen>()
  const due = new Set<string>()
  const delivered = new Map<string, string>()
  let rounds = Promise.resolve()
  let isScheduled = false

  /** All that is due by then, in one round; what becomes due meanwhile is the next one's. */
  const schedule = () => {
    if (isScheduled) return
    isScheduled = true
    rounds = rounds.then(async () => {
      isScheduled = false
      const ids = [...due]
      due.clear()
      await Promise.all(ids.map((id) => deliver(deps, delivered, id)))
    })
  }
  const mark = (ids: Iterable<string>) => {
    for (const id of ids) due.add(id)
    schedule()
  }
  const notice = (id: string, now: Seen | null) => {
    const before = seen.get(id) ?? null
    if (before?.text === now?.text) return
    if (now === null) {
      seen.delete(id)
      delivered.delete(id)
    } else seen.set(id, now)
    // With no others there is no more to tell than what its start has written.
    if (before === null && now?.networks.length === 0) return
    const touched = new Set([...(before?.networks ?? []), ...(now?.networks ?? [])])
    mark([
      id,
      ...[...seen].flatMap(([each, { networks }]) => (networks.some((name) => touched.has(name)) ? [each] : [])),
    ])
  }

  for (const { sandbox } of records.all()) {
    const now = describe(sandbox)
    if (now) seen.set(sandbox.id, now)
  }
  const unsubscribe = events.subscribe((event) => {
    if (event.type === 'sandbox.changed') notice(event.sandbox.id, describe(event.sandbox))
    else if (event.type === 'sandbox.removed') notice(event.id, null)
  })
  deps.signal.addEventListener('abort', unsubscribe, { once: true })

  return {
    settled: () => rounds,
    rewriteAll() {
      delivered.clear()
      mark(seen.keys())
      return rounds
    },
  }
}

/** /etc/hosts of a sandbox, by the records; `address` is its own. */
export function hostsOf(
  { records, networkRecords }: Pick<Deps, 'records' | 'networkRecords'>,
  { sandbox, hostname }: SandboxRecord,
  address: string | null,
): string {
  const { extraHosts } = sandbox.spec
  const own = {
    ...{ name: sandbox.name, hostname: hostname ?? hostnameOf(sandbox) },
    ...{ aliases: sandbox.spec.networkAliases, address },
  }
  // On an isolated one nobody reaches the others.
  const networks = networksOf(sandbox.spec).filter((name) => networkRecords.get(name)?.isolated !== true)
  if (networks.length === 0) return renderHosts(own, [], extraHosts)
  const others = records
    .all()
    .filter((each) => each.sandbox.id !== sandbox.id)
    .sort((one, other) => one.sandbox.createdAt.localeCompare(other.sandbox.createdAt))
    .flatMap((each) => {
      const theirs = networksOf(each.sandbox.spec)
      const shared = networks.find((name) => theirs.includes(name))
      return shared === undefined ? [] : (entryOf(each.sandbox, shared) ?? [])
    })
  return renderHosts(own, others, extraHosts)
}

/**
 * In place: the file is mounted into the sandbox, and a new one would not be seen there. What the guest made of it is
 * overwritten and never read. Cut only after it is written: whoever reads meanwhile does not find it empty.
 */
export async function rewriteFile(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o644)
  try {
    await file.write(text, 0)
    await file.truncate(Buffer.byteLength(text))
  } finally {
    await file.close()
  }
}

/** Notifies a guest that keeps copies of its files that they have changed. False where it did not take them. */
export async function refreshGuest(
  deps: Pick<Deps, 'folder' | 'log' | 'drivers'>,
  { id, class: wanted, state }: Sandbox,
): Promise<boolean> {
  const driver = deps.drivers.get(wanted)
  const refreshing = driver ? ability(driver, 'refreshFiles') : null
  if (!refreshing) return true
  // A paused guest cannot take them; it gets them when it goes on.
  if (state !== 'running') return false
  const done = refreshing.refreshFiles(id, deps.folder.sandbox(id)).then(
    () => true,
    (err: unknown) => {
      deps.log.warn({ err, id }, 'a guest did not take its files')
      return false
    },
  )
  return Promise.race([done, sleep(refreshPatienceMs, false, { ref: false })])
}

/** What of a running sandbox stands in hosts files, or decides when one can be written. */
interface Seen {
  readonly networks: readonly string[]
  readonly text: string
}

function describe(sandbox: Sandbox): Seen | null {
  const entry = entryOf(sandbox)
  const networks = networksOf(sandbox.spec)
  const { addresses } = sandbox
  return entry && { networks, text: JSON.stringify([entry, networks, addresses, sandbox.state === 'paused']) }
}

/** By the address that it has on a network, where one is named. */
function entryOf(sandbox: Sandbox, network?: string): HostEntry | null {
  const { name, spec, address, state } = sandbox
  if (address === null || !['running', 'paused', 'stopping'].includes(state)) return null
  const reached = network === undefined ? address : (reachedBy(sandbox, network) ?? address)
  return { name, hostname: hostnameOf(sandbox), aliases: spec.networkAliases, address: reached }
}

async function deliver(
  deps: Pick<Deps, 'records' | 'networkRecords' | 'folder' | 'log' | 'drivers'>,
  delivered: Map<string, string>,
  id: string,
): Promise<void> {
  const record = deps.records.get(id)
  const entry = record && entryOf(record.sandbox)
  if (!entry) return
  const text = hostsOf(deps, record, entry.address)
  if (delivered.get(id) === text) return
  try {
    await rewriteFile(join(deps.folder.sandbox(id).folder, 'etc', 'hosts'), text)
    if (await refreshGuest(deps, record.sandbox)) delivered.set(id, text)
  } catch (err) {
    deps.log.warn({ err, id }, 'the names of the others on its network could not be written')
  }
}
