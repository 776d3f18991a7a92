import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SandboxId } from '#contract/sandbox'
import { usualShmBytes } from '#contract/words'
import type { Driver, Ending, GuestAddress, LaunchPlan, ProcessPlan, Running } from '../../engines/driver.ts'
import type { UserNamespace } from '../../engines/user-ids.ts'
import type { ExecChild } from '../../io/streams/exec-child.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import { createPipes } from '../../io/streams/pipes.ts'
import { startExec } from '../../io/streams/start-exec.ts'
import { openExecSource } from '../../io/terminals/exec-source.ts'
import type { TerminalSource } from '../../io/terminals/source.ts'
import { findReasonAgainst } from '../../sandboxes/user-namespace.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'
import type { PlanReading } from './plan-reading.ts'

/** What a driver needs of its test: itself on a folder of its own, and a tree with busybox to run. */
export interface Setting {
  readonly driver: Driver
  /** The same engine seen by another driver object, as by an agent that starts later. */
  again(): Promise<Driver>
  /** Ids of its own, with the network namespace that it is to be in; for drivers that can map them. */
  users?(netns: string | null): UserNamespace
  /** A tree of files, for classes whose layers the host mounts. */
  readonly tree: string
  readonly readsOfPlan: PlanReading
  /** The same as EROFS files, for classes whose guest mounts them. */
  readonly lowerFiles?: readonly string[]
  /** Makes the writable layer, where that is more than two folders. */
  prepare?(paths: SandboxPaths): Promise<void>
  /** What of a plan gives the writable layer this size, and no more. Undone with {@link dropDisk}. */
  limitDisk(paths: SandboxPaths, bytes: number): Promise<Partial<LaunchPlan>>
  dropDisk?(paths: SandboxPaths): Promise<void>
  /** A network that is ready to use, with a host at its gateway that answers. A new one each time, with a subnet per index. */
  network?(
    index?: number,
  ): Promise<{ readonly netns: string; readonly address: GuestAddress; dispose(): Promise<void> }>
  /** Undoes all that the setting made. */
  dispose(): Promise<void>
  /** Whether a running engine may be changed so that it can be saved; where it is one that would be. */
  allowPatch?(isAllowed: boolean): void
}

export interface Output {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
  readonly text: string
}

/** One sandbox of one driver, and what a test does with it. */
export interface Trial {
  readonly id: SandboxId
  readonly driver: Driver
  readonly setting: Setting
  readonly paths: SandboxPaths
  process(argv: readonly string[], more?: Partial<ProcessPlan>): ProcessPlan
  plan(argv: readonly string[], more?: Partial<LaunchPlan>): LaunchPlan
  create(plan: LaunchPlan): Promise<Running>
  launch(plan: LaunchPlan): Promise<Running>
  ending(withinMs?: number): Promise<Ending>
  /** Lines of the log. */
  output(): string[]
  runToEnd(script: string, more?: Partial<LaunchPlan>): Promise<Ending>
  start(argv: readonly string[], more?: Partial<ProcessPlan> & { readonly stdin?: boolean }): Promise<ExecChild>
  exec(argv: readonly string[], more?: Partial<ProcessPlan> & { readonly input?: Buffer }): Promise<Output>
  terminal(argv: readonly string[]): Promise<TerminalSource>
  reset(): Promise<void>
  dispose(): Promise<void>
}

const waitMs = 30_000

export async function createTrial(make: (folder: string) => Promise<Setting>): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'jyd-'))
  const setting = await make(folder)
  const { driver } = setting
  const id = 'aaaa0000bbbb' as SandboxId
  const paths = pathsIn(join(folder, 's'))
  const pipes = createPipes()
  const signal = AbortSignal.timeout(300_000)

  const process: Trial['process'] = (argv, more = {}) => {
    const env = ['PATH=/bin', 'HOME=/']
    return { argv, env, cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false, ...more }
  }
  const plan: Trial['plan'] = (argv, more = {}) => ({
    id,
    hostname: 'conformance',
    paths,
    lowers: [setting.tree],
    lowerFiles: setting.lowerFiles ?? [],
    process: process(argv),
    stdin: false,
    limits: { memoryBytes: null, cpus: null, pids: null },
    mounts: [],
    diskBytes: null,
    readOnlyRoot: false,
    dropped: [],
    tmpfs: [],
    shmBytes: usualShmBytes,
    sysctls: {},
    netns: null,
    address: null,
    hostNetwork: false,
    grants: [],
    nameservers: null,
    users: hasIdsOfHost(driver, more) ? null : (setting.users?.(more.netns ?? null) ?? null),
    ...more,
  })
  const create: Trial['create'] = async (wanted) => {
    makeFolders(paths)
    await setting.prepare?.(paths)
    return driver.create(wanted, signal)
  }
  const launch: Trial['launch'] = async (wanted) => {
    const running = await create(wanted)
    await driver.start(id, signal)
    return running
  }
  const ending: Trial['ending'] = async (withinMs = waitMs) => {
    for (const deadline = Date.now() + withinMs; ; await sleep(20)) {
      const found = await driver.ending(id, paths)
      if (found) return found
      if (Date.now() > deadline) throw new Error(`The sandbox did not end within ${withinMs} ms.`)
    }
  }
  const start: Trial['start'] = async (argv, { stdin = false, ...more } = {}) => {
    const command = await driver.exec(paths, id, process(argv, more))
    const child = await startExec(command, { stdin, pipes, signalProcess })
    void child.exited.then(() => command.dispose())
    return child
  }

  return {
    id,
    driver,
    setting,
    paths,
    process,
    plan,
    create,
    launch,
    ending,
    start,
    output: () =>
      readFileSync(paths.log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(' ').slice(3).join(' ')),
    async runToEnd(script, more) {
      await launch(plan(['sh', '-c', script], more))
      return ending()
    },
    async exec(argv, { input, ...more } = {}) {
      const child = await start(argv, { ...more, stdin: input !== undefined })
      child.stdin?.on('error', () => {})
      if (input) child.stdin?.end(input)
      const [stdout, stderr, code] = await Promise.all([collect(child.stdout), collect(child.stderr), child.exited])
      const failure = await child.explain(stderr.toString('utf8'), argv[0] ?? '')
      return { code: failure?.code ?? code, stdout, stderr: stderr.toString('utf8'), text: stdout.toString('utf8') }
    },
    async terminal(argv) {
      const command = await driver.exec(paths, id, process(argv, { tty: true, columns: 80, rows: 24 }))
      return openExecSource(command, { program: argv[0] ?? '', columns: 80, rows: 24, signalProcess })
    },
    async reset() {
      await driver.remove(id, paths)
      await setting.dropDisk?.(paths)
      rmSync(paths.folder, { recursive: true, force: true })
    },
    async dispose() {
      await setting.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function hasIdsOfHost({ mapsIds }: Driver, { grants = [], readOnlyRoot = false }: Partial<LaunchPlan>): boolean {
  return findReasonAgainst(mapsIds, { grants: [...grants], readOnlyRoot }) !== null
}

export function pathsIn(own: string): SandboxPaths {
  return {
    folder: own,
    upper: join(own, 'upper'),
    work: join(own, 'work'),
    disk: join(own, 'disk.ext4'),
    log: join(own, 'log'),
    run: join(own, 'run'),
  }
}

export function makeFolders(paths: SandboxPaths): void {
  const etc = join(paths.folder, 'etc')
  for (const path of [paths.upper, paths.work, paths.run, etc]) mkdirSync(path, { recursive: true })
  for (const file of ['hosts', 'hostname']) writeFileSync(join(etc, file), 'test\n')
}

function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve(Buffer.concat(chunks)))
  })
}

/** What a terminal shows until the text is there. */
export function waitForText(source: TerminalSource): (wanted: RegExp) => Promise<string> {
  let text = ''
  source.onData((bytes) => {
    text += bytes.toString('latin1')
  })
  return async (wanted) => {
    for (const deadline = Date.now() + waitMs; !wanted.test(text); await sleep(10)) {
      if (Date.now() > deadline) throw new Error(`${wanted} did not come: ${JSON.stringify(text)}`)
    }
    const shown = text
    text = ''
    return shown
  }
}

export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
