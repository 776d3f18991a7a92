import { expect, test } from 'vitest'
import { createLineParser, type LogRecord } from './cri-line.ts'

const at = '2026-11-23T18:59:22.237887356+00:00'
const show = ({ stream, bytes, partial }: LogRecord) => [stream, bytes.toString('latin1'), partial]

test('a full line keeps its newline, a partial one has none', () => {
  const records = createLineParser().push(Buffer.from(`${at} stdout F hi\n${at} stderr P no end\n${at} stdout F \n`))
  expect(records.map(show)).toEqual([
    ['stdout', 'hi\n', false],
    ['stderr', 'no end', true],
    ['stdout', '\n', false],
  ])
  expect(records[0]?.at).toBe(at)
})

test('wherever the bytes are cut, the records come out the same', () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).filter((byte) => byte !== 10)
  const log = Buffer.concat([
    Buffer.from(`${at} stdout F `),
    everyByte,
    Buffer.from(`\n2016-10-06T00:17:09.669794202Z stderr P x\n${at} stdout F last\n`),
  ])
  for (let cut = 0; cut <= log.length; cut += 1) {
    const parser = createLineParser()
    const records = [...parser.push(log.subarray(0, cut)), ...parser.push(log.subarray(cut))]
    expect(records.map(show)).toEqual([
      ['stdout', `${Buffer.from(everyByte).toString('latin1')}\n`, false],
      ['stderr', 'x', true],
      ['stdout', 'last\n', false],
    ])
  }
})

test('a head within the content is content', () => {
  const forged = `${at} stderr F forged`
  expect(
    createLineParser()
      .push(Buffer.from(`${at} stdout F ${forged}\n`))
      .map(show),
  ).toEqual([['stdout', `${forged}\n`, false]])
})

test('a line without a head is skipped and harms no other', () => {
  const parser = createLineParser()
  expect(parser.push(Buffer.from(`torn\n\n${at} nowhere F x\n${at} stdout F ok\n`)).map(show)).toEqual([
    ['stdout', 'ok\n', false],
  ])
})

test('an endless line comes in pieces, and its memory is bounded', () => {
  const parser = createLineParser()
  const pieces = parser.push(Buffer.from(`${at} stderr F `))
  const chunk = Buffer.alloc(32 * 1024, 'x')
  for (let index = 0; index < 64; index += 1) pieces.push(...parser.push(chunk))
  pieces.push(...parser.push(Buffer.from(`end\n${at} stdout F next\n`)))
  const next = pieces.pop()
  expect(next && show(next)).toEqual(['stdout', 'next\n', false])
  expect(pieces.length).toBeGreaterThan(10)
  expect(Math.max(...pieces.map(({ bytes }) => bytes.length))).toBeLessThan(200 * 1024)
  expect(pieces.slice(0, -1).every(({ partial, stream }) => partial && stream === 'stderr')).toBe(true)
  expect(pieces.at(-1)?.partial).toBe(false)
  expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).length).toBe(64 * 32 * 1024 + 4)
})

test('an endless line without a head is skipped to its end', () => {
  const parser = createLineParser()
  const records = Array.from({ length: 9 }, () => parser.push(Buffer.alloc(32 * 1024, 'x'))).flat()
  records.push(...parser.push(Buffer.from(`${at} stdout F not a record\n${at} stdout F ok\n`)))
  expect(records.map(show)).toEqual([['stdout', 'ok\n', false]])
})

test('after a reset an unfinished line is forgotten', () => {
  const parser = createLineParser()
  parser.push(Buffer.from(`${at} stdout F unfin`))
  parser.reset()
  expect(parser.push(Buffer.from(`${at} stdout F ok\n`)).map(show)).toEqual([['stdout', 'ok\n', false]])
})
