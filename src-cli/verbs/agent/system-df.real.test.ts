import { expect, test } from 'vitest'
import type { DiskUsage } from '#contract/disk-usage'
import { shareTestAgent } from '../../testing/shared-agent.ts'

const testAgent = shareTestAgent()
const mebibyte = 2 ** 20

async function usage() {
  const { kinds, bytes, reclaimableBytes } = await testAgent.json<{
    kinds: (DiskUsage & { reclaimedBy: string | null })[]
    bytes: number
    reclaimableBytes: number
  }>(['system', 'df'])
  expect(bytes).toBe(kinds.reduce((sum, each) => sum + each.bytes, 0))
  expect(reclaimableBytes).toBe(kinds.reduce((sum, each) => sum + each.reclaimableBytes, 0))
  return (kind: string) => kinds.find((each) => each.kind === kind) as (typeof kinds)[number]
}

test('what a sandbox writes to its disk and to a volume is there, and could go when it is stopped', async () => {
  const before = await usage()
  await testAgent.startSleeper('writes', '-v', 'data:/data')
  const script = 'dd if=/dev/urandom of=/file bs=1M count=3; dd if=/dev/urandom of=/data/file bs=1M count=5; sync'
  expect((await testAgent.joey(['exec', 'writes', 'sh', '-c', script])).code).toBe(0)
  const running = await usage()
  expect(running('sandboxes')).toMatchObject({ count: 1, active: 1, reclaimableBytes: 0, reclaimedBy: 'joey prune' })
  expect(running('sandboxes').bytes).toBeGreaterThan(before('sandboxes').bytes + 3 * mebibyte - 1)
  expect(running('volumes')).toMatchObject({ count: 1, active: 1, reclaimableBytes: 0 })
  expect(running('volumes').bytes).toBeGreaterThan(5 * mebibyte - 1)
  expect((await testAgent.joey(['snapshot', 'create', 'writes'])).code).toBe(0)
  expect((await usage())('layers')).toMatchObject({ count: 1 })
  await testAgent.joey(['stop', '-t', '0', 'writes'])
  const stopped = await usage()
  expect(stopped('sandboxes')).toMatchObject({ active: 0, reclaimableBytes: stopped('sandboxes').bytes })
  await testAgent.joey(['rm', 'writes'])
  const unused = await usage()
  expect(unused('sandboxes')).toMatchObject({ count: 0, bytes: 0 })
  expect(unused('volumes').reclaimableBytes).toBe(unused('volumes').bytes)
  expect(unused('images')).toMatchObject({ count: before('images').count, reclaimableBytes: 0 })
})

test('people see a table as of Docker, with the command for what could go', async () => {
  const { stdout } = await testAgent.joey(['system', 'df'])
  const lines = stdout.trim().split('\n')
  expect(lines[0]?.split(/ +/)).toEqual(['TYPE', 'TOTAL', 'ACTIVE', 'SIZE', 'SHARED', 'RECLAIMABLE', 'BY'])
  expect(lines.find((line) => line.startsWith('Volumes'))).toMatch(/ 1 +0 .* joey volume prune -a$/)
  expect(lines.at(-1)).toMatch(/^Together /)
})
