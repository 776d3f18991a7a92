import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxId } from '#contract/sandbox'
import { run } from '../../base/process/run.ts'
import type { Driver, Ending, LaunchPlan, LiveSaving, Running, SavedState } from '../../engines/driver.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import { createPipes } from '../../io/streams/pipes.ts'
import { startExec } from '../../io/streams/start-exec.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'
import { makeFolders, pathsIn, type Trial } from './trial.ts'

/** Several sandboxes of one driver that saves memory, and what a test does with them. */
export interface LiveFixture {
  readonly driver: Driver & LiveSaving
  /** A sandbox with a number as its name; its files are made. */
  plan(number: number, script: string, more?: Partial<LaunchPlan>): LaunchPlan
  launch(plan: LaunchPlan): Promise<Running>
  /** A folder for a state, and beside it a place for the disk of that moment. */
  state(): string
  save(plan: LaunchPlan, state: string, more?: Partial<SaveOptions>): Promise<SavedState>
  /** Lays the disk of the saved moment, and restores. */
  restore(plan: LaunchPlan, state: string, signal?: AbortSignal): Promise<Running>
  /** Lines of the log. */
  output(plan: LaunchPlan): string[]
  /** What a shell in it says, on both streams. */
  runShell(plan: LaunchPlan, script: string): Promise<string>
  ending(plan: LaunchPlan): Promise<Ending>
  clear(): Promise<void>
}

type SaveOptions = Parameters<LiveSaving['saveState']>[2]

const waitMs = 30_000

export function createLiveFixture(trial: Trial, driver: Driver & LiveSaving): LiveFixture {
  const folder = join(trial.paths.folder, '..', 'live')
  const plans = new Map<SandboxId, LaunchPlan>()
  const signal = AbortSignal.timeout(300_000)
  const copy = (from: SandboxPaths | string, to: SandboxPaths | string) => copyDisk(driver, from, to)
  // Control sockets of gVisor are the machine's: another run of these tests may be under way.
  const tag = `${randomBytes(5).toString('hex')}0`
  let states = 0
  return {
    driver,
    plan(number, script, more = {}) {
      const id = `${tag}${number}` as SandboxId
      const paths = pathsIn(join(folder, `s${number}`))
      const named = { id, paths, hostname: `number${number}` }
      const plan = { ...trial.plan(['sh', '-c', script]), ...named, ...more }
      makeFolders(paths)
      writeFileSync(join(paths.folder, 'etc', 'hosts'), `127.0.0.1\t${plan.hostname}\n`)
      plans.set(id, plan)
      return plan
    },
    async launch(plan) {
      await trial.setting.prepare?.(plan.paths)
      const running = await driver.create(plan, signal)
      await driver.start(plan.id, signal)
      return running
    },
    state() {
      states += 1
      const state = join(folder, `state${states}`)
      mkdirSync(state, { recursive: true })
      return state
    },
    save: (plan, state, more = {}) =>
      driver.saveState(plan, state, { atRest: () => copy(plan.paths, `${state}.disk`), goOn: true, signal, ...more }),
    async restore(plan, state, until = signal) {
      await copy(`${state}.disk`, plan.paths)
      return driver.restoreState(plan, state, until)
    },
    output: ({ paths }) => linesOf(paths.log),
    runShell: (plan, script) => runShell(trial, driver, plan, script),
    async ending({ id, paths }) {
      for (const deadline = Date.now() + waitMs; ; await sleep(20)) {
        const found = await driver.ending(id, paths)
        if (found) return found
        if (Date.now() > deadline) throw new Error('The sandbox did not end.')
      }
    },
    async clear() {
      for (const { id, paths } of plans.values()) await driver.remove(id, paths)
      plans.clear()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function linesOf(log: string): string[] {
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => line.split(' ').slice(3).join(' '))
}

async function runShell(trial: Trial, driver: Driver, { id, paths }: LaunchPlan, script: string): Promise<string> {
  const command = await driver.exec(paths, id, trial.process(['sh', '-c', script]))
  const child = await startExec(command, { stdin: false, pipes: createPipes(), signalProcess })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
  }
  await child.exited
  await command.dispose()
  return text.trim()
}

/** A writable layer, or a place where one is kept. */
async function copyDisk(driver: Driver, from: SandboxPaths | string, to: SandboxPaths | string): Promise<void> {
  const [source, target] = [from, to].map((place) => {
    if (typeof place === 'string') return place
    return driver.disk === 'image' ? place.disk : place.upper
  }) as [string, string]
  if (driver.disk === 'image') await run('cp', ['--sparse=always', source, target])
  else {
    rmSync(target, { recursive: true, force: true })
    cpSync(source, target, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
}
