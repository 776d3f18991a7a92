import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Driver } from '../drivers/driver.ts'
import { isMonitorOf } from '../process/host-process.ts'
import { type SandboxContext, withSandbox } from './context.ts'
import type { SandboxRecord } from './records.ts'
import { cleanUp, removeForGood, tidy } from './runs.ts'
import type { SandboxService } from './sandbox-service.ts'

/**
 * At the agent's start, before anybody is served: what still runs is adopted, what ended meanwhile gets its exit on
 * record, what was half done is finished or taken back, and what belongs to no known sandbox is removed.
 * Returns a sentence for everything that people should know.
 */
export async function reconcile(context: SandboxContext, service: SandboxService): Promise<string[]> {
  const told: string[] = []
  const outcomes = await Promise.all(context.records.all().map((record) => reconcileOne(context, service, record)))
  for (const record of context.records.buried()) {
    await cleanUp(context, record)
    told.push(`The removal of "${record.sandbox.name}" was finished.`)
  }
  told.push(...outcomes.filter((sentence) => sentence !== null))
  told.push(...(await removeStrangers(context)))
  const running = context.records
    .all()
    .flatMap(({ sandbox, lease }) =>
      lease && sandbox.address !== null
        ? [{ id: sandbox.id, address: lease.address, interface: lease.interface, ports: sandbox.ports }]
        : [],
    )
  told.push(...(await context.network.reconcile(running)))
  return told
}

async function reconcileOne(
  context: SandboxContext,
  service: SandboxService,
  record: SandboxRecord,
): Promise<string | null> {
  const { id, name, state } = record.sandbox
  const driver = context.drivers.get(record.sandbox.class)
  if (!driver) return `"${name}" cannot be looked after: this machine no longer offers its class.`
  switch (state) {
    case 'created':
    case 'stopped':
      return (await driver.phase(id)) === 'absent' ? null : clear(context, driver, record)
    case 'creating':
    case 'removing':
      await removeForGood(context, record)
      return `The removal of "${name}" was finished.`
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
  if (record.sandbox.spec.removeOnExit) await removeForGood(context, ended)
  else context.records.put({ ...ended, monitorPid: null, lease: null, stopAsked: false })
}

async function clear(context: SandboxContext, driver: Driver, record: SandboxRecord): Promise<null> {
  await tidy(context, driver, record, record.lease)
  return null
}

/** Engine states and folders that no record names. */
async function removeStrangers(context: SandboxContext): Promise<string[]> {
  const { folder, records } = context
  const known = (name: string) => records.get(name) !== undefined
  const told: string[] = []
  for (const driver of context.drivers.values()) {
    for (const id of (await namesIn(folder.runtimeRoot)).filter((name) => isId(name) && !known(name))) {
      await driver.remove(id, folder.sandbox(id))
      told.push(`A leftover of the unknown sandbox ${id} was removed.`)
    }
  }
  for (const parent of [join(folder.home, 'sandboxes'), join(folder.run, 's')]) {
    for (const name of (await namesIn(parent)).filter((each) => !known(each))) {
      await rm(join(parent, name), { recursive: true, force: true })
    }
  }
  return told
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

function isId(name: string): boolean {
  return /^[a-f0-9]{12}$/.test(name)
}
