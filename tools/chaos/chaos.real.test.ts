import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scriptSpec } from '../../src-agent/testing/test-agent.ts'
import { newSandbox } from './model.ts'
import { compare } from './oracle.ts'
import { runSeed } from './run-seed.ts'
import { openWorld, type World } from './world.ts'

/** For what hangs. */
const longestMs = 600_000

// In the fastest class: the others, and more of everything, are `npm run chaos`.
test.each([[204, 10]])(
  'seed %i: after each of %i steps with faults nothing is lost, left or told wrongly, and everything can be done again',
  async (seed, steps) => {
    const lines: string[] = []
    const keep = join(tmpdir(), `chaos-${seed}`)
    const report = await runSeed({ seed, steps, classes: ['container'], keep, say: (line) => lines.push(line) })
    const again = `npm run chaos -- --seed ${seed} --steps ${steps} --class container`
    expect(report.differences, `${lines.join('\n')}\n${again}`).toEqual([])
    expect(report.faults).toBeGreaterThan(0)
  },
  longestMs,
)

describe('what is not as it must be is seen', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(1, ['container'])
  }, longestMs)
  afterAll(() => world.close(), longestMs)

  const add = async () => {
    const made = newSandbox(world.model, { class: 'container' })
    await world.agent.client.createSandbox({ name: made.name, spec: scriptSpec('mkdir /data; exec sleep 100000') })
    made.there.be(true)
    made.runs.be(true)
    made.label.add('')
    return made.name
  }

  test('a file that nobody has written, and one that is gone', async () => {
    const name = await add()
    expect(await compare(world)).toEqual([])
    await world.agent.exec(name, { argv: ['sh', '-c', 'echo strange >/data/a'] })
    expect(await compare(world)).toEqual([`the files of ${name}: [["a","strange"]], in place of []`])
    await world.agent.exec(name, { argv: ['rm', '/data/a'] })
    expect(await compare(world)).toEqual([`the files of ${name}: [], in place of [["a","strange"]]`])
  })

  test('a sandbox that has stopped or is gone, or that nobody has made', async () => {
    const name = await add()
    await world.agent.client.stopSandbox({ ref: name, graceMs: 0 })
    expect(await compare(world)).toMatchObject([
      expect.stringMatching(/^whether s\d runs .*: false, in place of true$/),
    ])
    await world.agent.client.removeSandbox({ ref: name })
    expect(await compare(world)).toEqual([`whether the sandbox ${name} is there: false, in place of true`])
    const spec = scriptSpec('sleep 100000')
    const { id } = await world.agent.client.createSandbox({ name: 'strange', spec })
    expect(await compare(world)).toEqual(['there is a sandbox strange that nobody made'])
    await world.agent.client.removeSandbox({ ref: id, force: true })
  })

  test('a folder that is left', async () => {
    mkdirSync(join(world.agent.place.home, 'sandboxes', 'aaaa0000bbbb'))
    expect(await compare(world, 0)).toEqual(['the folder sandboxes/aaaa0000bbbb is left'])
  })
})
