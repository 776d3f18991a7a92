import { expect, test } from 'vitest'
import type { FileChange } from '#contract/compare'
import { makeFakeJoey } from '../testing/fake-joey.ts'
import { filesStore, loadFiles } from './compare-store.ts'

const pair = { before: 'snapshot:aaaaaaaaaaaa', after: 'sandbox:0123456789ab' }
const change = (index: number): FileChange => ({
  ...{ path: `/file-${index}`, change: 'added', before: null, what: [] },
  after: { kind: 'file', size: 1, mode: 0o644, uid: 0, gid: 0 },
})
const totals = { total: 7000, added: 7000, changed: 0, deleted: 0, addedBytes: 7000 }
const page = ({ offset, limit }: { offset: number; limit: number }) => ({
  ...totals,
  changes: Array.from({ length: Math.max(0, Math.min(limit, totals.total - offset)) }, (_, at) => change(offset + at)),
})

test('all pages are loaded, and each is shown as it comes', async () => {
  const joey = makeFakeJoey({ calls: { 'compare.files': page } })
  Object.assign(window, { joey })
  const seen: number[] = []
  const off = filesStore.subscribe(({ files }) => files.kind === 'ready' && seen.push(files.changes.length))
  loadFiles(pair)
  await expect.poll(() => filesStore.getState().files).toMatchObject({ kind: 'ready', loading: false })
  off()
  expect(seen).toEqual([5000, 7000])
  expect(joey.requests.map(({ request }) => (request as { offset: number }).offset)).toEqual([0, 5000])
})

test('a tree that shrinks while it is compared does not make it ask for ever', async () => {
  const joey = makeFakeJoey({ calls: { 'compare.files': () => ({ ...totals, changes: [] }) } })
  Object.assign(window, { joey })
  loadFiles(pair)
  await expect.poll(() => filesStore.getState().files).toMatchObject({ kind: 'ready', loading: false })
  expect(joey.requests).toHaveLength(1)
})

test('what comes after another pair was chosen is not shown', async () => {
  const answers: ((answer: unknown) => void)[] = []
  const calls = { 'compare.files': () => new Promise((resolve) => answers.push(resolve)) }
  Object.assign(window, { joey: makeFakeJoey({ calls }) })
  const stop = loadFiles(pair)
  stop()
  loadFiles({ ...pair, before: 'snapshot:bbbbbbbbbbbb' })
  answers[0]?.({ ...totals, total: 1, changes: [change(1)] })
  await Promise.resolve()
  expect(filesStore.getState().files).toEqual({ kind: 'loading' })
  answers[1]?.({ ...totals, total: 1, changes: [change(2)] })
  await expect.poll(() => filesStore.getState().files).toMatchObject({ changes: [{ path: '/file-2' }] })
})
