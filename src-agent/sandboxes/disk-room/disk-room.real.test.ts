import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { type AgentFixture, openAgentFixture } from '../../testing/agent-fixture.ts'
import { protectDiskRoom } from './protect-disk-room.ts'

const mebibyte = 2 ** 20
/** A machine with a small disk, on which nobody but sandboxes writes: its reserve is 64 MiB. */
const diskBytes = 1000 * mebibyte
const freeAtFirst = 100 * mebibyte
const patience = { timeout: 150_000 }

let agent: AgentFixture
let stop = () => {}
beforeAll(async () => {
  agent = await openAgentFixture()
})
afterAll(() => agent.close())

/** What lies below a folder, as the kernel counts it. */
function usedBelow(path: string): number {
  const status = statSync(path, { throwIfNoEntry: false })
  if (status === undefined) return 0
  const inside = status.isDirectory() ? readdirSync(path).map((name) => usedBelow(join(path, name))) : []
  return inside.reduce((sum, bytes) => sum + bytes, status.blocks * 512)
}

/** Counts from the disks that sandboxes have now. */
function protect(): void {
  const used = () =>
    agent
      .services()
      .records.all()
      .map(({ sandbox }) => usedOf(sandbox))
      .reduce((a, b) => a + b, 0)
  const before = used()
  const room = async () => ({ freeBytes: freeAtFirst - (used() - before), totalBytes: diskBytes })
  stop = protectDiskRoom({ ...agent.services(), room })
}
function usedOf({ id }: Sandbox): number {
  const { upper, disk } = agent.services().folder.sandbox(id)
  return usedBelow(upper) + usedBelow(disk)
}

const now = (id: string) => agent.services().sandboxes.find(id).sandbox
const noticesOf = (name: string) =>
  agent.seen.filter((event) => event.type === 'notice' && event.message.startsWith(`"${name}" was paused`))

let names = 0
const nextName = () => `sandbox-${names++}`

// A kernel of its own keeps what is written in memory for half a minute otherwise.
const writing =
  'for i in 1 2 3 4 5 6 7 8; do dd if=/dev/zero of=/file$i bs=1M count=8 conv=fsync 2>/dev/null; done; sleep 1000'
const reserving = 'fallocate -l 64M /file; sleep 1000'
const unseen =
  "trap '' CHLD; for i in 1 2 3 4 5 6 7 8; do (dd if=/dev/zero of=/f$i bs=1M count=8 2>/dev/null &) ; done; sleep 1000"

describe.each<[IsolationClass, string, string]>([
  ['container', 'writes', writing],
  ['container', 'has room reserved for it', reserving],
  ['container', 'writes by processes that nobody waits for', unseen],
  ['gvisor', 'writes', writing],
  ['microvm', 'writes', writing],
])('a sandbox of the class %s that %s until less than the reserve is left of the disk', (own, _how, script) => {
  test('is paused and says why, while one that does not write goes on; and it goes on when it is asked to', async () => {
    const [name, other] = [nextName(), nextName()]
    const quiet = await agent.create(other, { class: own })
    const hog = await agent.create(name, {
      class: own,
      command: ['sh', '-c', `while [ ! -e /go ]; do sleep 0.1; done; ${script}`],
    })
    protect()
    try {
      await agent.exec(hog.id, 'echo >/go')
      await expect.poll(() => now(hog.id).state, patience).toBe('paused')
      expect(now(hog.id).pausedFor).toMatchObject({ reason: 'disk-room' })
      expect(now(hog.id).pausedFor?.bytes).toBeGreaterThan(8 * mebibyte)
      expect(now(quiet.id)).toMatchObject({ state: 'running', pausedFor: null })
      expect(noticesOf(name)).toMatchObject([
        { reason: 'disk-writer-paused', params: { limit: own === 'microvm' ? 'yes' : 'no' } },
      ])
      expect(noticesOf(other)).toEqual([])
    } finally {
      stop()
    }
    expect(await agent.services().sandboxes.resume(hog.id)).toMatchObject({ state: 'running', pausedFor: null })
    for (const { id } of [hog, quiet]) await agent.services().sandboxes.remove(id, true)
  })
})
