import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SandboxSpec } from '#contract/sandbox'
import { run } from './base/process/run.ts'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

const mebibyte = 2 ** 20
const forever = 'sleep 100000'
let agent: TestAgent
beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterAll(() => agent.dispose())

type Class = SandboxSpec['class']

async function create(wanted: Class, diskBytes: number | null, script = forever) {
  const { limits } = scriptSpec(script)
  const spec = scriptSpec(script, { class: wanted, limits: { ...limits, diskBytes } })
  return agent.client.createSandbox({ spec })
}

async function shell(ref: string, script: string): Promise<string> {
  const { stdout, stderr } = await agent.exec(ref, { argv: ['sh', '-c', script] })
  return `${stdout}${stderr}`.trim()
}

const remove = (ref: string) => agent.client.removeSandbox({ ref, force: true })
const folderOf = (id: string) => join(agent.place.home, 'sandboxes', id)
const imageOf = (id: string) => join(folderOf(id), 'limited.ext4')

async function loops(): Promise<string[]> {
  const { stdout } = await run('losetup', ['--noheadings', '--output', 'BACK-FILE'])
  return stdout.split('\n').filter((line) => line.startsWith(agent.place.home) && line.includes('limited.ext4'))
}

/** In the mount namespace of a process. */
function disksSeenBy(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
  return text.split('\n').filter((line) => line.includes(`${agent.place.run}/limited/`) && line.includes(' - ext4 '))
}

describe.each(['container', 'gvisor', 'microvm'] as const)(
  'a disk with neither files nor bytes left in the class %s',
  (own) => {
    test('starts again and again, and what is in the way can be removed', async () => {
      const { id } = await create(own, 64 * mebibyte)
      const fill =
        'mkdir /many; i=0; while echo -n >/many/$i; do i=$((i+1)); done 2>/dev/null; dd if=/dev/zero of=/many/0 bs=4k'
      expect(await shell(id, fill)).toContain('No space left on device')
      for (let round = 0; round < 3; round += 1) {
        await agent.client.restartSandbox({ ref: id, graceMs: 100 })
        expect(await shell(id, 'echo >/other')).toContain('No space left on device')
      }
      expect(await shell(id, 'rm -r /many && echo >/other && echo done')).toBe('done')
      await remove(id)
    })
  },
)

describe.each(['container', 'gvisor'] as const)('a limit of the disk in the class %s', (own) => {
  test('it is full at that size, starts again when it is full, and has more room after the limit was raised', async () => {
    const { id } = await create(own, 64 * mebibyte)
    expect(await shell(id, 'dd if=/dev/zero of=/much bs=1M count=100; echo "still here"')).toMatch(
      /No space left on device[^]*still here|still here[^]*No space left on device/,
    )
    expect(statSync(imageOf(id)).size).toBe(64 * mebibyte)
    await expect(agent.client.updateSandbox({ ref: id, diskBytes: null })).rejects.toMatchObject({
      wire: { reason: 'disk-limit-at-rest' },
    })
    await agent.client.restartSandbox({ ref: id, graceMs: 100 })
    expect(await shell(id, 'echo more >/more; ls /much')).toContain('/much')
    await agent.client.updateSandbox({ ref: id, diskBytes: 128 * mebibyte })
    await agent.client.restartSandbox({ ref: id, graceMs: 100 })
    expect(await shell(id, 'dd if=/dev/zero of=/more bs=1M count=30 2>/dev/null && echo done')).toBe('done')
    await agent.client.stopSandbox({ ref: id, graceMs: 100 })
    await expect(agent.client.updateSandbox({ ref: id, diskBytes: 64 * mebibyte })).rejects.toMatchObject({
      wire: { reason: 'disk-limit-below-use' },
    })
    await remove(id)
    await expect.poll(loops).toEqual([])
  })

  test('snapshots, forks and restores have it too, and hold what was written', async () => {
    const { id } = await create(own, 256 * mebibyte)
    await shell(id, 'echo first >/file')
    const running = await agent.client.createSnapshot({ ref: id })
    await agent.client.stopSandbox({ ref: id, graceMs: 100 })
    const stopped = await agent.client.createSnapshot({ ref: id })
    const { sandboxes } = await agent.client.forkSandboxes({ snapshot: stopped.id })
    const fork = sandboxes[0]?.id ?? ''
    expect(await shell(fork, 'cat /file')).toBe('first')
    expect(statSync(imageOf(fork)).size).toBe(256 * mebibyte)
    await agent.client.startSandbox({ ref: id })
    await shell(id, 'echo second >/file')
    await agent.client.restoreSnapshot({ ref: running.id })
    expect(await shell(id, 'cat /file')).toBe('first')
    expect(statSync(imageOf(id)).size).toBe(256 * mebibyte)
    for (const ref of [fork, id]) await remove(ref)
    await expect.poll(loops).toEqual([])
  })

  test('it is given and taken at rest, and what was written stays', async () => {
    const { id } = await create(own, null)
    await shell(id, 'echo kept >/file; rm /bin/true')
    await expect(agent.client.updateSandbox({ ref: id, diskBytes: 64 * mebibyte })).rejects.toMatchObject({
      wire: { reason: 'disk-limit-at-rest' },
    })
    await agent.client.stopSandbox({ ref: id, graceMs: 100 })
    for (const diskBytes of [64 * mebibyte, null]) {
      await agent.client.updateSandbox({ ref: id, diskBytes })
      await agent.client.startSandbox({ ref: id })
      expect(await shell(id, 'cat /file; ls /bin/true')).toMatch(/^kept\n.*No such file/)
      expect(existsSync(imageOf(id))).toBe(diskBytes !== null)
      await agent.client.stopSandbox({ ref: id, graceMs: 100 })
    }
    await remove(id)
  })

  test('its files are listed, changed and compared while it is stopped, and full is full for changes too', async () => {
    const { id } = await create(own, 64 * mebibyte)
    await shell(id, 'echo inside >/file; dd if=/dev/zero of=/much bs=1M count=50')
    await agent.client.stopSandbox({ ref: id, graceMs: 100 })
    await agent.murder()
    await agent.start()
    const listed = await agent.client.listFiles({ tree: `sandbox:${id}`, path: '/' })
    expect(listed.entries.map(({ name }) => name)).toContain('file')
    const tree = `sandbox:${id}`
    const write = (path: string, text: Buffer | string) =>
      agent.client.writeFile({ tree, path, base64: Buffer.from(text).toString('base64') })
    await write('/new', 'from outside')
    const { changes } = await agent.client.compareFiles({ before: 'image:busybox', after: tree })
    expect(changes.map(({ path }) => path).sort()).toEqual(['/file', '/much', '/new'])
    const fillUp = async () => {
      for (let at = 0; ; at += 1) await write(`/many${at}`, Buffer.alloc(mebibyte / 2, 1))
    }
    await expect(fillUp()).rejects.toMatchObject({ wire: { reason: 'disk-full', params: { where: 'sandbox' } } })
    await agent.client.startSandbox({ ref: id })
    expect(await shell(id, 'cat /file /new')).toBe('inside\nfrom outside')
    await remove(id)
  })

  test('a bundle of it brings the limit along', async () => {
    const { id } = await create(own, 64 * mebibyte)
    await shell(id, 'echo kept >/file')
    await agent.client.stopSandbox({ ref: id, graceMs: 100 })
    const output = join(agent.place.home, '..', `${basename(agent.place.home)}-${own}.joey`)
    await agent.client.exportTree({ source: `sandbox:${id}`, format: 'joey', output })
    await remove(id)
    const { consent } = await agent.client.inspectBundle({ path: output })
    const agreed = own === 'container' ? [] : ['class']
    const { sandbox } = await agent.client.importBundle({ path: output, consent, agreed, name: 'again' })
    rmSync(output)
    expect(sandbox.spec.limits.diskBytes).toBe(64 * mebibyte)
    await agent.client.startSandbox({ ref: sandbox.id })
    expect(await shell(sandbox.id, 'cat /file')).toBe('kept')
    expect(statSync(imageOf(sandbox.id)).size).toBe(64 * mebibyte)
    await remove(sandbox.id)
  })

  test('a change of class keeps it', async () => {
    const { id } = await create(own, 256 * mebibyte)
    await shell(id, 'echo kept >/file')
    await agent.client.stopSandbox({ ref: id, graceMs: 100 })
    await agent.client.setClass({ ref: id, class: 'microvm' })
    expect(readdirSync(folderOf(id))).toContain('disk.ext4')
    expect(statSync(join(folderOf(id), 'disk.ext4')).size).toBe(256 * mebibyte)
    expect(existsSync(imageOf(id))).toBe(false)
    await agent.client.setClass({ ref: id, class: own })
    await agent.client.startSandbox({ ref: id })
    expect(await shell(id, 'cat /file')).toBe('kept')
    expect(statSync(imageOf(id)).size).toBe(256 * mebibyte)
    await remove(id)
    await expect.poll(loops).toEqual([])
  })

  test('the agent is killed: what runs keeps its limit, is adopted, and leaves nothing', async () => {
    const limited = await create(own, 64 * mebibyte)
    const others = [await create(own, 64 * mebibyte), await create(own, null), await create('microvm', null)]
    await shell(limited.id, 'echo kept >/file')
    await agent.murder()
    await agent.start()
    expect(others.flatMap(({ id }) => disksSeenBy(monitorOf(id)))).toEqual([])
    expect(await loops()).toHaveLength(2)
    expect(await shell(limited.id, 'cat /file; dd if=/dev/zero of=/much bs=1M count=100')).toMatch(
      /^kept[^]*No space left/,
    )
    const listed = await agent.client.listFiles({ tree: `sandbox:${limited.id}`, path: '/' })
    expect(listed.entries.map(({ name }) => name)).toContain('much')
    await remove(limited.id)
    // Nobody else has kept its disk: the room is given back though the others run on.
    await expect.poll(loops).toHaveLength(1)
    for (const { id } of others) await remove(id)
    await expect.poll(loops).toEqual([])
  })
})

function monitorOf(id: string): number {
  return Number(readFileSync(join(agent.place.run, 's', id, 'monitor.pid'), 'utf8'))
}

test('a micro-VM has the disk that it was given, which grows with its next start and never shrinks', async () => {
  const { id } = await create('microvm', 96 * mebibyte)
  expect(await shell(id, 'dd if=/dev/zero of=/much bs=1M count=200; echo; rm /much; echo kept >/file')).toContain(
    'No space left',
  )
  await agent.client.updateSandbox({ ref: id, diskBytes: 300 * mebibyte })
  await expect(agent.client.updateSandbox({ ref: id, diskBytes: 64 * mebibyte })).rejects.toMatchObject({
    wire: { reason: 'disk-limit-not-lower', params: { mebibytes: 96 } },
  })
  await agent.client.restartSandbox({ ref: id, graceMs: 100 })
  expect(await shell(id, 'dd if=/dev/zero of=/much bs=1M count=200 2>/dev/null && cat /file')).toBe('kept')
  await remove(id)
})

test('a container for which none was given has that of the settings, and one that asked for none has none', async () => {
  const spec = { image: 'busybox', command: ['sleep', '1000'] }
  await agent.client.updateSettings({ defaultDiskBytes: 64 * mebibyte })
  const usual = await agent.client.createSandbox({ spec })
  const free = await agent.client.createSandbox({ spec: { ...spec, limits: { diskBytes: null } } })
  await agent.client.updateSettings({ defaultDiskBytes: null })
  expect([usual, free].map((each) => each.spec.limits.diskBytes)).toEqual([64 * mebibyte, null])
  expect([usual, free].map(({ id }) => existsSync(imageOf(id)))).toEqual([true, false])
  for (const { id } of [usual, free]) await remove(id)
})
