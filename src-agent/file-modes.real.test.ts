import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

/** What a guest sees of modes: the image's, those of what it makes, and of what the agent makes for it. */
const script = `umask
stat -c '%a %n' / /bin /etc /tmp /root /etc/passwd /etc/hosts /etc/resolv.conf /etc/hostname .
touch /tmp/file; mkdir /tmp/folder; stat -c '%a %n' /tmp/file /tmp/folder`
const expected = [
  '0022',
  ...['755 /', '755 /bin', '755 /etc', '1777 /tmp', '700 /root', '644 /etc/passwd'],
  ...['644 /etc/hosts', '644 /etc/resolv.conf', '644 /etc/hostname', '755 .', '644 /tmp/file', '755 /tmp/folder'],
]

describe.each([{ umask: '077' }, { umask: '000' }])('an agent started with umask $umask', ({ umask }) => {
  let agent: TestAgent
  beforeAll(async () => {
    agent = createTestAgent({}, undefined, umask)
    await agent.start()
  }, 60_000)
  afterAll(() => agent.dispose(), 60_000)

  test.each(['container', 'gvisor', 'microvm'] as const)(
    '%s: the image and what is made has the usual modes',
    async (kind) => {
      const classes = await agent.client.listClasses({})
      if (classes.find((profile) => profile.class === kind)?.available !== true) return
      const spec = scriptSpec(script, { class: kind, network: 'nat', user: '1000', cwd: '/made/here' })
      const sandbox = await agent.client.createSandbox({ spec })
      const { stdout, stderr } = await agent.attach(sandbox.id)
      expect({ lines: stdout.toString().trim().split('\n'), stderr: stderr.toString() }).toEqual({
        lines: expected,
        stderr: '',
      })
      await agent.client.removeSandbox({ ref: sandbox.id })
    },
    90_000,
  )

  test("the agent's own files are open to nobody else", () => {
    const { home, run } = agent.place
    const own = [
      'joey.db',
      'joey.db-wal',
      'joey.db-shm',
      'lock.db',
      'probes.json',
      'logs/*',
      'run/boot-id',
      'run/exits/*',
    ]
    const files = globSync(own, { cwd: home }).map((name) => join(home, name))
    expect(files.length).toBeGreaterThan(4)
    const open = [home, run, join(home, 'logs'), ...files].filter((path) => (statSync(path).mode & 0o077) !== 0)
    expect(open).toEqual([])
  })
})
