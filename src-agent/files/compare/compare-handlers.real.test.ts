import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTrees } from '../../sandboxes/create-trees.ts'
import type { Trees } from '../../sandboxes/trees.ts'
import { type AgentFixture, openAgentFixture } from '../../testing/agent-fixture.ts'
import { createCompareHandlers } from './compare-handlers.ts'

const { signal } = new AbortController()
let fixture: AgentFixture
let trees: Trees
let compare: ReturnType<typeof createCompareHandlers>

beforeAll(async () => {
  fixture = await openAgentFixture()
  const services = fixture.services()
  const noSnapshot = () => {
    throw new Error('There is no snapshot.')
  }
  trees = createTrees({
    ...services,
    findSnapshot: noSnapshot,
  })
  compare = createCompareHandlers({ ...services, trees })
})
afterAll(() => fixture?.close())

const script = `
mkdir -p /var/lib/dpkg
printf 'Package: tool\\nStatus: install ok installed\\nVersion: 1.2\\n' > /var/lib/dpkg/status
echo changed >> /etc/passwd
chmod 711 /root
printf 'bad \\377 name' > "/$(printf 'odd\\377')"
ln -s /etc/shadow /link
rm /bin/vi
`

/** Files that the engine itself puts into a tree are not what the test is about. */
const own = (path: string) => /^\/(var|etc\/passwd|root|odd|link|bin\/vi)/.test(path)

test.for(['container', 'gvisor', 'microvm'] as const)(
  'what a running sandbox of the class %s has done is reported against its image',
  { timeout: 180_000 },
  async (isolation, { skip }) => {
    skip(!fixture.services().drivers.has(isolation), 'This machine does not offer the class.')
    const name = `compared-${isolation}`
    await fixture.create(name, { class: isolation })
    await fixture.exec(name, script)
    const pair = { before: 'image:busybox', after: `sandbox:${name}` }
    const { changes, total } = await compare.compareFiles({ ...pair, path: '/', offset: 0, limit: 1000 }, signal)
    expect(changes.filter(({ path }) => own(path)).map(({ path, change, what }) => [path, change, ...what])).toEqual([
      ['/bin/vi', 'deleted'],
      ['/etc/passwd', 'changed', 'content'],
      ['/link', 'added'],
      ['/odd\\xff', 'added'],
      ['/root', 'changed', 'mode'],
      ['/var/lib', 'added'],
      ['/var/lib/dpkg', 'added'],
      ['/var/lib/dpkg/status', 'added'],
    ])
    const page = await compare.compareFiles({ ...pair, path: '/', offset: 1, limit: 1 }, signal)
    expect([page.changes[0]?.path, page.total]).toEqual([changes[1]?.path, total])
    const { diff } = await compare.compareText({ ...pair, path: '/etc/passwd' }, signal)
    expect(diff).toContain('+changed')
    const { changes: packages } = await compare.comparePackages(pair, signal)
    expect(packages).toEqual([{ manager: 'dpkg', name: 'tool', before: null, after: '1.2' }])
    const { changes: config } = await compare.compareConfig(pair, signal)
    expect(config.map(({ field }) => field)).toContain('argv')
    await fixture.services().sandboxes.stop(name, { graceMs: 0 })
    const view = await trees.open(await trees.find(`sandbox:${name}`, signal))
    expect(await view.stat('link')).toMatchObject({ kind: 'link', target: '/etc/shadow', source: 0 })
    await view.close()
  },
)
