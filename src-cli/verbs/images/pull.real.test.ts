import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'
import { openTestRegistry, type TestRegistry } from '../../testing/test-registry.ts'

const testAgent = shareTestAgent()
let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry()
  await registry.pushBusybox(testAgent, 'team/app:1', 'first')
}, 60_000)
afterAll(() => registry.close())

describe('joey pull', () => {
  test('prints the name that it is kept under, says what was fetched, and run finds it', async () => {
    const name = `${registry.host}/team/app:1`
    const pulled = await testAgent.joey(['pull', name])
    expect(pulled).toMatchObject({ code: 0, stdout: `${name}\n` })
    expect(pulled.stderr).toMatch(/^joey: sha256:[a-f0-9]{12}: fetched (\d) of \1 layers, .*\n$/)
    expect((await testAgent.joey(['image', 'pull', name])).stderr).toMatch(/was here already; nothing was fetched/)
    expect(await testAgent.joey(['run', '--rm', name, 'cat', '/text'])).toMatchObject({ code: 0, stdout: 'first\n' })
    expect((await testAgent.joey(['image', 'rm', name])).code).toBe(0)
  })

  test('says what a reference lacks, and what a registry has not', async () => {
    expect((await testAgent.joey(['pull', 'Debian'])).stderr).toMatch(
      /^joey: "Debian" is no name of an image: .*lower case/,
    )
    const missing = await testAgent.joey(['pull', `${registry.host}/team/none`])
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toContain(`The registry has no image ${registry.host}/team/none:latest.`)
  })
})

describe('joey run', () => {
  const name = () => `${registry.host}/team/app:1`
  test('fetches what is not here, says so beside the output, and not twice', async () => {
    const first = await testAgent.joey(['run', '--rm', name(), 'cat', '/text'])
    expect(first).toMatchObject({ code: 0, stdout: 'first\n' })
    expect(first.stderr).toBe(`joey: The image ${name()} is not here. It is fetched from its registry.\n`)
    expect(await testAgent.joey(['run', '--rm', name(), 'true'])).toMatchObject({ code: 0, stderr: '' })
    expect((await testAgent.joey(['image', 'rm', name()])).code).toBe(0)
  })

  test('fetches nothing with --pull never, and says what is here', async () => {
    const ran = await testAgent.joey(['run', '--rm', '--pull', 'never', name(), 'true'])
    expect(ran.code).toBe(125)
    expect(ran.stderr).toMatch(/^joey: There is no image .* There are: busybox:latest\./)
    expect((await testAgent.joey(['run', '--pull', 'sometimes', 'busybox'])).stderr).toContain(
      'missing, always or never',
    )
  })

  test('has the latest with --pull always, which the name then means', async () => {
    const moving = `${registry.host}/team/moving:1`
    await registry.pushBusybox(testAgent, 'team/moving:1', 'old')
    expect((await testAgent.joey(['run', '--rm', moving, 'cat', '/text'])).stdout).toBe('old\n')
    await registry.pushBusybox(testAgent, 'team/moving:1', 'new')
    expect((await testAgent.joey(['run', '--rm', moving, 'cat', '/text'])).stdout).toBe('old\n')
    expect((await testAgent.joey(['run', '--rm', '--pull', 'always', moving, 'cat', '/text'])).stdout).toBe('new\n')
  })

  test('of a registry that cannot be reached says so, and what is here', async () => {
    const ran = await testAgent.joey(['run', '--rm', '127.0.0.1:9/none', 'true'])
    expect(ran.code).toBe(125)
    expect(ran.stderr).toMatch(/cannot be reached \(ECONNREFUSED\)\. These images are here: .*busybox:latest/)
  })
})

test('an image is named, shown with where it came from, kept while it is used, and pruned', async () => {
  const name = `${registry.host}/team/app:1`
  expect((await testAgent.joey(['pull', '-q', name])).code).toBe(0)
  expect((await testAgent.joey(['image', 'tag', name, 'mine:2'])).stdout).toBe(`${name}, mine:2\n`)
  const [shown] = await testAgent.json<Shown[]>(['image', 'inspect', 'mine:2'])
  expect(shown).toMatchObject({
    image: { names: [name, 'mine:2'] },
    pulledFrom: [{ repositories: [`${registry.host}/team/app`] }],
    users: [],
  })
  expect(shown?.pulledFrom[0]?.keptBytes).toBeGreaterThan(100_000)

  await testAgent.joey(['run', '--name', 'user', 'mine:2', 'true'])
  expect((await testAgent.joey(['image', 'prune', '-af'])).stdout).not.toContain('mine:2')
  expect((await testAgent.joey(['images'])).stdout).toContain('mine:2')
  expect((await testAgent.joey(['ps', '-a'])).stdout).toContain('user')
  await testAgent.joey(['rm', 'user'])
  expect((await testAgent.joey(['image', 'prune'])).stdout).toBe('')
  expect((await testAgent.joey(['image', 'prune', '-a', '--dry-run'])).stdout).toContain('mine:2')
  expect((await testAgent.joey(['image', 'prune', '-af'])).stdout).toContain('mine:2')
  expect((await testAgent.joey(['image', 'inspect', 'mine:2'])).code).toBe(1)
  expect((await testAgent.joey(['image', 'tag', 'busybox', 'Not Good'])).code).toBe(64)
})

interface Shown {
  readonly pulledFrom: readonly { readonly keptBytes: number }[]
}
