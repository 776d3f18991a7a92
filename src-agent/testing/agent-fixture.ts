import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { findPlace } from '#contract/client/place'
import type { AgentEvent } from '#contract/observe'
import { type Sandbox, SandboxSpec } from '#contract/sandbox'
import { composeServices, type Services } from '../compose.ts'
import type { GuestProcess } from '../engines/driver.ts'
import { removeCgroups } from '../base/kernel/cgroup-files.ts'
import { closeDrivers, createDrivers } from '../engines/host/create-drivers.ts'
import { preparePrivateMounts } from '../host/private-mounts.ts'
import { run } from '../base/process/run.ts'
import { openDatabase } from '../state/database.ts'
import { openStateFolder } from '../state/folder.ts'
import { readAccounts } from '../sandboxes/account-files.ts'
import { watchExits } from '../engines/exit-watch.ts'
import { planProcess } from '../sandboxes/process-plan.ts'
import { reconcile } from '../sandboxes/reconcile.ts'

/** The services of an agent on a state folder of their own, without its socket: for tests of the life of sandboxes. */
export interface Desk {
  readonly home: string
  services(): Services
  /** Everything that was told since the desk was opened. */
  readonly told: AgentEvent[]
  /** A busybox sandbox that sleeps, unless told otherwise. */
  create(name: string, more?: Partial<SandboxSpec>): Promise<Sandbox>
  /** Output and exit code of a shell command in a running sandbox. */
  exec(ref: string, script: string): Promise<{ readonly code: number; readonly stdout: string }>
  /** As after `kill -9`: what was in memory is gone, the sandboxes run on, and the next agent reconciles. */
  lose(): Promise<string[]>
  close(): Promise<void>
}

const quiet = pino({ level: 'silent' })

export async function openDesk(): Promise<Desk> {
  const home = mkdtempSync(join(tmpdir(), 'jydesk-'))
  const folder = openStateFolder(findPlace({ JOEY_HOME: home }, 0))
  await preparePrivateMounts(run, process.env['JOEY_OUTER_MOUNTS'])
  const drivers = await createDrivers({ folder, run, log: quiet })
  const told: AgentEvent[] = []
  let letGo = () => {}
  let services: Services

  const open = async (): Promise<string[]> => {
    const database = openDatabase(folder.database)
    services = composeServices({ folder, database, log: quiet, drivers })
    services.context.events.subscribe((event) => told.push(event))
    await services.context.images.reconcile()
    const sentences = await reconcile(services.context, services.sandboxes)
    await services.context.images.ensureBuiltIn(services.context.signal)
    const unwatch = watchExits(folder.exits, services.sandboxes.endings.noticed)
    letGo = () => {
      unwatch()
      services.dispose()
      database.close()
    }
    return sentences
  }
  await open()

  return {
    home,
    told,
    services: () => services,
    create(name, more = {}) {
      const spec = { ...SandboxSpec.parse({ image: 'busybox', command: ['sleep', '1000'] }), ...more }
      return services.sandboxes.create({ name, spec, start: true }, AbortSignal.timeout(60_000))
    },
    exec: (ref, script) => execIn(services, ref, script),
    async lose() {
      await services.context.background.settled()
      await services.context.network.close({ keep: true })
      letGo()
      // These die with the mount namespace of an agent.
      await unmountImages(folder.imageMounts)
      return open()
    },
    async close() {
      const all = services.sandboxes.list(true)
      await Promise.allSettled(all.map(({ id }) => services.sandboxes.remove(id, true)))
      await services.context.background.settled()
      await services.context.network.close({ keep: false })
      letGo()
      // First: a machine that is made ready in the background has a place among the cgroups.
      await closeDrivers(drivers)
      await removeCgroups(`/joey/${folder.tag}`)
      await unmountImages(folder.imageMounts)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function unmountImages(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) await run('umount', ['--lazy', join(folder, name)], { okExitCodes: [0, 32] })
}

async function execIn({ context, sandboxes }: Services, ref: string, script: string) {
  const record = sandboxes.find(ref)
  const { sandbox } = record
  const driver = context.drivers.get(sandbox.class)
  if (!driver) throw new Error(`No driver of the class ${sandbox.class}`)
  const wish = { argv: ['sh', '-c', script], env: {}, cwd: null, user: null, tty: false }
  const plan = planProcess(wish, {
    spec: sandbox.spec,
    image: context.images.find(sandbox.imageDigest).config,
    hostname: sandbox.name,
    accounts: await readAccounts(context, record),
  })
  const command = await driver.exec(context.folder.sandbox(sandbox.id), sandbox.id, plan)
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
