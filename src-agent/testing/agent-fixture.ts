import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { findPlace } from '#contract/client/place'
import { shareTemplates } from '#contract/client/testing/shared-templates'
import type { AgentEvent } from '#contract/observe'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import { removeCgroups } from '../base/kernel/cgroup-files.ts'
import { run } from '../base/process/run.ts'
import type { GuestProcess } from '../engines/driver.ts'
import { watchExits } from '../engines/exit-watch.ts'
import { closeDrivers, createDrivers } from '../engines/host/create-drivers.ts'
import { probeIdMaps } from '../engines/host/probe-id-maps.ts'
import { readAccounts } from '../sandboxes/account-files.ts'
import { planProcess } from '../sandboxes/process-plan.ts'
import { reconcile } from '../sandboxes/reconcile.ts'
import { openDatabase } from '../state/database.ts'
import { openStateFolder } from '../state/folder.ts'
import { type Services, wireServices } from '../wire-services.ts'
import { prepareTestMounts } from './private-mounts.ts'

/** The services of an agent on a state folder of their own, without its socket: for tests of the life of sandboxes. */
export interface AgentFixture {
  readonly home: string
  services(): Services
  /** Every event since it was opened. */
  readonly seen: AgentEvent[]
  /** A busybox sandbox that sleeps, unless the test wants another. */
  create(name: string, more?: Partial<SandboxSpec>): Promise<Sandbox>
  /** Output and exit code of a shell command in a running sandbox. */
  exec(ref: string, script: string): Promise<{ readonly code: number; readonly stdout: string }>
  /** As after `kill -9`: what was in memory is gone, the sandboxes run on, and the next agent reconciles. */
  lose(): Promise<string[]>
  close(): Promise<void>
}

const quiet = pino({ level: 'silent' })

export async function openAgentFixture(): Promise<AgentFixture> {
  const home = mkdtempSync(join(tmpdir(), 'jyagent-'))
  shareTemplates(home)
  const folder = openStateFolder(findPlace({ JOEY_HOME: home }, 0))
  await prepareTestMounts()
  const { outside } = await probeIdMaps({ run, folder: folder.home })
  const drivers = await createDrivers({
    ...{ folder, run, log: quiet, microvmKernel: null, outside, apparmor: null, selinux: null },
    mayPatchGvisor: () => services.settings.read().patchGvisorToSave,
  })
  const seen: AgentEvent[] = []
  let letGo = () => {}
  let services: Services

  const open = async (): Promise<string[]> => {
    const database = openDatabase(folder.database)
    services = wireServices({ folder, database, log: quiet, drivers, outside })
    services.events.subscribe((event) => seen.push(event))
    await services.images.reconcile()
    await services.pulls.reconcile()
    await services.volumes.reconcile()
    const found = await reconcile(services, services.sandboxes)
    await services.images.ensureBuiltIn(services.signal)
    const unwatch = watchExits(folder.exits, services.sandboxes.endings.onExitFile)
    letGo = () => {
      unwatch()
      services.dispose()
      database.close()
    }
    return found.map(({ message }) => message)
  }
  await open()

  return {
    home,
    seen,
    services: () => services,
    create(name, more = {}) {
      const spec = { ...SandboxSpec.parse({ image: 'busybox', command: ['sleep', '1000'] }), ...more }
      return services.sandboxes.create({ name, spec, start: true }, AbortSignal.timeout(60_000))
    },
    exec: (ref, script) => execIn(services, ref, script),
    async lose() {
      await services.background.settled()
      await services.network.close({ keep: true })
      letGo()
      // These die with the mount namespace of an agent.
      await unmountImages(folder.imageMounts)
      await run('umount', ['--lazy', folder.limitedMounts], { okExitCodes: [0, 32] })
      return open()
    },
    async close() {
      const all = services.sandboxes.list(true)
      await Promise.allSettled(all.map(({ id }) => services.sandboxes.remove(id, true)))
      await services.background.settled()
      await services.network.close({ keep: false })
      letGo()
      // First: a machine that is made ready in the background has a place among the cgroups.
      await closeDrivers(drivers)
      await removeCgroups(`/joey/${folder.tag}`)
      await unmountImages(folder.imageMounts)
      await services.limitedDisks.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function unmountImages(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) await run('umount', ['--lazy', join(folder, name)], { okExitCodes: [0, 32] })
}

async function execIn(services: Services, ref: string, script: string) {
  const record = services.sandboxes.find(ref)
  const { sandbox } = record
  const driver = services.drivers.get(sandbox.class)
  if (!driver) throw new Error(`No driver of the class ${sandbox.class}`)
  const wish = { argv: ['sh', '-c', script], env: {}, cwd: null, user: null, tty: false }
  const plan = planProcess(wish, {
    spec: sandbox.spec,
    image: services.images.find(sandbox.imageDigest).config,
    hostname: sandbox.name,
    accounts: await readAccounts(services, record),
    zone: null,
  })
  const command = await driver.exec(services.folder.sandbox(sandbox.id), sandbox.id, plan)
  const okExitCodes = Array.from({ length: 256 }, (_value, code) => code)
  try {
    if (command.kind === 'guest') return await finish(await command.open({ stdin: false }))
    return await run(command.program, command.args, { env: command.env, okExitCodes, timeoutMs: 20_000 })
  } finally {
    await command.dispose()
  }
}

async function finish(guest: GuestProcess): Promise<{ code: number; stdout: string }> {
  guest.stderr.resume()
  const [stdout, code] = await Promise.all([text(guest.stdout), guest.exited])
  return { code, stdout }
}
