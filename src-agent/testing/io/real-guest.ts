import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecRequest } from '#contract/process'
import type { SandboxExit } from '#contract/sandbox'
import { run } from '../../base/process/run.ts'
import type { ProgramCommand } from '../../engines/driver.ts'
import { monitorLogBytes } from '../../engines/log-bound.ts'
import { holdMonitor } from '../../engines/monitor-hold.ts'
import { createLogFiles, type LogFiles } from '../../io/logs/log-files.ts'

export const runtimes = [{ runtime: 'crun' }, { runtime: 'runc' }] as const
export type RuntimeName = (typeof runtimes)[number]['runtime']

/** A busybox that a real runtime runs under a real conmon, without an agent. */
export interface RealGuest {
  readonly pid: number
  readonly attach: string
  readonly control: string
  readonly files: LogFiles
  readonly ended: Promise<SandboxExit>
  exec(argv: readonly string[], options?: { tty?: boolean; columns?: number; rows?: number }): Promise<ProgramCommand>
  /** For serveExec. */
  execRequest(request: ExecRequest): Promise<ProgramCommand>
  kill(): Promise<void>
  /** As the agent does it for a slow reader. */
  hold(): Promise<() => void>
}

export interface GuestOptions {
  readonly argv: readonly string[]
  readonly tty?: boolean
  readonly stdin?: boolean
}

/** Makes guests, and removes them with all that they left: call `dispose` in afterAll. */
export interface GuestMaker {
  readonly folder: string
  start(options: GuestOptions): Promise<RealGuest>
  dispose(): Promise<void>
}

const cgroupRoot = '/sys/fs/cgroup'
const hiddenControllers = join(cgroupRoot, 'unified/cgroup.controllers')
const hidingScript = `#!/bin/sh
# crun refuses hybrid cgroups unless the controllers of the second version are hidden from it.
exec unshare --mount --propagation private sh -c 'mount --bind /dev/null ${hiddenControllers}; exec crun "$@"' crun "$@"
`

export async function createGuestMaker(runtime: RuntimeName): Promise<GuestMaker> {
  const folder = await mkdtemp(join(tmpdir(), 'jy-guest-'))
  const group = `joey-test-${randomBytes(4).toString('hex')}`
  const program = await prepareRuntime(runtime, folder)
  const engine = (args: readonly string[]) =>
    run(program, ['--root', join(folder, 'state'), ...args], { timeoutMs: 20_000, okExitCodes: [0, 1] })
  const ids: string[] = []

  return {
    folder,
    async start(options) {
      const id = randomBytes(6).toString('hex')
      ids.push(id)
      const bundle = join(folder, id)
      await makeBundle(bundle, { ...options, cgroup: `/${group}/${id}` })
      await startMonitor({ program, folder, id, bundle, ...options })
      const pid = Number(await waitForText(join(bundle, 'pid')))
      await engine(['start', id])
      const exec: RealGuest['exec'] = (argv, more = {}) =>
        prepareExec({ program, root: join(folder, 'state'), bundle, id, argv, ...more })
      return {
        pid,
        attach: join(bundle, 'attach'),
        control: join(bundle, 'ctl'),
        files: createLogFiles(join(bundle, 'log')),
        ended: waitForExit(join(bundle, 'exits', id)),
        exec,
        execRequest: ({ argv }) => exec(argv),
        hold: () => holdMonitor(id, { run: bundle }),
        kill: async () => void (await engine(['kill', id, 'KILL'])),
      }
    },
    async dispose() {
      for (const id of ids) await engine(['delete', '--force', id]).catch(() => undefined)
      await removeCgroups(group)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function prepareRuntime(runtime: RuntimeName, folder: string): Promise<string> {
  const program = (await run('sh', ['-c', 'command -v "$0"', runtime])).stdout.trim()
  if (runtime !== 'crun' || !existsSync(hiddenControllers)) return program
  const script = join(folder, 'crun')
  await writeFile(script, hidingScript)
  await chmod(script, 0o755)
  return script
}

async function makeBundle(bundle: string, options: GuestOptions & { readonly cgroup: string }): Promise<void> {
  const bin = join(bundle, 'rootfs', 'bin')
  await mkdir(bin, { recursive: true })
  for (const name of ['proc', 'dev', 'tmp', 'etc']) await mkdir(join(bundle, 'rootfs', name))
  await mkdir(join(bundle, 'exits'))
  await run('cp', ['/bin/busybox', bin]).catch(() => run('cp', ['/usr/bin/busybox', bin]))
  const applets = (await run(join(bin, 'busybox'), ['--list'])).stdout.trim().split('\n')
  await Promise.all(applets.filter((name) => name !== 'busybox').map((name) => symlink('busybox', join(bin, name))))
  const config = {
    ociVersion: '1.0.2',
    process: guestProcess(options.argv, options.tty ?? false),
    root: { path: 'rootfs' },
    hostname: 'guest',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['mode=755'] },
      { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666'] },
    ],
    linux: {
      cgroupsPath: options.cgroup,
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'network'].map((type) => ({ type })),
    },
  }
  await writeFile(join(bundle, 'config.json'), JSON.stringify(config))
}

function guestProcess(argv: readonly string[], terminal: boolean): object {
  return {
    terminal,
    user: { uid: 0, gid: 0 },
    args: argv,
    env: ['PATH=/bin', 'TERM=xterm', 'PS1=$ '],
    cwd: '/',
    capabilities: { bounding: ['CAP_KILL'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'] },
  }
}

interface MonitorStart extends GuestOptions {
  readonly program: string
  readonly folder: string
  readonly id: string
  readonly bundle: string
}

async function startMonitor({ program, folder, id, bundle, tty, stdin }: MonitorStart): Promise<void> {
  const args = [
    ...['--api-version', '1', '-c', id, '-n', id, '-u', id, '-r', program, '-b', bundle, '--full-attach'],
    ...[
      '-p',
      join(bundle, 'pid'),
      '--conmon-pidfile',
      join(bundle, 'monitor.pid'),
      '--exit-dir',
      join(bundle, 'exits'),
    ],
    ...['--persist-dir', bundle, '--log-path', `k8s-file:${join(bundle, 'log')}`],
    ...['--log-size-max', String(monitorLogBytes)],
    ...['--runtime-arg', '--root', '--runtime-arg', join(folder, 'state')],
    ...(tty ? ['-t', '-i', '--leave-stdin-open'] : []),
    ...(stdin ? ['-i'] : []),
  ]
  await run('conmon', args, { timeoutMs: 20_000 })
}

interface ExecStart {
  readonly program: string
  readonly root: string
  readonly bundle: string
  readonly id: string
  readonly argv: readonly string[]
  readonly tty?: boolean
}

async function prepareExec({ program, root, bundle, id, argv, tty = false }: ExecStart): Promise<ProgramCommand> {
  const key = randomBytes(6).toString('hex')
  const [processFile, pidFile] = [join(bundle, `exec-${key}.json`), join(bundle, `exec-${key}.pid`)]
  await writeFile(processFile, JSON.stringify(guestProcess(argv, tty)))
  return {
    kind: 'program',
    program,
    args: ['--root', root, 'exec', '--process', processFile, '--pid-file', pidFile, id],
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
    pidFile,
    reach: null,
    streamsOwner: null,
    resizes: 'stty',
    tail: basename(program) === 'crun' ? 'logged' : 'plain',
    dispose: async () => void (await Promise.all([rm(processFile, { force: true }), rm(pidFile, { force: true })])),
  }
}

async function waitForExit(file: string): Promise<SandboxExit> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text !== '') {
      return { code: Number(text), reason: 'exited', message: `Exited with ${text}.`, at: new Date().toISOString() }
    }
    await sleep(10, undefined, { ref: false })
  }
}

async function waitForText(file: string): Promise<string> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text !== '') return text
    await sleep(10)
  }
  throw new Error(`${file} did not appear.`)
}

async function removeCgroups(group: string): Promise<void> {
  const controllers = await readdir(cgroupRoot).catch(() => [])
  for (const parent of [cgroupRoot, ...controllers.map((name) => join(cgroupRoot, name))]) {
    const folder = join(parent, group)
    for (const name of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (name.isDirectory()) await rmdir(join(folder, name.name)).catch(() => undefined)
    }
    await rmdir(folder).catch(() => undefined)
  }
}
