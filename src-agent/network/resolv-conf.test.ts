import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { chooseResolver, formatResolvConf, parseResolvConf, watchResolvConf } from './resolv-conf.ts'

const stub = 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch home.example\n'

const contentFor = (...texts: (string | null)[]): string => formatResolvConf(chooseResolver(texts))

test('servers, search domains and options are handed on', () => {
  expect(
    contentFor('# by hand\nnameserver 192.0.2.1 ; first\nsearch a.example b.example\noptions ndots:2\n', null),
  ).toBe('nameserver 192.0.2.1\nsearch a.example b.example\noptions ndots:2\n')
})

test('behind a stub on loopback the real servers are found, and the search domains of the host stay', () => {
  const upstream = 'nameserver 192.0.2.7\nnameserver 192.0.2.8\nsearch .\n'
  expect(contentFor(stub, upstream)).toBe('nameserver 192.0.2.7\nnameserver 192.0.2.8\nsearch home.example\n')
})

test('servers that a sandbox cannot reach are dropped: on loopback, or IPv6', () => {
  const content = contentFor('nameserver ::1\nnameserver fd00::53\nnameserver 127.0.0.1\nnameserver 192.0.2.9\n')
  expect(content).toBe('nameserver 192.0.2.9\n')
})

test('a host with nothing but loopback gives a file that says so', () => {
  expect(contentFor(stub, null)).toMatch(/^# The host has no name server/)
  expect(contentFor(null, null)).toMatch(/^# The host has no name server/)
})

test('no more servers than glibc reads', () => {
  const five = [1, 2, 3, 4, 5].map((number) => `nameserver 192.0.2.${number}`).join('\n')
  expect(contentFor(five).match(/nameserver/g)).toHaveLength(3)
})

test('garbage is no reason to fail', () => {
  expect(parseResolvConf('\0\0\nnameserver\n   \nsearch\n')).toEqual({ nameservers: [], search: [], options: [] })
})

test('a change of the host’s file is reported', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'joey-resolv-'))
  const file = join(folder, 'resolv.conf')
  await writeFile(file, 'nameserver 192.0.2.1\n')
  const reported: string[] = []
  const stop = watchResolvConf((content) => reported.push(content), [file], 20)
  onTestFinished(async () => {
    stop()
    await rm(folder, { recursive: true, force: true })
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await writeFile(file, 'nameserver 192.0.2.22\n')
  await expect.poll(() => reported, { timeout: 5_000 }).toEqual(['nameserver 192.0.2.22\n'])
})
