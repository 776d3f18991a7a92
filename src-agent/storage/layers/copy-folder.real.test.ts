import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endGroup } from '../../base/process/kill-group.ts'
import { run, start } from '../../base/process/run.ts'
import { describeLayer } from '../../testing/layers/describe-layer.ts'
import { makeRandomLayer } from '../../testing/layers/random-layer.ts'
import { createDiskConverter } from '../ext4/ext4-disk.ts'
import { createLayerStore } from './create-layer-store.ts'
import type { LayerStore } from './layer-store.ts'

const { signal } = new AbortController()
let home: string
let store: LayerStore

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-copy-'))
  const folder = join(home, 'layers')
  const log = pino({ enabled: false })
  store = createLayerStore({ folder, blockFolder: join(home, 'blocks'), run, log, converter: createDiskConverter(run) })
})
afterAll(() => run('rm', ['-rf', home]))

const still = (work: () => Promise<void>) => work()

test('random layers are copied exactly while nothing changes', async () => {
  for (let seed = 1; seed <= 4; seed += 1) {
    const upper = join(home, `still-${seed}`)
    await makeRandomLayer(upper, seed)
    const id = store.newId()
    await store.copyFolder(id, upper, still, { signal })
    expect(await describeLayer(await store.ensureTree(id, signal)), `seed ${seed}`).toBe(await describeLayer(upper))
  }
})

test('what changes between the copying and the freeze is in the copy, whatever it is', async () => {
  for (let seed = 20; seed <= 24; seed += 1) {
    const upper = join(home, `changed-${seed}`)
    await makeRandomLayer(upper, seed)
    const id = store.newId()
    const freeze = async (work: () => Promise<void>) => {
      const other = join(home, 'other')
      await makeRandomLayer(other, seed + 100)
      // One layer over another: files become folders, folders vanish, attributes come and go.
      await run('sh', [
        '-c',
        'cd "$1" && find . -mindepth 1 -maxdepth 1 -name "*[02468]" -exec rm -rf {} +',
        'sh',
        upper,
      ])
      await run('cp', ['-dR', '--preserve=all', '--remove-destination', `${other}/.`, upper], { okExitCodes: [0, 1] })
      await run('rm', ['-rf', other])
      await work()
    }
    await store.copyFolder(id, upper, freeze, { signal })
    expect(await describeLayer(await store.ensureTree(id, signal)), `seed ${seed}`).toBe(await describeLayer(upper))
  }
})

test('a copy of a folder that is changed all the time is what the folder was in the moment of the freeze', async () => {
  let lines = 0
  for (let seed = 1; seed <= 3; seed += 1) {
    const upper = join(home, `racing-${seed}`)
    await mkdir(upper)
    const writer = start(process.execPath, [
      join(import.meta.dirname, '../../testing/layers/racing-writer.entry.ts'),
      upper,
      `${seed}`,
    ])
    try {
      await once(writer.stdout, 'data')
      await sleep(300)
      let then = ''
      const freeze = async (work: () => Promise<void>) => {
        await stop(writer.pid ?? 0)
        await work()
        then = await describeLayer(upper)
        process.kill(writer.pid ?? 0, 'SIGCONT')
      }
      const id = store.newId()
      await store.copyFolder(id, upper, freeze, { signal })
      expect(await describeLayer(await store.ensureTree(id, signal)), `seed ${seed}`).toBe(then)
      lines += then.split('\n').length
    } finally {
      await endGroup(writer, 0)
    }
  }
  expect(lines).toBeGreaterThan(100)
})

async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  while (!(await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') T ')) await sleep(1)
}

test('a copy that fails or is given up leaves nothing behind', async () => {
  const upper = join(home, 'given-up')
  await makeRandomLayer(upper, 50)
  const before = await readdir(join(home, 'layers'))
  const fails = () => Promise.reject(new Error('the guest is gone'))
  await expect(store.copyFolder(store.newId(), upper, fails, { signal })).rejects.toThrow('the guest is gone')
  const stop = new AbortController()
  const aborts = async (work: () => Promise<void>) => {
    stop.abort()
    await work()
  }
  const given = store.copyFolder(store.newId(), upper, aborts, { signal: stop.signal })
  await expect(given).rejects.toMatchObject({ wire: { reason: 'cancelled' } })
  expect(await readdir(join(home, 'layers'))).toEqual(before)
})

test('an agent that is killed while it copies leaves the folder as it was, and parts that a sweep removes', async () => {
  const upper = join(home, 'killed')
  await makeRandomLayer(upper, 60)
  const before = await describeLayer(upper)
  const folder = join(home, 'killed-layers')
  for (const afterMs of [60, 120, 'in the freeze'] as const) {
    const agent = start(process.execPath, [
      join(import.meta.dirname, '../../testing/layers/copying-agent.entry.ts'),
      folder,
      upper,
    ])
    await once(agent.stdout, 'data')
    if (afterMs === 'in the freeze') await once(agent.stdout, 'data')
    else await sleep(afterMs)
    agent.kill('SIGKILL')
    await once(agent, 'close')
    const next = createLayerStore({
      folder,
      blockFolder: join(folder, 'blocks'),
      run,
      log: pino({ enabled: false }),
      converter: createDiskConverter(run),
    })
    expect((await readdir(folder)).filter((name) => !name.endsWith('.part'))).toEqual([])
    await next.sweep(new Set())
    expect(await readdir(folder)).toEqual([])
    expect(await describeLayer(upper)).toBe(before)
  }
})

test('without room a copy is refused with a sentence, before or while it is made, and nothing is left of it', async () => {
  const small = join(home, 'small')
  await mkdir(small)
  await run('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'joey', small])
  try {
    const upper = join(small, 'upper')
    await mkdir(upper)
    await writeFile(join(upper, 'large'), Buffer.alloc(50 * 2 ** 20, 1))
    const folder = join(small, 'layers')
    const log = pino({ enabled: false })
    const full = createLayerStore({ folder, blockFolder: folder, run, log, converter: createDiskConverter(run) })
    const noSpace = { wire: { reason: 'no-space-for-layer' } }
    await expect(full.copyFolder(full.newId(), upper, still, { signal })).rejects.toMatchObject(noSpace)
    await writeFile(join(upper, 'large'), Buffer.alloc(30 * 2 ** 20, 1))
    const fills = async (work: () => Promise<void>) => {
      await writeFile(join(upper, 'more'), Buffer.alloc(30 * 2 ** 20, 1))
      await work()
    }
    await expect(full.copyFolder(full.newId(), upper, fills, { signal })).rejects.toMatchObject(noSpace)
    expect(await readdir(folder)).toEqual([])
  } finally {
    await run('umount', [small])
  }
})

test('a thousand files that lie still take a short moment of the guest', async () => {
  const upper = join(home, 'many')
  for (let folder = 0; folder < 20; folder += 1) {
    await mkdir(join(upper, `${folder}`), { recursive: true })
    for (let file = 0; file < 50; file += 1) {
      await writeFile(join(upper, `${folder}`, `${file}`), Buffer.alloc(200_000, file + 1))
    }
  }
  let pause = 0
  const freeze = async (work: () => Promise<void>) => {
    await writeFile(join(upper, '3', '3'), 'changed at the last moment')
    const begun = performance.now()
    await work()
    pause = performance.now() - begun
  }
  const id = store.newId()
  const begun = performance.now()
  await store.copyFolder(id, upper, freeze, { signal })
  const whole = performance.now() - begun
  expect(await readFile(join(await store.ensureTree(id, signal), '3', '3'), 'utf8')).toMatch(/last moment/)
  // 18 ms on an idle machine; on any it must not be the time of a whole copy.
  expect(pause).toBeLessThan(whole / 2)
  await rm(upper, { recursive: true })
})
