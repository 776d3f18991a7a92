import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createMemoryCeiling } from './memory-ceiling.ts'

const gibibyte = 2 ** 30

function open(files: Readonly<Record<string, string>>, share: number | null = 80) {
  const root = mkdtempSync(join(tmpdir(), 'joey-ceiling-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const log = { warn: () => undefined }
  const ceiling = createMemoryCeiling({ cgroup: '/joey/t', percent: () => share, log, root, totalBytes: 10 * gibibyte })
  return { ceiling, read: (file: string) => readFileSync(join(root, file), 'utf8').trim() }
}

const v1 = (limit: string, used = '0') => ({
  'memory/joey/t/memory.limit_in_bytes': limit,
  'memory/joey/t/memory.usage_in_bytes': used,
})
const v2 = (limit: string, used = '0') => ({
  'cgroup.controllers': 'memory',
  'joey/t/memory.max': limit,
  'joey/t/memory.current': used,
})

test('what is started first puts it in force, in either form of cgroups', async () => {
  const one = open(v1('9223372036854771712'))
  await one.ceiling.ensure()
  expect(one.read('memory/joey/t/memory.limit_in_bytes')).toBe(String(8 * gibibyte))
  const two = open(v2('max'))
  await two.ceiling.ensure()
  expect(two.read('joey/t/memory.max')).toBe(String(8 * gibibyte))
})

test('none is taken away, and one that is below present use is refused before anything is killed', async () => {
  const { ceiling, read } = open(v2(String(8 * gibibyte), String(4 * gibibyte)))
  await expect(ceiling.change(20)).rejects.toMatchObject({
    wire: { code: 'conflict', reason: 'total-memory-below-use', params: { ceiling: 2048, used: 4096 } },
  })
  expect(read('joey/t/memory.max')).toBe(String(8 * gibibyte))
  await ceiling.change(null)
  expect(read('joey/t/memory.max')).toBe('max')
})

test('doctor shows what holds', async () => {
  expect(await open(v1(String(8 * gibibyte))).ceiling.examine()).toMatchObject([
    { level: 'ok', title: expect.stringContaining('8.0 GiB') },
  ])
  expect(await open({}).ceiling.examine()).toMatchObject([{ level: 'ok' }])
  expect(await open(v1('9223372036854771712')).ceiling.examine()).toMatchObject([{ level: 'warning' }])
  expect(await open({}, null).ceiling.examine()).toMatchObject([{ level: 'warning' }])
})
