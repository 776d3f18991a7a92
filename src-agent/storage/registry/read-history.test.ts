import { expect, test } from 'vitest'
import type { ImagePart } from '../../state/records/image-records.ts'
import { readHistory } from './read-history.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const layer = (diffId: string, contentBytes: number) => ({
  diffId,
  contentBytes,
  entries: 1,
  newest: 0,
  divisible: true,
})
const image = { digest: digest('i'), contentBytes: 42 }
const parts: readonly ImagePart[] = [
  { digest: digest('1'), start: 0, bytes: 1, layers: [layer(digest('a'), 100)] },
  { digest: digest('2'), start: 0, bytes: 1, layers: [layer(digest('b'), 7)] },
]

function blobsWith(history: unknown) {
  const config = { rootfs: { diff_ids: [digest('a'), digest('b')] }, history }
  const manifest = { config: { digest: digest('c'), size: 1 }, layers: [] }
  const origin = { image: digest('i'), manifest: digest('m'), blobs: [], repositories: [], since: '' }
  return {
    keptOf: async () => [{ origin, bytes: 1 }],
    read: async (of: string) => Buffer.from(JSON.stringify(of === digest('m') ? manifest : config)),
  }
}

test('steps are shown with the sizes of their layers, the latest first', async () => {
  const steps = await readHistory(
    blobsWith([
      { created: '2026-01-01T00:00:00Z', created_by: 'FROM x' },
      { created_by: 'ENV A=1', empty_layer: true },
      { created_by: 'RUN make', comment: 'why' },
    ]),
    image,
    parts,
  )
  expect(steps).toEqual([
    { createdAt: null, createdBy: 'RUN make', comment: 'why', contentBytes: 7 },
    { createdAt: null, createdBy: 'ENV A=1', comment: '', contentBytes: null },
    { createdAt: '2026-01-01T00:00:00Z', createdBy: 'FROM x', comment: '', contentBytes: 100 },
  ])
})

test.each([['none'], [[]], [null]])(
  'an image that says nothing that can be read (%j) has the sizes of its layers',
  async (history) => {
    const steps = await readHistory(blobsWith(history), image, parts)
    expect(steps.map(({ contentBytes, createdBy }) => [contentBytes, createdBy])).toEqual([
      [7, ''],
      [100, ''],
    ])
  },
)

test('of an image of which nothing is kept the sizes of its layers are known', async () => {
  const nothing = { keptOf: async () => [], read: () => Promise.reject(new Error('nothing is kept')) }
  expect(await readHistory(nothing, image, parts)).toHaveLength(2)
})

test('a field that is not what it should be is as if it were not there', async () => {
  const [step] = await readHistory(blobsWith([{ created: 7, created_by: null, empty_layer: 'yes' }]), image, parts)
  expect(step).toEqual({ createdAt: null, createdBy: '', comment: '', contentBytes: 100 })
})

test('what was made without layers is one step', async () => {
  const own = parts.slice(0, 1).map((part) => ({ ...part, layers: [] }))
  expect(await readHistory(blobsWith([]), image, own)).toMatchObject([{ contentBytes: 42 }])
})
