import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IsolationClass } from '#contract/sandbox'
import { dockerArchive } from '../images/image-builder.ts'
import { baseOf, middle, topOf } from '../images/image-of-parts.ts'
import { createTestAgent, scriptSpec, type TestAgent } from '../test-agent.ts'
import { findUnexpected } from './compare.ts'
import { findProcesses, type Holdings, readHoldings } from './holdings.ts'
import { expectations } from './roles.ts'

let agent: TestAgent
let offered: readonly IsolationClass[] = []
const share = realpathSync(mkdtempSync(join(tmpdir(), 'joey-share-')))
beforeAll(async () => {
  for (const name of ['writable', 'read-only']) mkdirSync(join(share, name))
  agent = createTestAgent()
  await agent.start()
  const path = join(share, 'image.tar')
  writeFileSync(path, dockerArchive({ layers: [baseOf('posture'), middle, topOf('posture')], tags: ['parts:1'] }))
  await agent.client.importImage({ path })
  const { classes } = await agent.client.examineHost({})
  offered = classes.filter(({ available }) => available).map((each) => each.class)
}, 60_000)
afterAll(async () => {
  await agent.dispose()
  rmSync(share, { recursive: true, force: true })
}, 60_000)

const mounts = [
  { kind: 'bind' as const, source: join(share, 'writable'), target: '/mnt/writable', readOnly: false },
  { kind: 'bind' as const, source: join(share, 'read-only'), target: '/mnt/read-only', readOnly: true },
]

/** Kinds of processes that a sandbox of each class must have: else the test would see nothing. */
const parts: Record<IsolationClass, readonly string[]> = {
  container: ['monitor', 'guest of a container'],
  gvisor: ['monitor', 'sentry', 'gofer'],
  microvm: ['monitor', 'launcher', 'confinement', 'emulator', 'server of a mount'],
}

/** A wait for what belongs to the start only: helpers that end by themselves. */
const settleMs = 500

test.each(['container', 'gvisor', 'microvm'] as const)(
  'the processes of a sandbox of class %s hold what is expected and nothing else',
  async (isolationClass) => {
    if (!offered.includes(isolationClass)) {
      expect(offered, 'every machine offers containers').toContain('container')
      return
    }
    const limits = { memoryBytes: 256 * 1024 * 1024, cpus: 1, pids: 512, diskBytes: null }
    const own = scriptSpec('sleep 1000', { class: isolationClass, network: 'nat', limits, mounts })
    // Of several parts, which are more to mount and to open than one.
    const spec = { ...own, image: 'parts:1' }
    const { id } = await agent.client.createSandbox({ spec, start: true })
    await sleep(settleMs)
    const all = await findViolations(id)
    const roles = all.map((held) =>
      expectations.find(({ is, classes }) => classes.includes(isolationClass) && is(held)),
    )
    const said = all.flatMap((held, index) => {
      const expected = roles[index]
      return expected ? findUnexpected(held, expected) : [`a process that nobody expects: ${held.commandLine}`]
    })
    expect(said).toEqual([])
    expect(new Set(roles.map((expected) => expected?.role))).toEqual(new Set(parts[isolationClass]))
    await agent.client.removeSandbox({ ref: id, force: true })
    // Those that the agent itself has started end a moment before it hears of it.
    await expect.poll(() => findViolations(id), { timeout: 10_000 }).toEqual([])
  },
  90_000,
)

async function findViolations(id: string): Promise<readonly Holdings[]> {
  const home = realpathSync(agent.place.home)
  const words = [
    [`${home}/run`, 'RUN'],
    [home, 'HOME'],
    [id, 'ID'],
    [share, 'SHARE'],
  ] as const
  const pids = await findProcesses(id)
  const all = await Promise.all(pids.map((pid) => readHoldings(pid, words)))
  return all.flatMap((held) => (held ? [{ ...held, commandLine: held.commandLine.replaceAll(id, 'ID') }] : []))
}
