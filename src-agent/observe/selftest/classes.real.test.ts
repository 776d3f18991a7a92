import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatGrant } from '#contract/grant-text'
import type { Grant, IsolationClass, SandboxSpec } from '#contract/sandbox'
import type { ProbeResult } from '#contract/selftest'
import { createTestAgent, scriptSpec, type TestAgent } from '../../testing/test-agent.ts'

let agent: TestAgent
let offered: readonly IsolationClass[] = []
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'joey-granted-')))
const socket = join(folder, 'some.sock')
const server = createServer()
beforeAll(async () => {
  server.listen(socket)
  agent = createTestAgent()
  await agent.start()
  const { classes } = await agent.client.examineHost({})
  offered = classes.filter(({ available }) => available).map((each) => each.class)
  // A neighbour on the same bridge, which must not be reached.
  await agent.client.createSandbox({
    spec: scriptSpec('sleep 1000', { class: 'container', network: 'nat' }),
    start: true,
  })
}, 60_000)
afterAll(async () => {
  await agent.dispose()
  server.close()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

/** Checks a new sandbox as a client does. */
async function check(isolationClass: IsolationClass, change: Partial<SandboxSpec>): Promise<readonly ProbeResult[]> {
  const spec = scriptSpec('sleep 1000', { class: isolationClass, ...change })
  const { id } = await agent.client.createSandbox({ spec, start: true })
  const { results } = await agent.client.runSelfTest({ ref: id })
  // Still there, and as it was.
  const { stdout } = await agent.exec(id, { argv: ['sh', '-c', 'ls -A /dev /tmp | grep -c joey-'] })
  expect(stdout.toString().trim()).toBe('0')
  await agent.client.removeSandbox({ ref: id, force: true })
  return results
}

/** Every machine offers containers, so a test of another class that is not offered here still sees something. */
function isOffered(isolationClass: IsolationClass): boolean {
  expect(offered).toContain('container')
  return offered.includes(isolationClass)
}

const idsOf = (results: readonly ProbeResult[], outcome: ProbeResult['outcome']) =>
  results.filter((result) => result.outcome === outcome).map(({ id }) => id)

test.each(['container', 'gvisor', 'microvm'] as const)(
  'the isolation of a sandbox of class %s holds',
  async (isolationClass) => {
    if (!isOffered(isolationClass)) return
    const limits = { memoryBytes: 256 * 1024 * 1024, cpus: 1, pids: 512, diskBytes: null }
    const results = await check(isolationClass, { network: 'nat', limits })
    expect(results.filter(({ outcome }) => outcome === 'fail')).toEqual([])
    const passed = idsOf(results, 'pass')
    expect(passed.length).toBeGreaterThan(60)
    expect(passed).toEqual(expect.arrayContaining(['network.host-addresses', 'neighbours.addresses', 'files.by-path']))
    if (isolationClass !== 'container') expect(passed).toContain('kernel.own')
  },
  120_000,
)

describe('what is granted makes the probe fail that would find it, and is named there', () => {
  const devices = ['/dev/fuse', '/dev/net/tun', '/dev/loop-control'].filter((path) => existsSync(path)).slice(0, 1)
  const etc = (access: 'ro' | 'rw'): Grant => ({ kind: 'host-path', path: '/etc', access })
  test.each<[IsolationClass, Grant, string]>([
    ['container', etc('ro'), 'files.system-folder-read'],
    ['container', etc('rw'), 'files.system-folder-write'],
    ['gvisor', etc('rw'), 'files.system-folder-write'],
    ['microvm', etc('rw'), 'files.system-folder-write'],
    ['container', { kind: 'host-path', path: socket, access: 'rw' }, 'files.system-folder-read'],
    ['container', { kind: 'cap', name: 'SYS_ADMIN' }, 'privileges.mount'],
    ['container', { kind: 'cap', name: 'SYSLOG' }, 'privileges.capabilities'],
    ['container', { kind: 'host-network' }, 'network.host-loopback'],
    ['gvisor', { kind: 'host-network' }, 'network.host-loopback'],
    ['container', { kind: 'no-seccomp' }, 'privileges.filter'],
    ['container', { kind: 'new-privileges' }, 'privileges.set-user-id'],
    ['container', { kind: 'new-privileges' }, 'privileges.main-no-new-privileges'],
    ...devices.map((path): [IsolationClass, Grant, string] => [
      'container',
      { kind: 'device', path },
      'devices.granted',
    ]),
  ])(
    'in a %s %o fails %s',
    async (isolationClass, grant, probe) => {
      if (!isOffered(isolationClass)) return
      const etcBefore = readdirSync('/etc')
      const results = await check(isolationClass, {
        grants: [grant],
        network: grant.kind === 'host-network' ? 'nat' : 'none',
      })
      const failed = results.filter(({ outcome }) => outcome === 'fail')
      expect(failed.map(({ id }) => id)).toContain(probe)
      expect(failed.find(({ id }) => id === probe)?.detail).toContain(`It was granted: ${formatGrant(grant)}.`)
      // Nothing fails that nobody has opened.
      expect(failed.filter(({ detail }) => !detail.includes('It was granted'))).toEqual([])
      expect(readdirSync('/etc')).toEqual(etcBefore)
    },
    60_000,
  )

  test('a path that was granted for reading is not written', async () => {
    const failed = idsOf(await check('container', { grants: [etc('ro')] }), 'fail')
    expect(failed).toEqual(['files.system-folder-read'])
  }, 60_000)
})
