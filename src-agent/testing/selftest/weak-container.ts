import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { release, tmpdir, version } from 'node:os'
import { basename, join } from 'node:path'
import type { Grant, Mount } from '#contract/sandbox'
import { Sandbox, SandboxSpec } from '#contract/sandbox'
import type { SelfTestReport } from '#contract/selftest'
import type { ContainerRuntime } from '#contract/words'
import { usualShmBytes } from '#contract/words'
import { countOomKills, removeCgroups } from '../../base/kernel/cgroup-files.ts'
import { readFileInRoot } from '../../base/kernel/open-in-root.ts'
import { run } from '../../base/process/run.ts'
import type { ExecCommand, LaunchPlan, PlacedMount } from '../../engines/driver.ts'
import { readHostTraits } from '../../engines/host/traits.ts'
import { resolveGrants } from '../../engines/oci/grants.ts'
import { buildRuntimeConfig } from '../../engines/oci/runtime-config.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import { createPipes } from '../../io/streams/pipes.ts'
import { startExec } from '../../io/streams/start-exec.ts'
import { stageCanaries } from '../../observe/selftest/canaries.ts'
import { realRoots } from '../../observe/selftest/host-checks.ts'
import { runInside } from '../../observe/selftest/run-inside.ts'
import { createSelfTest } from '../../observe/selftest/self-test.ts'
import { prepareTestMounts } from '../private-mounts.ts'

/** The parts of an OCI configuration that tests take apart. */
export interface Spoilable {
  readonly process: object
  readonly mounts: { destination: string; type: string; source: string; options: string[] }[]
  readonly linux: { namespaces: { type: string }[]; readonly resources: object }
}

/** How a container differs from what Joey makes. */
export interface Weakness {
  readonly grants?: readonly Grant[]
  readonly mounts?: readonly Mount[]
  readonly hostNetwork?: boolean
  readonly memoryBytes?: number | null
  readonly pids?: number | null
  /** Changes the configuration behind Joey's back. */
  readonly spoil?: (config: Spoilable) => void
  readonly siblings?: readonly string[]
  readonly sockets?: readonly string[]
}

export interface WeakFixture {
  /** Runs a container of that kind, checks it, and removes it. Returned besides: what was left in it. */
  check(weakness: Weakness): Promise<{ readonly report: SelfTestReport; readonly left: string }>
  /** A folder of this machine, for mounts. */
  readonly folder: string
  dispose(): Promise<void>
}

/** Containers of Docker's kind by a runtime alone, so that a test can weaken them in any way. */
export async function createWeakFixture(runtime: ContainerRuntime): Promise<WeakFixture> {
  await prepareTestMounts()
  const folder = mkdtempSync(join(tmpdir(), 'jyw-'))
  const tag = basename(folder).toLowerCase()
  const traits = { ...(await readHostTraits(tag, null)), cgroupParent: `/joey-test/${tag}` }
  const state = ['--root', join(folder, 'oci')]
  const pipes = createPipes()
  const etc = join(folder, 'etc')
  mkdirSync(etc)
  for (const name of ['hosts', 'hostname']) writeFileSync(join(etc, name), 'test\n')

  const check = async (weakness: Weakness) => {
    const id = randomBytes(6).toString('hex')
    const bundle = join(folder, id)
    const tree = makeTree(join(bundle, 'rootfs'))
    const sandbox = describe(id, weakness)
    const granted = resolveGrants({ grants: weakness.grants ?? [], dropped: [] })
    // A copy: parts of it belong to everybody.
    const config = structuredClone(buildRuntimeConfig(planOf(sandbox, folder, weakness), traits, tree, granted))
    weakness.spoil?.(config as unknown as Spoilable)
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config))
    const prepare = async (argv: readonly string[]): Promise<ExecCommand> => {
      const key = randomBytes(4).toString('hex')
      const file = join(bundle, `${key}.json`)
      // As the container itself, spoilt where that is.
      const own = (config['process'] ?? {}) as object
      writeFileSync(file, JSON.stringify({ ...own, args: argv, env: ['PATH=/bin'], terminal: false }))
      const pidFile = join(bundle, `${key}.pid`)
      const args = [...state, 'exec', '--process', file, '--pid-file', pidFile, id]
      const command = {
        kind: 'program',
        program: runtime,
        args,
        env: {},
        pidFile,
        reach: null,
        streamsOwner: null,
      } as const
      return { ...command, resizes: 'stty', tail: 'plain', dispose: async () => undefined }
    }
    const start = (each: ExecCommand) => startExec(each, { stdin: false, pipes, signalProcess })
    const options = { signal: AbortSignal.timeout(120_000), timeoutMs: 100_000, maxBytes: 256 * 1024 }
    try {
      // The container keeps its parent's streams: with pipes one would wait for it.
      await run('sh', ['-c', 'exec "$@" >/dev/null 2>&1', 'sh', runtime, ...state, 'create', '--bundle', bundle, id])
      await run(runtime, [...state, 'start', id])
      const { stdout } = await run(runtime, [...state, 'state', id])
      const running: Sandbox = { ...sandbox, pid: Number((JSON.parse(stdout) as { pid: number }).pid) }
      const cgroup = `${traits.cgroupParent}/${id}`
      const selfTest = createSelfTest({
        records: { get: () => null, put: () => undefined, forget: () => undefined },
        now: () => new Date(),
        log: { warn: () => undefined, info: () => undefined },
        find: () => running,
        run: async (_sandbox, argv, wish) => runInside(await prepare(argv), start, wish),
        stage: () => stageCanaries(folder),
        hostSubject: ({ pid, spec }) => ({
          class: 'container',
          pid: pid ?? 0,
          cgroup,
          limits: spec.limits,
          grants: spec.grants,
        }),
        readTree: (_sandbox, path) => readFileInRoot(tree, path, 1024),
        countOomKills: () => countOomKills(cgroup),
        surroundings: async () => ({ siblings: weakness.siblings ?? [], sockets: weakness.sockets ?? [], disks: [] }),
        host: { boot: await bootId(), kernel: release(), version: version() },
        roots: realRoots,
        keep: async () => undefined,
      })
      const report = await selfTest.run(id, options.signal)
      const { output } = await runInside(await prepare(['/bin/sh', '-c', leftovers]), start, options)
      return { report, left: output.trim() }
    } finally {
      await run(runtime, [...state, 'delete', '--force', id], { okExitCodes: [0, 1] })
    }
  }
  return {
    check,
    folder,
    async dispose() {
      await removeCgroups(traits.cgroupParent)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a probe may leave by mistake: files, mounts, processes besides the main one and this shell's. */
const leftovers = `find /dev /tmp / -xdev -maxdepth 2 -name '.joey-*' ; cat /proc/mounts | grep joey-inside; ps -o comm= | grep -v -e exe -e sleep -e sh -e ps -e grep; true`

function makeTree(tree: string): string {
  for (const path of ['bin', 'proc', 'sys', 'dev', 'etc', 'tmp', 'mnt'])
    mkdirSync(join(tree, path), { recursive: true })
  copyFileSync('/bin/busybox', join(tree, 'bin', 'busybox'))
  for (const applet of ['sh', 'sleep', 'cat', 'find', 'ps', 'grep']) symlinkSync('busybox', join(tree, 'bin', applet))
  return tree
}

function describe(id: string, { grants, mounts, memoryBytes, pids }: Weakness): Sandbox {
  const limits = { memoryBytes: memoryBytes ?? null, cpus: null, pids: pids === undefined ? 200 : pids }
  const spec = SandboxSpec.parse({ image: 'busybox', class: 'container', network: 'none', limits })
  const own = { ...spec, grants: [...(grants ?? [])], mounts: [...(mounts ?? [])] }
  const at = new Date().toISOString()
  return Sandbox.parse({
    ...{ id, name: id, class: 'container', state: 'running', image: 'busybox', imageDigest: 'sha256:0', spec: own },
    ...{
      argv: ['sleep'],
      createdAt: at,
      startedAt: at,
      exit: null,
      engine: 'crun',
      pid: null,
      address: null,
      ports: [],
    },
  })
}

function planOf(sandbox: Sandbox, folder: string, { hostNetwork = false }: Weakness): LaunchPlan {
  const process = {
    argv: ['/bin/sleep', '1000'],
    env: ['PATH=/bin'],
    cwd: '/',
    uid: 0,
    gid: 0,
    additionalGids: [],
    tty: false,
  }
  const at = (name: string) => join(folder, name)
  return {
    ...{
      id: sandbox.id,
      hostname: 'weak',
      process,
      lowers: [],
      lowerFiles: [],
      stdin: false,
      diskBytes: null,
      readOnlyRoot: false,
      dropped: [],
      tmpfs: [],
      shmBytes: usualShmBytes,
      sysctls: {},
      users: null,
    },
    ...{ limits: sandbox.spec.limits, mounts: sandbox.spec.mounts.map(inPlace), grants: sandbox.spec.grants },
    ...{ netns: null, address: null, hostNetwork, nameservers: null },
    paths: { folder, upper: at('u'), work: at('w'), disk: at('d'), log: at('l'), run: at('r') },
  }
}

/** This container is made without a monitor, so nothing is bound elsewhere. */
function inPlace(mount: Mount): PlacedMount {
  return { ...mount, place: mount.source, held: null }
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}
