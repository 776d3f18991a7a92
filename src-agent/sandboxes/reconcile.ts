import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Said } from '#contract/reasons/define'
import { type Sentence, sentence } from '#contract/sentence'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { isMonitorOf } from '../base/kernel/host-process.ts'
import type { Driver } from '../engines/driver.ts'
import { releaseMonitor } from '../engines/monitor-hold.ts'
import type { StateFolder } from '../state/folder.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import { type CleanupDeps, cleanUp, removeForGood, tidy } from './cleanup.ts'
import { unseenExit } from './describe-exit.ts'
import { killMainProcess } from './kill-main-process.ts'
import { joinedNetworks } from './networks.ts'
import type { SandboxService } from './sandbox-service.ts'

interface Deps extends CleanupDeps {
  readonly networkRecords: NetworkRecords
  readonly now: () => Date
}

/**
 * At the agent's start, before anybody is served: what still runs is adopted, what ended meanwhile gets its exit on
 * record, what was half done is finished or taken back, and what belongs to no known sandbox is removed.
 * Returns a sentence for everything that people should know.
 */
export async function reconcile(deps: Deps, service: SandboxService): Promise<Sentence[]> {
  const messages: Sentence[] = []
  await deps.limitedDisks.openAll(deps.records.all().map(({ sandbox }) => deps.folder.sandbox(sandbox.id)))
  const outcomes = await Promise.all(
    deps.records.all().map((record) => {
      const { name } = record.sandbox
      const failed = (why: Said) => sentence('found-not-taken-up', { name, why })
      return orSentence(deps, failed, () => reconcileOne(deps, service, record))
    }),
  )
  for (const record of deps.records.pendingRemovals()) {
    const { name } = record.sandbox
    const finish = async () => {
      await cleanUp(deps, record)
      return sentence('found-removal-finished', { name })
    }
    const failed = (why: Said) => sentence('found-removal-not-finished', { name, why })
    outcomes.push(await orSentence(deps, failed, finish))
  }
  messages.push(...outcomes.filter((outcome) => outcome !== null))
  messages.push(...(await removeStrangers(deps)))
  const running = deps.records.all().flatMap(({ sandbox, lease }) =>
    lease && sandbox.address !== null
      ? [
          {
            id: sandbox.id,
            address: lease.address,
            interface: lease.interface,
            networks: joinedNetworks(deps.networkRecords, sandbox),
            ports: sandbox.ports,
          },
        ]
      : [],
  )
  messages.push(...(await deps.network.reconcile(running)))
  await service.hosts.rewriteAll()
  return messages
}

/** What is wrong with one sandbox must not keep the agent from all the others. */
async function orSentence(
  deps: Pick<Deps, 'log'>,
  failed: (why: Said) => Sentence,
  work: () => Promise<Sentence | null>,
): Promise<Sentence | null> {
  try {
    return await work()
  } catch (err) {
    const outcome = failed(explainFailure(err).wire)
    deps.log.error({ err }, outcome.message)
    return outcome
  }
}

async function reconcileOne(deps: Deps, service: SandboxService, record: SandboxRecord): Promise<Sentence | null> {
  const { id, name, state } = record.sandbox
  const driver = deps.drivers.get(record.sandbox.class)
  if (!driver) {
    return sentence('found-class-not-offered', { name })
  }
  switch (state) {
    case 'created':
    case 'stopped':
      return (await driver.phase(id)) === 'absent' ? null : clear(deps, driver, record)
    case 'creating':
    case 'removing':
      await removeForGood(deps, state === 'creating' ? { ...record, volumesToo: true } : record)
      return sentence('found-removal-finished', { name })
    case 'changing':
      // Between two classes, in the middle of a restore, or while its memory is saved: not a run that ended. What follows
      // is theirs: classes/change-steps.ts, snapshots/resume-work.ts.
      return null
    default:
      return reconcileRun(deps, service, driver, record)
  }
}

async function reconcileRun(
  deps: Deps,
  service: SandboxService,
  driver: Driver,
  record: SandboxRecord,
): Promise<Sentence | null> {
  const { id, name, state } = record.sandbox
  if (state === 'starting') {
    await clear(deps, driver, record)
    const exit = unseenExit('start-failed', sentence('exit-agent-died-starting'), deps.now())
    deps.records.put(withSandbox({ ...record, lease: null }, { state: 'stopped', exit }))
    return sentence('found-starting', { name })
  }
  if (record.monitorPid !== null) await releaseMonitor(id, record.monitorPid)
  if (await service.endings.settleWithin(id, 0)) return sentence('found-ended', { name })
  const phase = await driver.phase(id)
  if (phase === 'running' || phase === 'paused') {
    if (record.monitorPid !== null && (await isMonitorOf(record.monitorPid, id))) {
      // With hundreds that run on, to write down again what is on record already takes longer than all else.
      if (phase !== state) deps.records.put(withSandbox(record, { state: phase }))
      if (record.firstId !== null) deps.idRanges?.occupy(record.lease?.interface ?? id, record.firstId)
      deps.openHandles.begin(id)
      return null
    }
    await driver.kill(id, 'KILL', { all: true })
  }
  await killMainProcess(deps, driver, record)
  await settleUnseen(deps, driver, record)
  return sentence('found-gone', { name })
}

async function settleUnseen(deps: Deps, driver: Driver, record: SandboxRecord): Promise<void> {
  await tidy(deps, driver, record, record.lease)
  const exit = unseenExit('host-restarted', sentence('exit-unwatched'), deps.now())
  const ended = withSandbox(record, {
    state: 'stopped',
    exit,
    pid: null,
    address: null,
    addresses: [],
    ports: [],
    health: null,
  })
  if (record.sandbox.spec.removeOnExit && !record.change && !record.restore) await removeForGood(deps, ended)
  else deps.records.put({ ...ended, monitorPid: null, lease: null, stopAsked: false })
}

async function clear(
  deps: Pick<Deps, 'folder' | 'network' | 'background' | 'openHandles' | 'log' | 'idRanges'>,
  driver: Driver,
  record: SandboxRecord,
): Promise<null> {
  await tidy(deps, driver, record, record.lease)
  return null
}

/**
 * Engine states and folders that no record names. Whose engine one was is not known, and each keeps its states where it
 * likes: every driver is asked to remove it, which is without effect for one that has nothing of it.
 */
async function removeStrangers(deps: Pick<Deps, 'records' | 'folder' | 'log' | 'drivers'>): Promise<Sentence[]> {
  const { folder, records } = deps
  const parents = [join(folder.home, 'sandboxes'), join(folder.run, 's')]
  const inEngines = idsIn(await Promise.all((await engineRoots(folder)).map(namesIn)))
  const inFolders = idsIn(await Promise.all(parents.map(namesIn)))
  const messages: Sentence[] = []
  // What has a record that cannot be read may still run, and its files are somebody's.
  const kept = new Set(records.unreadable().map(({ id }) => id))
  for (const id of new Set([...inEngines, ...inFolders])) {
    if (records.get(id) || kept.has(id)) continue
    const isGone = await removeFromEngines(deps, id)
    if (!isGone) kept.add(id)
    if (isGone && inEngines.has(id)) messages.push(sentence('found-stranger', { id, removed: 'yes' }))
    if (!isGone) messages.push(sentence('found-stranger', { id, removed: 'no' }))
  }
  for (const parent of parents) {
    for (const name of await namesIn(parent)) {
      if (!records.get(name) && !kept.has(name)) await rm(join(parent, name), { recursive: true, force: true })
    }
  }
  return messages
}

/** False where an engine failed: one that holds nothing of it must not keep the agent from starting. */
async function removeFromEngines(deps: Pick<Deps, 'folder' | 'log' | 'drivers'>, id: string): Promise<boolean> {
  const failures: unknown[] = []
  for (const driver of deps.drivers.values()) {
    await driver.remove(id, deps.folder.sandbox(id)).catch((err: unknown) => {
      failures.push(err)
      deps.log.warn({ err, id, engine: driver.name }, 'a leftover could not be removed')
    })
  }
  return failures.length === 0
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

/** Folders below the run folder in which engines keep what they know of sandboxes, whichever there are. */
async function engineRoots({ run, runtimeRoot }: StateFolder): Promise<string[]> {
  const others = (await namesIn(run)).filter((name) => !['s', 'exits', 'images', 'limited', 'network'].includes(name))
  return [...new Set([runtimeRoot, ...others.map((name) => join(run, name))])]
}

/** The sandboxes that such names stand for: `ID`, and gVisor's `ID_sandbox:ID.state`. */
function idsIn(names: readonly (readonly string[])[]): Set<string> {
  return new Set(names.flat().flatMap((name) => /^[a-f0-9]{12}(?![a-z0-9-])/.exec(name)?.[0] ?? []))
}
