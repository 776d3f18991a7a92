import { expect, test } from 'vitest'
import { openTestQuarantine } from '../../testing/quarantine.ts'
import { openDatabase } from '../database.ts'
import { openImageRecords } from './image-records.ts'

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`
const image = {
  ...{ digest: digestOf('a'), names: ['team/web:1'], architecture: 'amd64', createdAt: null, builtIn: false },
  ...{ importedAt: '2024-01-01T00:00:00.000Z', sizeBytes: 5, contentBytes: 9 },
  config: {
    ...{ entrypoint: [], command: [], env: [], cwd: '/', user: '', stopSignal: null },
    ...{ exposedPorts: [], volumes: [], labels: {}, healthcheck: null },
  },
}
const accounts = { passwd: '', group: '' }

function openWith(digest: string, record: object) {
  const database = openDatabase(':memory:')
  database.prepare('INSERT INTO images (digest, record) VALUES (?, ?)').run(digest, JSON.stringify(record))
  return openImageRecords(database, openTestQuarantine(database))
}

test('the record of an image that is one file, as earlier versions wrote it, is read as one without parts', () => {
  const records = openWith(image.digest, { image, accounts })
  expect(records.list()).toEqual([{ image: { ...image, sharedBytes: 0 }, accounts, parts: [] }])
  expect(records.unreadable()).toEqual([])
})

test('parts are read again as they were written', () => {
  const layer = { diffId: digestOf('c'), contentBytes: 3, entries: 1, newest: 7, divisible: true }
  const parts = [{ digest: digestOf('b'), start: 1_048_576, bytes: 4096, layers: [layer] }]
  const records = openWith(image.digest, { image, accounts })
  records.put([{ image: { ...image, sharedBytes: 0 }, accounts, parts }])
  expect(records.list()[0]?.parts).toEqual(parts)
})

test('of a record that cannot be read the digests of its parts are known, so that their files stay', () => {
  const parts = [{ digest: digestOf('b') }, { digest: digestOf('c'), start: -1 }]
  const records = openWith(image.digest, { image, accounts, parts })
  expect(records.list()).toEqual([])
  expect(new Set(records.unreadable())).toEqual(new Set(['a', 'b', 'c'].map(digestOf)))
})
