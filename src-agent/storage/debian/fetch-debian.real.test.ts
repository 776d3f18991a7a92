import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { fetchDebian } from './fetch-debian.ts'

let base: string
let mirror: Server
let asked: string[]
beforeEach(async () => {
  base = await mkdtemp(join(process.env['TMPDIR'] ?? '/tmp', 'deb-'))
  asked = []
  mirror = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => mirror.close(resolve))
  await rm(base, { recursive: true, force: true })
})

const portOf = (server: Server) => (server.address() as AddressInfo).port

async function fetch(address: string) {
  const [staging, runFolder] = [await mkdtemp(join(base, 's-')), await mkdtemp(join(base, 'r-'))]
  const made = fetchDebian(run, {
    source: { mirror: address, suite: 'bookworm', further: [] },
    ...{ staging, runFolder, proxy: null, here: ['busybox:latest'] },
    signal: new AbortController().signal,
    onPackages: () => undefined,
  })
  const outcome = await made.then(
    () => null,
    (error: { wire: { reason: string; message: string } }) => error.wire,
  )
  return { outcome, left: await readdir(runFolder) }
}

test('a mirror without the release is asked, and what it lacks is said', async () => {
  const { outcome, left } = await fetch(`http://127.0.0.1:${portOf(mirror)}/debian`)
  expect(outcome).toMatchObject({ reason: 'debian-not-fetched' })
  expect(asked.some((path) => path.startsWith('/debian/dists/bookworm/'))).toBe(true)
  expect(left).toEqual([])
}, 60_000)

test('where nothing answers, it says so with the images that are here', async () => {
  const port = portOf(mirror)
  await new Promise((resolve) => mirror.close(resolve))
  mirror = createServer()
  const { outcome } = await fetch(`http://127.0.0.1:${port}/debian`)
  expect(outcome).toMatchObject({ reason: 'mirror-unreachable' })
  expect(outcome?.message).toContain('These images are here: busybox:latest.')
}, 60_000)
