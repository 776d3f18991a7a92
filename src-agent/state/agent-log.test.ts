import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLastingWriter, journalLine } from './agent-log.ts'

test('after a full disk the log goes on with a stream of its own, and ends nobody', async () => {
  const written: string[] = []
  let isFull = false
  let opened = 0
  const open = () => {
    opened += 1
    return new Writable({
      decodeStrings: false,
      write(line: string, _encoding, done) {
        if (isFull) return done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
        written.push(line)
        done()
      },
    })
  }
  const writer = createLastingWriter(open)
  writer.write('before')
  isFull = true
  for (const line of ['lost', 'lost too']) {
    writer.write(line)
    await turn()
  }
  isFull = false
  writer.write('after')
  await writer.close()

  expect(written).toEqual(['before', 'after'])
  expect(opened).toBe(3)
})

test('one that has failed can be closed', async () => {
  const writer = createLastingWriter(
    () => new Writable({ write: (_line, _encoding, done) => done(new Error('no space left on device')) }),
  )
  writer.write('lost')
  await turn()

  await expect(writer.close()).resolves.toBeUndefined()
})

test.each([
  [10, 7],
  [30, 6],
  [40, 4],
  [50, 3],
  [60, 2],
])('a line of level %i has the priority %i in the journal, where time and process are known', (level, priority) => {
  const line = JSON.stringify({ level, time: 1, pid: 2, home: '/x', msg: 'the agent answers' })
  expect(journalLine(line)).toBe(`<${priority}>the agent answers {"home":"/x"}\n`)
})
