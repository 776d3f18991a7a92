import { existsSync, globSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tagOf } from '#contract/client/place'
import type { IsolationClass } from '#contract/sandbox'
import { run } from './base/process/run.ts'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

const classes = ['container', 'gvisor', 'microvm'] as const
let agent: TestAgent
let tag: string

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  tag = tagOf(agent.place.home)
})
afterAll(() => agent.dispose())

const create = async (own: IsolationClass, network: 'nat' | 'none' = 'none') =>
  (await agent.client.createSandbox({ spec: scriptSpec('sleep 100000', { class: own, network }) })).id
const stateOf = async (ref: string) => (await agent.client.inspectSandbox({ ref })).state
const remove = (ref: string) => agent.client.removeSandbox({ ref, force: true })
const shell = async (ref: string, script: string) =>
  (await agent.exec(ref, { argv: ['sh', '-c', script] })).stdout.toString().trim()

/** Dead, or waiting for its parent to notice. */
function isDead(pid: number): boolean {
  const file = `/proc/${pid}/stat`
  return !existsSync(file) || readFileSync(file, 'utf8').split(') ').at(-1)?.[0] === 'Z'
}

/** In every hierarchy: its processes go to the root. */
function removeCgroupsOf(id: string): void {
  const groups = globSync([`/sys/fs/cgroup/joey/${tag}/${id}`, `/sys/fs/cgroup/*/joey/${tag}/${id}`])
  for (const group of groups) {
    const root = group.slice(0, group.indexOf('/joey/'))
    const folders = [...globSync(`${group}/**/`), group].map((path) => path.replace(/\/$/, ''))
    const deepestFirst = [...new Set(folders)].sort((one, other) => other.length - one.length)
    for (const folder of deepestFirst) {
      const pids = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)
      for (const pid of pids) writeFileSync(join(root, 'cgroup.procs'), pid)
      rmdirSync(folder)
    }
  }
}

describe.each(classes)('somebody removes the cgroups of a sandbox of the class %s', (own) => {
  test('and a stop still ends its processes, and it starts again', async () => {
    const id = await create(own)
    const pid = (await agent.client.inspectSandbox({ ref: id })).pid ?? 0
    removeCgroupsOf(id)
    const stopped = await agent.client.stopSandbox({ ref: id, graceMs: 0 })
    expect(stopped.exit).toMatchObject({ code: 137 })
    await expect.poll(() => isDead(pid)).toBe(true)
    await agent.client.startSandbox({ ref: id })
    expect(await shell(id, 'echo there')).toBe('there')
    await remove(id)
  })
})

test('somebody removes a container from its runtime, which is on record, and it starts again', async () => {
  const id = await create('container')
  // The agent sees the end at once, and may have removed what crun still looks for.
  await run('crun', ['--root', join(agent.place.run, 'oci'), 'delete', '--force', id], { okExitCodes: [0, 1] })
  await expect.poll(() => stateOf(id)).toBe('stopped')
  await agent.client.startSandbox({ ref: id })
  expect(await shell(id, 'echo there')).toBe('there')
  await remove(id)
})

test('somebody unmounts an image, and what starts next has it all the same', async () => {
  const id = await create('container')
  const [mount] = globSync(join(agent.place.run, 'images', '*'))
  await run('nsenter', [`--mount=/proc/${agent.pid()}/ns/mnt`, 'umount', '--lazy', mount ?? ''])
  await agent.client.restartSandbox({ ref: id, graceMs: 0 })
  expect(await shell(id, 'echo there')).toBe('there')
  await remove(id)
})

test('somebody removes every interface, and what starts next has a network', async () => {
  const id = await create('container', 'nat')
  const links = globSync(`/sys/class/net/jy${tag}x*`).map((path) => basename(path))
  expect(links.length).toBeGreaterThan(0)
  for (const link of links) await run('ip', ['link', 'del', link], { okExitCodes: [0, 1] })
  await agent.client.restartSandbox({ ref: id, graceMs: 0 })
  const { address } = await agent.client.inspectSandbox({ ref: id })
  expect(await shell(id, 'ip address show dev eth0')).toContain(`inet ${address}`)
  await remove(id)
})
