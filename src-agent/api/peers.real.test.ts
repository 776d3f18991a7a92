import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endGroup } from '../base/process/kill-group.ts'
import { run, start } from '../base/process/run.ts'
import { openPeers, type Peers } from './peers.ts'

let peers: Peers
let folder: string
beforeEach(async () => {
  peers = await openPeers()
  folder = mkdtempSync(join(tmpdir(), 'joey-peers-'))
})
afterEach(async () => {
  await peers.close()
  rmSync(folder, { recursive: true })
})

const descriptorOf = (socket: Socket) => (socket as unknown as { readonly _handle: { readonly fd: number } })._handle.fd

/** Does something with the connection of another process, which stays until it is ended. */
async function withConnection(
  command: (path: string) => readonly [string, ...string[]],
  work: (descriptor: number, end: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const path = join(folder, 'socket')
  const server = createServer({ pauseOnConnect: true }).listen(path)
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve))
  await new Promise((resolve) => server.once('listening', resolve))
  const [program, ...args] = command(path)
  const child = start(program, args)
  const socket = await connected
  try {
    await work(descriptorOf(socket), () => endGroup(child, 0))
  } finally {
    await endGroup(child, 0)
    socket.destroy()
    server.close()
  }
}

const connecting = (path: string) => [process.execPath, '-e', 'require("net").connect(process.argv[1])', path] as const

test('reports process, namespace and control groups of who has connected, and that it has ended', () =>
  withConnection(connecting, async (descriptor, end) => {
    const [pid = '', where, groups = ''] = (await peers.identify(descriptor)).split(' ')
    expect(where).toBe('here')
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(folder)
    expect(groups.replaceAll('\t', '\n')).toBe(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
    await end()
    expect(await peers.identify(descriptor)).toBe('gone')
  }))

test('reports whose processes are numbered in another namespace', () =>
  withConnection(
    (path) => ['unshare', '--pid', '--fork', '--kill-child', ...connecting(path)],
    async (descriptor) => expect(await peers.identify(descriptor)).toMatch(/^\d+ elsewhere /),
  ))

test('says of what is no connection that it is unknown', async () => {
  const file = openSync(join(folder, 'file'), 'w')
  expect(await peers.identify(file)).toBe('unknown')
  expect(await peers.identify(-1)).toBe('unknown')
  closeSync(file)
})

test('answers many at once, each with its own, and goes on where its helper was killed', () =>
  withConnection(connecting, async (descriptor) => {
    const answer = await peers.identify(descriptor)
    const answers = Array.from({ length: 200 }, (_, index) => peers.identify(index % 2 === 0 ? descriptor : -1))
    const helpers = await run('pgrep', ['-P', String(process.pid), '-f', 'joey-outside peers'])
    process.kill(Number(helpers.stdout.trim()), 'SIGKILL')
    const after = await Promise.all([...answers, peers.identify(descriptor)])
    expect(after.filter((each) => each === answer)).toHaveLength(101)
    expect(after.filter((each) => each === 'unknown')).toHaveLength(100)
  }))
