import { expect, test } from 'vitest'
import { fakeContext } from '../../testing/fake-context.ts'
import { port } from './port.ts'

const published = [
  { hostPort: 8080, guestPort: 80 },
  { hostPort: 6969, guestPort: 69, protocol: 'udp' },
]
const run = (wanted: readonly string[], { ports = published, spec = { ports: published }, json = false } = {}) => {
  const sandbox = { name: 'u', ports, spec }
  const made = fakeContext('', { inspectSandbox: async () => sandbox as never })
  const call = { operands: ['u', ...wanted], flags: { json, verbose: false, help: false } }
  return { ...made, code: port.run(call, made.context) }
}

test('a published port is where it is on this machine', async () => {
  const { code, stdout } = run(['69/udp'])
  expect(await code).toBe(0)
  expect(stdout.text()).toBe('127.0.0.1:6969\n')
})

test.each([
  ['69', 'for udp: joey port u 69/udp'],
  ['80/udp', 'for tcp: joey port u 80/tcp'],
  ['4444', '4444 is not published of "u". Published are: 80, 69/udp.'],
])('of %s it says why it is nowhere', async (wanted, words) => {
  await expect(run([wanted]).code).rejects.toThrow(words)
})

test('of a sandbox that does not run, or publishes nothing, it says that', async () => {
  await expect(run(['80'], { ports: [] }).code).rejects.toThrow('"u" does not run')
  await expect(run(['80'], { ports: [], spec: { ports: [] } }).code).rejects.toThrow('Nothing is published of "u".')
  const all = run([], { ports: [] })
  expect(await all.code).toBe(0)
  expect(all.stdout.text()).toBe('')
  expect(all.stderr.text()).toContain('does not run')
})

test('a script that asks for a port that is nowhere gets an empty list and 1', async () => {
  const { code, stdout } = run(['4444'], { json: true })
  expect(await code).toBe(1)
  expect(JSON.parse(stdout.text())).toEqual([])
})
