import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxId } from '#contract/sandbox'
import { usualShmBytes } from '#contract/words'
import { run } from '../../base/process/run.ts'
import type {
  Driver,
  Ending,
  GuestProcess,
  LaunchPlan,
  ProcessPlan,
  Running,
  SavedState,
} from '../../engines/driver.ts'
import type { MicrovmDriver } from '../../engines/microvm/microvm-driver.ts'
import type { MicrovmSetting } from './microvm-setting.ts'

/** Several machines of one driver at a time, and what a test does with them. */
export interface MachineFixture {
  readonly setting: MicrovmSetting
  plan(number: number, script: string, more?: Partial<LaunchPlan>): LaunchPlan
  launch(plan: LaunchPlan): Promise<Running>
  /** Saves it to a new folder; the copy of its disk goes beside that. */
  save(plan: LaunchPlan, state: string): Promise<SavedState>
  restore(plan: LaunchPlan, state: string, signal?: AbortSignal): Promise<Running>
  open(plan: LaunchPlan, script: string, more?: Partial<ProcessPlan>): Promise<GuestProcess>
  /** What a shell in it says. */
  runShell(plan: LaunchPlan, script: string, driver?: Driver): Promise<string>
  /** Lines of the log. */
  output(plan: LaunchPlan): string[]
  ending(plan: LaunchPlan): Promise<Ending>
  /** Copies a disk with its holes. */
  copy(from: string, to: string): Promise<void>
  /** Removes all machines. */
  clear(): Promise<void>
}

const root = { env: ['PATH=/bin'], cwd: '/', tty: false, uid: 0, gid: 0, additionalGids: [] }
const nothing = { mounts: [], netns: null, address: null, hostNetwork: false, grants: [], nameservers: null }
const signal = AbortSignal.timeout(300_000)

export function createMachineFixture(setting: MicrovmSetting, folder: string): MachineFixture {
  const plans = new Map<SandboxId, LaunchPlan>()
  const { driver } = setting
  const copy: MachineFixture['copy'] = async (from, to) => void (await run('cp', ['--sparse=always', from, to]))
  const fixture: MachineFixture = {
    setting,
    copy,
    plan(number, script, more = {}) {
      const plan = { ...planIn(join(folder, `s${number}`), number, script), ...filesOf(setting), ...more }
      plans.set(plan.id, plan)
      return plan
    },
    async launch(plan) {
      const running = await driver.create(plan, signal)
      await driver.start(plan.id, signal)
      return running
    },
    async save(plan, state) {
      mkdirSync(state)
      const atRest = () => copy(plan.paths.disk, `${state}.disk`)
      return driver.saveState(plan, state, { atRest, goOn: true, signal })
    },
    async restore(plan, state, until = signal) {
      await copy(`${state}.disk`, plan.paths.disk)
      return driver.restoreState(plan, state, until)
    },
    open: (plan, script, more) => openIn(driver, plan, script, more),
    runShell: (plan, script, other = driver) => runShellIn(other, plan, script),
    output: ({ paths }) =>
      readFileSync(paths.log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(' ').slice(3).join(' ')),
    ending: (plan) => endingOf(driver, plan),
    async clear() {
      for (const { id, paths } of plans.values()) {
        await driver.remove(id, paths)
        rmSync(paths.folder, { recursive: true, force: true })
      }
      plans.clear()
    },
  }
  return fixture
}

function filesOf({ tree, lowerFiles }: MicrovmSetting): Pick<LaunchPlan, 'lowers' | 'lowerFiles'> {
  return { lowers: [tree], lowerFiles: lowerFiles ?? [] }
}

/** Its hostname is `number1` and so on. */
function planIn(own: string, number: number, script: string): Omit<LaunchPlan, 'lowers' | 'lowerFiles'> {
  const at = (name: string) => join(own, name)
  const paths = { folder: own, upper: at('u'), work: at('w'), disk: at('disk'), log: at('log'), run: at('run') }
  const hostname = `number${number}`
  for (const path of [paths.run, at('etc')]) mkdirSync(path, { recursive: true })
  writeFileSync(join(own, 'etc', 'hosts'), `127.0.0.1 ${hostname}\n`)
  const process = { argv: ['sh', '-c', script], ...root }
  const limits = { memoryBytes: null, cpus: null, pids: null }
  const id = `cccc0000000${number}` as SandboxId
  return {
    id,
    hostname,
    paths,
    process,
    ...nothing,
    stdin: false,
    limits,
    diskBytes: null,
    readOnlyRoot: false,
    dropped: [],
    tmpfs: [],
    shmBytes: usualShmBytes,
    sysctls: {},
    users: null,
  }
}

async function openIn(
  driver: Driver,
  { id, paths }: LaunchPlan,
  script: string,
  more: Partial<ProcessPlan> = {},
): Promise<GuestProcess> {
  const command = await driver.exec(paths, id, { argv: ['sh', '-c', script], ...root, ...more })
  if (command.kind !== 'guest') throw new Error('Its processes are not in a guest.')
  return command.open({ stdin: true })
}

async function runShellIn(driver: Driver, plan: LaunchPlan, script: string): Promise<string> {
  const { stdout, stderr, exited } = await openIn(driver, plan, script)
  let text = ''
  stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  stderr.resume()
  await exited
  return text.trim()
}

async function endingOf(driver: MicrovmDriver, { id, paths }: LaunchPlan): Promise<Ending> {
  for (const deadline = Date.now() + 30_000; ; await sleep(20)) {
    const found = await driver.ending(id, paths)
    if (found) return found
    if (Date.now() > deadline) throw new Error('It did not end.')
  }
}
