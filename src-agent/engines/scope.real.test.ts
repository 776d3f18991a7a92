import { createServer, type Server } from 'node:net'
import { release } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { withoutReach } from './scope.ts'

const abstractName = `\0joey-scope-${process.pid}`
let [named, tcp]: Server[] = []
let port = 0
beforeAll(async () => {
  const listen = (server: Server, at: string | number) =>
    new Promise<void>((resolve) => {
      if (typeof at === 'string') server.listen(at, resolve)
      else server.listen(at, '127.0.0.1', resolve)
    })
  named = createServer((socket) => socket.end('reached'))
  tcp = createServer((socket) => socket.end('reached'))
  await Promise.all([listen(named, abstractName), listen(tcp, 0)])
  port = (tcp.address() as { port: number }).port
})
afterAll(() => {
  named?.close()
  tcp?.close()
})

const [major = 0, minor = 0] = release().split('.').map(Number)
/** Since when Linux has all of it. */
const isYoung = major > 6 || (major === 6 && minor >= 12)

const script = `
const { connect } = require('node:net')
const tell = (name, what) => console.log(name + ' ' + what)
const attempt = (name, work) => { try { work(); tell(name, 'done') } catch (error) { tell(name, error.code) } }
attempt('signal', () => process.kill(${process.pid}, 0))
attempt('own', () => { const { spawn } = require('node:child_process'); spawn('sleep', ['9']).kill() })
const reach = (name, at) => connect(at).on('error', (error) => tell(name, error.code)).on('data', (text) => tell(name, text))
`

async function tryAll(network: 'local' | 'network'): Promise<Record<string, string>> {
  const reaching = `reach('abstract', { path: ${JSON.stringify(abstractName)} }); reach('tcp', { port: ${port}, host: '127.0.0.1' })`
  const [program, ...args] = [...withoutReach(network), process.execPath, '-e', `${script}${reaching}`]
  const { stdout } = await run(program, args, { timeoutMs: 20_000 })
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')),
  )
}

test('what stands before a guest reaches no process of this machine but its own', async () => {
  const shut = { signal: 'EPERM', own: 'done', abstract: 'EPERM', tcp: 'EACCES' }
  const open = { signal: 'done', own: 'done', abstract: 'reached', tcp: 'reached' }
  expect(await tryAll('local')).toEqual(isYoung ? shut : open)
})

test('one that has the network of this machine uses that', async () => {
  expect(await tryAll('network')).toMatchObject({ signal: isYoung ? 'EPERM' : 'done', tcp: 'reached' })
})
