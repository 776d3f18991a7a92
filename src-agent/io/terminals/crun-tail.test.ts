import { expect, test } from 'vitest'
import { createCrunTail } from './crun-tail.ts'

const record = (content: string) => `\u001b[1;31m2026-11-23T20:06:24.037030Z: ${content}\u001b[0m\n`
const pass = (...parts: string[]) => {
  const tail = createCrunTail()
  const out = parts.map((part) => tail.push(Buffer.from(part, 'latin1')))
  return { passed: Buffer.concat(out).toString('latin1'), end: () => tail.end().toString('latin1'), tail }
}

test('ordinary output passes at once', () => {
  const { passed, tail } = pass('plain \u001b[31mred\u001b[0m\n', '\u001b[1;31mbold red\u001b[0m\n')
  expect(passed).toBe('plain \u001b[31mred\u001b[0m\n\u001b[1;31mbold red\u001b[0m\n')
  expect(tail.isHolding()).toBe(false)
})

test('the rest that crun logs is given back as it was', () => {
  const contents = ['x'.repeat(255), 'a\u001b[0m\nb'.padEnd(255, '\n'), '\xff\xc3', 'THEEND\r\n']
  const { passed, end } = pass(`before${contents.map(record).join('')}`)
  expect(passed).toBe('before')
  expect(end()).toBe(contents.join(''))
})

test('wherever it is cut, it comes out the same', () => {
  const text = `before${record('x'.repeat(255))}${record('end\r\n')}`
  for (let cut = 0; cut <= text.length; cut += 1) {
    const { passed, end } = pass(text.slice(0, cut), text.slice(cut))
    expect(passed + end()).toBe(`before${'x'.repeat(255)}end\r\n`)
  }
})

test('what looks like it but is followed by something else stays as it is', () => {
  const text = `${record('logged by somebody')}and more${'!'.repeat(300)}\n`
  expect(pass(text).passed).toBe(text)
})

test('what is held can be let go as it came', () => {
  const { passed, tail } = pass(record('a log line'))
  expect(passed).toBe('')
  expect(tail.release().toString()).toBe(record('a log line'))
})

test('an unfinished one is not changed', () => {
  const { passed, end } = pass('\u001b[1;31m2026-11-23T20:06')
  expect(passed + end()).toBe('\u001b[1;31m2026-11-23T20:06')
})
