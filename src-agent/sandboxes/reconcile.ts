import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { Driver } from '../engines/driver.ts'
import { isMonitorOf } from '../base/process/host-process.ts'
import type { StateFolder } from '../state/folder.ts'
import { type SandboxContext, withSandbox } from './context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { cleanUp, removeForGood, tidy } from './runs.ts'
import type { SandboxService } from './sandbox-service.ts'

/**
 * At the agent's start, before anybody is served: what still runs is adopted, what ended meanwhile gets its exit on
 * record, what was half done is finished or taken back, and what belongs to no known sandbox is removed.
 * Returns a sentence for everything that people should know.
 */
export async function reconcile(context: SandboxContext, service: SandboxService): Promise<string[]> {
  const told: string[] = []
  const outcomes = await Promise.all(
    context.records.all().map((record) => {
      const what = `"${record.sandbox.name}" could not be taken up again`
      return orSentence(context, what, () => reconcileOne(context, service, record))
    }),
  )
  for (const record of context.records.buried()) {
    const { name } = record.sandbox
    const finish = async () => {
      await cleanUp(context, record)
      return `The removal of "${name}" was finished.`
    }
    outcomes.push(await orSentence(context, `The removal of "${name}" could not be finished`, finish))
  }
  told.push(...outcomes.filter((sentence) => sentence !== null))
  told.push(...(await removeStrangers(context)))
  const running = context.records.all().flatMap(({ sandbox, lease }) =>
    lease && sandbox.address !== null
      ? [
          {
            id: sandbox.id,
            address: lease.address,
            interface: lease.interface,
            networkName: sandbox.spec.networkName,
            ports: sandbox.ports,
          },
        ]
      : [],
  )
  told.push(...(await context.network.reconcile(running)))
  await service.hosts.rewriteAll()
  return told
}

/** What is wrong with one sandbox must not keep the agent from all the others. */
async function orSentence(
  { log }: SandboxContext,
  what: string,
  work: () => Promise<string | null>,
): Promise<string | null> {
  try {
    return await work()
  } catch (err) {
    log.error({ err }, what)
    return `${what}: ${AppError.from(err).wire.message}`
  }
}

async function reconcileOne(
  context: SandboxContext,
  service: SandboxService,
  record: SandboxRecord,
): Promise<string | null> {
  const { id, name, state } = record.sandbox
  const driver = context.drivers.get(record.sandbox.class)
  if (!driver) {
    return `"${name}" is kept, but cannot be looked after: this machine does not offer its class now. "joey doctor" says why.`
  }
  switch (state) {
    case 'created':
    case 'stopped':
      return (await driver.phase(id)) === 'absent' ? null : clear(context, driver, record)
    case 'creating':
    case 'removing':
      await removeForGood(context, record)
      return `The removal of "${name}" was finished.`
    case 'changing':
      // Between two classes, in the middle of a restore, or while its memory is saved: not a run that ended. What follows
      // is theirs: classes/change-steps.ts, snapshots/resume-work.ts.
      return null
    default:
      return reconcileRun(context, service, driver, record)
  }
}

async function reconcileRun(
  context: SandboxContext,
  service: SandboxService,
  driver: Driver,
  record: SandboxRecord,
): Promise<string | null> {
  const { id, name, state } = record.sandbox
  if (state === 'starting') {
    await clear(context, driver, record)
    const exit = {
      code: null,
      reason: 'start-failed' as const,
      message: 'The agent died while it was starting it.',
      at: context.now().toISOString(),
    }
    context.records.put(withSandbox({ ...record, lease: null }, { state: 'stopped', exit }))
    return `"${name}" was being started when the agent died. Start it again.`
  }
  if (await service.endings.settleWithin(id, 0)) return `"${name}" ended while the agent was away.`
  const phase = await driver.phase(id)
  if (phase === 'running' || phase === 'paused') {
    if (record.monitorPid !== null && (await isMonitorOf(record.monitorPid, id))) {
      context.records.put(withSandbox(record, { state: phase }))
      context.live.begin(id)
      return null
    }
    await driver.kill(id, 'KILL', { all: true })
  }
  await settleUnseen(context, driver, record)
  return `"${name}" is no longer running, and nobody saw how it ended.`
}

async function settleUnseen(context: SandboxContext, driver: Driver, record: SandboxRecord): Promise<void> {
  await tidy(context, driver, record, record.lease)
  const message = 'It ended while nobody watched: the machine was restarted, or its monitor was killed.'
  const exit = { code: null, reason: 'host-restarted' as const, message, at: context.now().toISOString() }
  const ended = withSandbox(record, { state: 'stopped', exit, pid: null, address: null, ports: [] })
  if (record.sandbox.spec.removeOnExit && !record.change && !record.restore) await removeForGood(context, ended)
  else context.records.put({ ...ended, monitorPid: null, lease: null, stopAsked: false })
}

async function clear(context: SandboxContext, driver: Driver, record: SandboxRecord): Promise<null> {
  await tidy(context, driver, record, record.lease)
  return null
}

/**
 * Engine states and folders that no record names. Whose engine one was is not known, and each keeps its states where it
 * likes: every driver is asked to remove it, which is without effect for one that has nothing of it.
 */
async function removeStrangers(context: SandboxContext): Promise<string[]> {
  const { folder, records } = context
  const parents = [join(folder.home, 'sandboxes'), join(folder.run, 's')]
  const inEngines = idsIn(await Promise.all((await engineRoots(folder)).map(namesIn)))
  const inFolders = idsIn(await Promise.all(parents.map(namesIn)))
  const told: string[] = []
  const kept = new Set<string>()
  for (const id of new Set([...inEngines, ...inFolders])) {
    if (records.get(id)) continue
    const isGone = await removeFromEngines(context, id)
    if (!isGone) kept.add(id)
    if (isGone && inEngines.has(id)) told.push(`A leftover of the unknown sandbox ${id} was removed.`)
    if (!isGone) told.push(`A leftover of the unknown sandbox ${id} could not be removed. The agent's log says why.`)
  }
  for (const parent of parents) {
    for (const name of await namesIn(parent)) {
      if (!records.get(name) && !kept.has(name)) await rm(join(parent, name), { recursive: true, force: true })
    }
  }
  return told
}

/** False where an engine failed: one that holds nothing of it must not keep the agent from starting. */
async function removeFromEngines({ drivers, folder, log }: SandboxContext, id: string): Promise<boolean> {
  const failures: unknown[] = []
  for (const driver of drivers.values()) {
    await driver.remove(id, folder.sandbox(id)).catch((err: unknown) => {
      failures.push(err)
      log.warn({ err, id, engine: driver.name }, 'a leftover could not be removed')
    })
  }
  return failures.length === 0
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

/** Folders below the run folder in which engines keep what they know of sandboxes, whichever there are. */
async function engineRoots({ run, runtimeRoot }: StateFolder): Promise<string[]> {
  const others = (await namesIn(run)).filter((name) => !['s', 'exits', 'images', 'network'].includes(name))
  return [...new Set([runtimeRoot, ...others.map((name) => join(run, name))])]
}

/** The sandboxes of which such names tell: `ID`, and gVisor's `ID_sandbox:ID.state`. */
function idsIn(names: readonly (readonly string[])[]): Set<string> {
  return new Set(names.flat().flatMap((name) => /^[a-f0-9]{12}(?![a-z0-9-])/.exec(name)?.[0] ?? []))
}
