import { expect, test } from 'vitest'
import { readObservations } from './observation.ts'

const begin = '{"id":"begin","nonce":"n1","kernel":"6.1","version":"#1","boot":"b"}'
const end = '{"id":"end","count":1,"nonce":"n1"}'
const line = (id: string, seen: string) => JSON.stringify({ id, seen, errno: 0, found: '', detail: 'x' })

test('what the probe prints between its first and last line counts', () => {
  const observed = readObservations([begin, line('files.by-path', 'blocked'), end].join('\n'), 'n1')
  expect(observed.complete).toBe(true)
  expect(observed.beginning?.kernel).toBe('6.1')
  expect([...observed.observations.keys()]).toEqual(['files.by-path'])
})

test('lines with another nonce, in another form, or after the end do not count', () => {
  const foreign = begin.replace('n1', 'n2')
  expect(readObservations([foreign, line('a', 'blocked')].join('\n'), 'n1').observations.size).toBe(0)
  const odd = ['null', '[]', '{', line('a', 'wonderful'), line('A B', 'blocked'), '{"id":"a","seen":"blocked"}']
  expect(readObservations([begin, ...odd, end, line('late', 'blocked')].join('\n'), 'n1').observations.size).toBe(0)
})

test('of two results with one id the first counts', () => {
  const { observations } = readObservations([begin, line('a', 'succeeded'), line('a', 'blocked'), end].join('\n'), 'n1')
  expect(observations.get('a')?.seen).toBe('succeeded')
})

test('output that was cut off is distinguished from a whole one', () => {
  expect(readObservations([begin, line('a', 'blocked')].join('\n'), 'n1').complete).toBe(false)
})

test('a flood of lines is read to a limit only', () => {
  const flood = Array.from({ length: 5000 }, (_, index) => line(`p${index}`, 'blocked'))
  expect(readObservations([begin, ...flood].join('\n'), 'n1').observations.size).toBeLessThan(400)
})
