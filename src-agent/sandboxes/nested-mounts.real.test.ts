import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { IsolationClass } from '#contract/sandbox'
import { run } from '../base/process/run.ts'
import { type AgentFixture, openAgentFixture } from '../testing/agent-fixture.ts'

let agent: AgentFixture
let folder: string
const at = (name: string) => join(folder, name)
const nested = ['proc', 'etc', 'data'] as const

beforeAll(async () => {
  agent = await openAgentFixture()
  folder = mkdtempSync(join(tmpdir(), 'joey-nested-'))
  for (const name of nested) mkdirSync(at(name))
  await run('mount', ['-t', 'proc', 'joey', at('proc')])
  await run('mount', ['--bind', '/etc', at('etc')])
  await run('mount', ['-t', 'tmpfs', 'joey', at('data')])
  writeFileSync(at('data/word'), 'first\n')
}, 120_000)
afterAll(async () => {
  for (const name of nested) await run('umount', [at(name)])
  rmSync(folder, { recursive: true })
  await agent.close()
}, 60_000)
afterEach(async () => {
  const { sandboxes } = agent.services()
  await Promise.all(sandboxes.list(true).map(({ id }) => sandboxes.remove(id, true)))
})

describe.each(IsolationClass.options)('in the class %s', (wanted) => {
  const start = (more: { readOnly: boolean; recursive?: true }) =>
    agent.create('box', {
      class: wanted,
      mounts: [{ kind: 'bind', source: folder, target: '/x', ...more }],
    })

  test('nothing that is mounted below comes along without a request', async (context) => {
    context.skip(!agent.services().drivers.has(wanted), 'this machine does not offer the class')
    await start({ readOnly: false })
    expect((await agent.exec('box', 'ls /x /x/proc /x/etc /x/data')).stdout.match(/^\w+$/gm)).toEqual(
      [...nested].sort(),
    )
  })

  test('what is requested comes along, read-only to its end, and never the kernel or the system', async (context) => {
    context.skip(!agent.services().drivers.has(wanted), 'this machine does not offer the class')
    await start({ readOnly: true, recursive: true })
    const { stdout } = await agent.exec('box', 'cat /x/data/word; echo changed >/x/data/word; ls /x/proc /x/etc')
    expect(stdout).toMatch(/^first$/m)
    expect(stdout).not.toMatch(/shadow|core_pattern|cpuinfo/)
    expect(readFileSync(at('data/word'), 'utf8')).toBe('first\n')
  })

  test('inner mounts are seen in whatever order they were given', async (context) => {
    context.skip(!agent.services().drivers.has(wanted), 'this machine does not offer the class')
    mkdirSync(at('data/inner'), { recursive: true })
    writeFileSync(at('data/inner/there'), '')
    const bind = (source: string, target: string) => ({ kind: 'bind' as const, source, target, readOnly: false })
    await agent.create('box', {
      class: wanted,
      mounts: [bind(at('data/inner'), '/x/data'), bind(folder, '/x')],
    })
    expect((await agent.exec('box', 'ls /x/data')).stdout.trim()).toBe('there')
  })
})

test('a place of the kernel is no source, however it is called', async () => {
  const mount = (source: string) =>
    agent.create('box', { mounts: [{ kind: 'bind', source, target: '/x', readOnly: true }] })
  await expect(mount(at('proc'))).rejects.toMatchObject({ wire: { reason: 'mount-source-refused' } })
  await expect(mount(at('etc'))).rejects.toMatchObject({ wire: { reason: 'mount-source-refused' } })
  await expect(mount(at('etc/ssl'))).rejects.toMatchObject({ wire: { reason: 'mount-source-refused' } })
})
