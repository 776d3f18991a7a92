import { createSocket } from 'node:dgram'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPortHolder } from './port-holder.ts'

let proc: string
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'joey-proc-'))
})
afterEach(() => rmSync(proc, { recursive: true, force: true }))

test('of this machine the very process that listens is found, by TCP and by UDP', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const socket = createSocket('udp6').bind(0, '::1')
  await new Promise((resolve) => socket.once('listening', resolve))
  expect(await findPortHolder({ hostPort: (server.address() as AddressInfo).port })).toMatchObject({ pid: process.pid })
  expect(await findPortHolder({ hostPort: socket.address().port, protocol: 'udp' })).toMatchObject({ pid: process.pid })
  server.close()
  socket.close()
})

const line = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`

test('a connection from the port is no holder, and what may not be read is told of nobody', async () => {
  mkdirSync(join(proc, 'net'))
  mkdirSync(join(proc, '77', 'fd'), { recursive: true })
  writeFileSync(join(proc, '77', 'comm'), 'nginx\n')
  symlinkSync('socket:[4242]', join(proc, '77', 'fd', '3'))
  const table = (text: string) => writeFileSync(join(proc, 'net', 'tcp'), text)
  table(line('0100007F:1F90', '01', 4242))
  expect(await findPortHolder({ hostPort: 8080 }, proc)).toBeNull()
  table(line('0100007F:1F90', '0A', 4243))
  expect(await findPortHolder({ hostPort: 8080 }, proc)).toBeNull()
  table(line('00000000:1F90', '0A', 4242))
  expect(await findPortHolder({ hostPort: 8080 }, proc)).toEqual({ pid: 77, program: 'nginx' })
  expect(await findPortHolder({ hostPort: 8081 }, proc)).toBeNull()
  expect(await findPortHolder({ hostPort: 8080, protocol: 'udp' }, proc)).toBeNull()
})
