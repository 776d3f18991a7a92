import { readdir, readFile } from 'node:fs/promises'
import { release, version } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { networksOf } from '#contract/networks-of'
import type { Sandbox } from '#contract/sandbox'
import type { KeyedLock } from '../../base/async/locks.ts'
import { defineHandlers } from '../../base/handlers.ts'
import { countOomKills } from '../../base/kernel/cgroup-files.ts'
import { readFileInRoot } from '../../base/kernel/open-in-root.ts'
import type { Drivers } from '../../engines/driver.ts'
import type { ExecChild } from '../../io/streams/exec-child.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import type { Pipes } from '../../io/streams/pipes.ts'
import { startExec } from '../../io/streams/start-exec.ts'
import { driverOf } from '../../sandboxes/find-driver.ts'
import type { SandboxService } from '../../sandboxes/sandbox-service.ts'
import type { EventLog } from '../../state/event-log.ts'
import type { StateFolder } from '../../state/folder.ts'
import { type SandboxRecords, withSandbox } from '../../state/records/sandbox-records.ts'
import type { SelfTestRecords } from '../../state/records/self-test-records.ts'
import type { SettingsStore } from '../../state/settings-store.ts'
import type { Surroundings } from './arguments.ts'
import { stageCanaries } from './canaries.ts'
import { realRoots } from './host-checks.ts'
import { runInside } from './run-inside.ts'
import { scheduleSelfTests } from './schedule.ts'
import { createSelfTest, type SelfTestDeps } from './self-test.ts'

interface CreateSelfTestDeps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
}

interface Deps {
  readonly records: SandboxRecords
  readonly events: EventLog
  readonly folder: StateFolder
  readonly lock: KeyedLock
  readonly log: Logger
  readonly now: () => Date
  readonly drivers: Drivers
  /** Ends when the agent stops. */
  readonly signal: AbortSignal
  readonly sandboxes: Pick<SandboxService, 'find'>
  readonly settings: SettingsStore
  readonly selfTestRecords: SelfTestRecords
  readonly pipes: Pipes
}

/** The self-test, wired to the agent's own sandboxes. */
export async function createAgentSelfTest(deps: Deps) {
  const { sandboxes, settings } = deps
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim()
  const selfTest = createSelfTest({
    ...describeObservers(deps),
    records: deps.selfTestRecords,
    now: deps.now,
    log: deps.log,
    find: (ref) => sandboxes.find(ref).sandbox,
    stage: () => stageCanaries(deps.folder.home),
    surroundings: (sandbox) => surroundingsOf(deps, sandbox),
    host: { boot, kernel: release(), version: version() },
    roots: realRoots,
    keep: (sandbox, summary, drift) =>
      deps.lock.run(sandbox.id, async () => {
        const record = deps.records.get(sandbox.id)
        if (!record) return selfTest.forget(sandbox.id)
        deps.records.put(withSandbox(record, { selfTest: summary }))
        if (drift !== null) deps.events.commit([drift])
      }),
  })
  const running = () => deps.records.all().flatMap(({ sandbox }) => (sandbox.state === 'running' ? [sandbox] : []))
  return {
    handlers: defineHandlers({
      runSelfTest: ({ ref }, signal) => selfTest.run(ref, AbortSignal.any([signal, deps.signal])),
      readSelfTest: async ({ ref }) => selfTest.read(ref),
    }),
    /** Begins to follow changes and the clock, as the settings ask. Returns its end. */
    follow: () =>
      scheduleSelfTests({
        selfTest,
        running,
        settings: settings.read,
        subscribe: deps.events.subscribe,
        now: deps.now,
        log: deps.log,
      }),
  }
}

/** What looks into a running sandbox, by its driver. */
function describeObservers(deps: Deps): Pick<SelfTestDeps, 'run' | 'hostSubject' | 'readTree' | 'countOomKills'> {
  const driver = (sandbox: Sandbox) => driverOf(deps, sandbox.class)
  const start = (command: Parameters<typeof startExec>[0]): Promise<ExecChild> =>
    startExec(command, { stdin: false, pipes: deps.pipes, signalProcess })
  return {
    async run(sandbox, argv, options) {
      const root = { env: ['PATH=/'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }
      const paths = deps.folder.sandbox(sandbox.id)
      return runInside(await driver(sandbox).exec(paths, sandbox.id, { argv, ...root }), start, options)
    },
    hostSubject(sandbox) {
      if (sandbox.pid === null) return null
      return {
        class: sandbox.class,
        pid: sandbox.pid,
        cgroup: driver(sandbox).cgroup(sandbox.id),
        limits: sandbox.spec.limits,
        grants: sandbox.spec.grants,
      }
    },
    readTree(sandbox, path) {
      if (driver(sandbox).disk !== 'directory') return undefined
      return readFileInRoot(deps.folder.sandbox(sandbox.id).upper, path, 1024)
    },
    countOomKills: (sandbox) => countOomKills(driver(sandbox).cgroup(sandbox.id)),
  }
}

async function surroundingsOf(deps: CreateSelfTestDeps, sandbox: Sandbox): Promise<Surroundings> {
  const own = networksOf(sandbox.spec)
  const siblings = deps.records.all().flatMap(({ sandbox: other }) => {
    const isTogether = networksOf(other.spec).some((name) => own.includes(name))
    const isThere = other.id !== sandbox.id && other.state === 'running' && other.address !== null
    return isThere && !isTogether && other.address !== null ? [other.address] : []
  })
  return { siblings, sockets: [deps.folder.socketPath], disks: await listDisks() }
}

async function listDisks(): Promise<string[]> {
  const names = (await readdir('/sys/block').catch(() => [])).filter((name) => !/^(ram|loop|zram)/.test(name))
  const numbers = names.map((name) => readFile(join('/sys/block', name, 'dev'), 'utf8').catch(() => ''))
  return (await Promise.all(numbers)).map((text) => text.trim()).filter((text) => /^\d+:\d+$/.test(text))
}
