import { readdir, readFile } from 'node:fs/promises'
import { release, version } from 'node:os'
import { join } from 'node:path'
import type { Sandbox } from '#contract/sandbox'
import { countOomKills } from '../../base/kernel/cgroup-files.ts'
import { readFileInRoot } from '../../base/kernel/open-in-root.ts'
import { driverOf, type SandboxContext, withSandbox } from '../../sandboxes/context.ts'
import type { SandboxService } from '../../sandboxes/sandbox-service.ts'
import type { Handlers } from '../../api/bind-operation.ts'
import type { SettingsStore } from '../../state/settings-store.ts'
import type { ExecChild } from '../../io/streams/exec-child.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import type { Pipes } from '../../io/streams/pipes.ts'
import { startExec } from '../../io/streams/start-exec.ts'
import type { Surroundings } from './arguments.ts'
import { stageCanaries } from './canaries.ts'
import { realSights } from './host-checks.ts'
import { runInside } from './run-inside.ts'
import { scheduleSelfTests } from './schedule.ts'
import { createSelfTest, type SelfTestDeps } from './self-test.ts'
import type { SelfTestRecords } from '../../state/records/self-test-records.ts'

interface Ground {
  readonly context: SandboxContext
  readonly sandboxes: Pick<SandboxService, 'find'>
  readonly settings: Pick<SettingsStore, 'read'>
  readonly records: SelfTestRecords
  readonly pipes: Pipes
}

export interface AgentSelfTest {
  readonly handlers: Pick<Handlers, 'runSelfTest' | 'readSelfTest'>
  /** Begins to follow changes and the clock, as the settings ask. Returns its end. */
  follow(): () => Promise<void>
}

/** The self-test, wired to the agent's own sandboxes. */
export async function createAgentSelfTest(ground: Ground): Promise<AgentSelfTest> {
  const { context, sandboxes, settings } = ground
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim()
  const selfTest = createSelfTest({
    ...looksFor(ground),
    records: ground.records,
    now: context.now,
    log: context.log,
    find: (ref) => sandboxes.find(ref).sandbox,
    stage: () => stageCanaries(context.folder.home),
    surroundings: (sandbox) => surroundingsOf(context, sandbox),
    host: { boot, kernel: release(), version: version() },
    sights: realSights,
    keep: (sandbox, summary, notice) =>
      context.lock.run(sandbox.id, async () => {
        const record = context.records.get(sandbox.id)
        if (!record) return selfTest.forget(sandbox.id)
        context.records.put(withSandbox(record, { selfTest: summary }))
        if (notice !== null) context.events.commit([{ type: 'notice', reason: 'self-test-drift', message: notice }])
      }),
  })
  const running = () => context.records.all().flatMap(({ sandbox }) => (sandbox.state === 'running' ? [sandbox] : []))
  return {
    handlers: {
      runSelfTest: ({ ref }, signal) => selfTest.run(ref, AbortSignal.any([signal, context.signal])),
      readSelfTest: async ({ ref }) => selfTest.read(ref),
    },
    follow: () =>
      scheduleSelfTests({
        selfTest,
        running,
        settings: settings.read,
        subscribe: context.events.subscribe,
        now: context.now,
        log: context.log,
      }),
  }
}

/** What looks into a running sandbox, by its driver. */
function looksFor({
  context,
  pipes,
}: Ground): Pick<SelfTestDeps, 'run' | 'hostSubject' | 'readTree' | 'countOomKills'> {
  const driver = (sandbox: Sandbox) => driverOf(context, sandbox.class)
  const start = (command: Parameters<typeof startExec>[0]): Promise<ExecChild> =>
    startExec(command, { stdin: false, pipes, signalProcess })
  return {
    async run(sandbox, argv, options) {
      const root = { env: ['PATH=/'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }
      const paths = context.folder.sandbox(sandbox.id)
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
      return readFileInRoot(context.folder.sandbox(sandbox.id).upper, path, 1024)
    },
    countOomKills: (sandbox) => countOomKills(driver(sandbox).cgroup(sandbox.id)),
  }
}

async function surroundingsOf(context: SandboxContext, sandbox: Sandbox): Promise<Surroundings> {
  const { networkName } = sandbox.spec
  const siblings = context.records.all().flatMap(({ sandbox: other }) => {
    const isTogether = networkName !== null && other.spec.networkName === networkName
    const isThere = other.id !== sandbox.id && other.state === 'running' && other.address !== null
    return isThere && !isTogether && other.address !== null ? [other.address] : []
  })
  return { siblings, sockets: [context.folder.socketPath], disks: await listDisks() }
}

async function listDisks(): Promise<string[]> {
  const names = (await readdir('/sys/block').catch(() => [])).filter((name) => !/^(ram|loop|zram)/.test(name))
  const numbers = names.map((name) => readFile(join('/sys/block', name, 'dev'), 'utf8').catch(() => ''))
  return (await Promise.all(numbers)).map((text) => text.trim()).filter((text) => /^\d+:\d+$/.test(text))
}
