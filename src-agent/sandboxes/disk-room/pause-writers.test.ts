import { expect, test, vi } from 'vitest'
import { createWriterPause } from './pause-writers.ts'

const gibibyte = 2 ** 30
const room = { path: '/joey', freeBytes: gibibyte, reserveBytes: 2 * gibibyte }
const hog = { id: 'hog', bytes: 3 * gibibyte }

function setUp({ isOn = true, changed = {} as Record<string, number> } = {}) {
  const sandbox = (id: string, own: string, diskBytes: number | null) => ({
    sandbox: { id, name: `the ${id}`, state: 'running', class: own, spec: { limits: { diskBytes } } },
  })
  const records = [
    sandbox('hog', 'container', null),
    sandbox('bounded', 'container', gibibyte),
    sandbox('vm', 'microvm', null),
  ]
  const pauseWriter = vi.fn(async (_id: string, _bytes: number, _fact: unknown) => undefined)
  const changedBytes = vi.fn(async (folder: string) => changed[folder] ?? 0)
  const onTaken = createWriterPause({
    records: { all: () => records, get: (id: string) => records.find((each) => each.sandbox.id === id) } as never,
    settings: { read: () => ({ pauseDiskWriters: isOn }) } as never,
    drivers: new Map(
      ['container', 'microvm'].map((own) => [own, { disk: own === 'microvm' ? 'image' : 'folder' }]),
    ) as never,
    folder: { sandbox: (id: string) => ({ upper: id }) } as never,
    sandboxes: { pauseWriter },
    log: { warn: vi.fn() },
    changed: changedBytes,
  })
  return { pauseWriter, changedBytes, onTaken }
}

test('who writes is paused, and told how much, why and what to do', async () => {
  const { pauseWriter, onTaken } = setUp()
  await onTaken({ spanMs: 2000, goneBytes: hog.bytes, writers: [hog], isUnexplained: false }, room)
  expect(pauseWriter).toHaveBeenCalledExactlyOnceWith(
    'hog',
    hog.bytes,
    expect.objectContaining({
      reason: 'disk-writer-paused',
      params: {
        ...{ name: 'the hog', how: 'written', written: 3072, seconds: 2, free: 1024, reserve: 2048, path: '/joey' },
        limit: 'no',
      },
    }),
  )
})

test('one with a limit of its disk is not told to give it one', async () => {
  const { pauseWriter, onTaken } = setUp()
  await onTaken({ spanMs: 1, goneBytes: 1, writers: [{ id: 'vm', bytes: 1 }], isUnexplained: false }, room)
  expect(pauseWriter.mock.calls[0]?.[2]).toMatchObject({ params: { name: 'the vm', limit: 'yes' } })
})

test('room that nobody has written is looked for in the files of those without a limit', async () => {
  const { pauseWriter, changedBytes, onTaken } = setUp({ changed: { hog: 4 * gibibyte } })
  await onTaken({ spanMs: 250, goneBytes: 4 * gibibyte, writers: [], isUnexplained: true }, room)
  expect(changedBytes.mock.calls.map(([folder]) => folder)).toEqual(['hog'])
  expect(pauseWriter.mock.calls).toMatchObject([['hog', 4 * gibibyte, { params: { how: 'files' } }]])
})

test('nobody is paused where something else on this machine takes the room', async () => {
  const { pauseWriter, onTaken } = setUp({ changed: { hog: 2 ** 20 } })
  await onTaken({ spanMs: 250, goneBytes: 4 * gibibyte, writers: [], isUnexplained: true }, room)
  expect(pauseWriter).not.toHaveBeenCalled()
})

test('nobody is paused where the person has turned it off', async () => {
  const { pauseWriter, changedBytes, onTaken } = setUp({ isOn: false, changed: { hog: 4 * gibibyte } })
  await onTaken({ spanMs: 2000, goneBytes: hog.bytes, writers: [hog], isUnexplained: false }, room)
  await onTaken({ spanMs: 2000, goneBytes: hog.bytes, writers: [], isUnexplained: true }, room)
  expect(pauseWriter).not.toHaveBeenCalled()
  expect(changedBytes).not.toHaveBeenCalled()
})
