import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Gate, openGate } from './registry-gate.ts'

let folder: string
let gate: Gate
let far: Server
const seen: string[] = []
const connected = new Set<Socket>()
/** In place of what a registry usually says. */
let said: string | null = null
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'joey-gate-'))
  seen.length = 0
  said = null
  far = createServer((socket) => {
    connected.add(socket)
    socket.on('close', () => connected.delete(socket))
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      seen.push(String(chunk))
      if (said !== null) return void socket.end(said)
      // As a proxy and as a registry.
      socket.write(String(chunk).startsWith('CONNECT') ? 'HTTP/1.1 200 OK\r\n\r\nfirst' : 'x'.repeat(1000))
    })
  })
  await new Promise<void>((resolve) => far.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  gate.close()
  far.close()
  rmSync(folder, { recursive: true })
})

const port = () => (far.address() as AddressInfo).port
interface More {
  readonly allowHosts?: string[]
  readonly proxied?: boolean
  readonly mostBytes?: number
  readonly plain?: boolean
}
const open = async (registry: string, more: More = {}) => {
  const proxy = more.proxied ? { host: '127.0.0.1', port: port() } : null
  const { allowHosts = [], mostBytes = 10_000, plain = false } = more
  gate = await openGate({ registry, plain, allowHosts, folder, mostBytes, proxy })
}
/** What comes back until the other side ends, or so much of it as was waited for. */
function say(path: string, text: string, enough = Number.POSITIVE_INFINITY): Promise<string> {
  const socket: Socket = connect({ path })
  let answer = ''
  return new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
    socket.on('data', (chunk) => {
      answer += String(chunk)
      if (answer.length >= enough) socket.destroy()
    })
    socket.write(text)
  })
}

describe('the gate', () => {
  test('refuses a host that was not asked for, and speaks with nobody', async () => {
    await open('reg.example')
    expect(await say(gate.proxySocket, 'CONNECT evil.test:443 HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 403/)
    expect(
      await say(gate.proxySocket, 'GET http://reg.example/v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 403/)
    expect(gate.facts()).toMatchObject({ refused: ['evil.test', 'http://reg.example'], receivedBytes: 0 })
    expect(seen).toEqual([])
  })

  test('goes through another proxy where one is set, with what that one has sent at once', async () => {
    await open('reg.example', { proxied: true })
    const answer = await say(gate.proxySocket, 'CONNECT reg.example:443 HTTP/1.1\r\n\r\n', 24)
    expect(answer).toBe('HTTP/1.1 200 OK\r\n\r\nfirst')
    expect(seen[0]).toBe('CONNECT reg.example:443 HTTP/1.1\r\nHost: reg.example:443\r\n\r\n')
  })

  test('leads to a registry of this machine and no further than it is told to', async () => {
    await open(`127.0.0.1:${port()}`, { mostBytes: 1500 })
    expect(gate.direct?.port).toBe(port())
    expect(await say(gate.direct?.socket ?? '', 'one', 1000)).toHaveLength(1000)
    expect(gate.facts()).toMatchObject({ receivedBytes: 1000, exceeded: false })
    await say(gate.direct?.socket ?? '', 'two')
    expect(gate.facts().exceeded).toBe(true)
    expect(await say(gate.direct?.socket ?? '', 'three')).toBe('')
  })

  test('says of a registry that is not there what the kernel says', async () => {
    await open('127.0.0.1:9')
    expect(await say(gate.direct?.socket ?? '', 'x')).toBe('')
    expect(gate.facts().unreachable).toEqual([{ host: '127.0.0.1:9', code: 'ECONNREFUSED' }])
  })

  test.each([
    ['a status that there is not', 'HTTP/1.1 099 Odd\r\ncontent-length: 2\r\n\r\nok'],
    ['trailers where there can be none', 'HTTP/1.1 200 OK\r\ntrailer: x\r\ncontent-length: 2\r\n\r\nok'],
  ])('takes %s for an answer that never came', async (_what, answer) => {
    said = answer
    await open(`127.0.0.1:${port()}`, { plain: true })
    const request = `GET http://127.0.0.1:${port()}/v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    expect(await say(gate.proxySocket, request)).toBe('')
  })

  test('holds no more connections at a time than a fetch needs', async () => {
    await open('reg.example', { proxied: true })
    const answers = Array.from({ length: 200 }, () => say(gate.proxySocket, 'CONNECT reg.example:443 HTTP/1.1\r\n\r\n'))
    await expect.poll(() => connected.size).toBe(64)
    gate.close()
    expect((await Promise.all(answers)).filter((answer) => answer === '')).toHaveLength(200 - 64)
  })

  test('remembers no more of what it has refused than can be said', async () => {
    await open('reg.example')
    for (let number = 0; number < 100; number += 1) {
      await say(gate.proxySocket, `CONNECT host${number}.test:443 HTTP/1.1\r\n\r\n`)
    }
    expect(gate.facts().refused).toHaveLength(32)
  })
})
