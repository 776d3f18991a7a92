import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { createHostPorts } from './host-ports.ts'

const one = 'a'.repeat(12) as SandboxId
const other = 'b'.repeat(12) as SandboxId

function make() {
  const ports = createHostPorts()
  onTestFinished(() => ports.releaseAll())
  return ports
}

test('0 becomes a free port, and no two get the same', async () => {
  const ports = make()
  const wish = { hostPort: 0, guestPort: 80 }
  const reserved = await ports.reserve(one, [wish, wish, wish])
  expect(new Set(reserved.map((port) => port.hostPort)).size).toBe(3)
})

test('a port of another sandbox is refused, and nothing of the request is kept', async () => {
  const ports = make()
  const [mine] = await ports.reserve(one, [{ hostPort: 0, guestPort: 80 }])
  const [free] = await ports.reserve(other, [{ hostPort: 0, guestPort: 80 }])
  ports.release([free!])
  const wish = [free!.hostPort, mine!.hostPort].map((hostPort) => ({ hostPort, guestPort: 80 }))
  await expect(ports.reserve(other, wish)).rejects.toThrow(
    `Port ${mine!.hostPort} is already published by another sandbox`,
  )
  await expect(ports.reserve(other, wish.slice(0, 1))).resolves.toHaveLength(1)
})

test('a port of UDP is not that of TCP, and is in use where a program has it', async () => {
  const ports = make()
  const [tcp] = await ports.reserve(one, [{ hostPort: 0, guestPort: 53 }])
  const wish = { hostPort: tcp?.hostPort ?? 0, guestPort: 53, protocol: 'udp' } as const
  const program = createSocket('udp4')
  await new Promise<void>((resolve) => program.bind(wish.hostPort, '0.0.0.0', resolve))
  await expect(ports.reserve(other, [wish])).rejects.toMatchObject({ wire: { reason: 'port-in-use' } })
  await new Promise<void>((resolve) => program.close(resolve))
  expect(await ports.reserve(other, [wish])).toEqual([wish])
  await expect(ports.reserve(one, [wish])).rejects.toThrow('already published by another sandbox')
  ports.release([wish])
  expect(await ports.reserve(one, [wish])).toEqual([wish])
})

test('a port of another sandbox is told with its name', async () => {
  const ports = createHostPorts((id) => (id === one ? 'web' : null))
  onTestFinished(() => ports.releaseAll())
  const [free] = await ports.reserve(one, [{ hostPort: 0, guestPort: 80 }])
  const wish = { hostPort: free!.hostPort, guestPort: 80 }
  await expect(ports.reserve(other, [wish])).rejects.toThrow('already published by the sandbox "web"')
})

test('a port named twice in one request is refused', async () => {
  const ports = make()
  const [free] = await ports.reserve(one, [{ hostPort: 0, guestPort: 80 }])
  ports.release([free!])
  const wish = { hostPort: free!.hostPort, guestPort: 80 }
  await expect(ports.reserve(one, [wish, wish])).rejects.toThrow(/twice/)
})

test.each(['127.0.0.1', '0.0.0.0', '::'])('a port on which a program listens on %s is in use', async (host) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const hostPort = address !== null && typeof address !== 'string' ? address.port : 0
  await expect(make().reserve(one, [{ hostPort, guestPort: 80 }])).rejects.toMatchObject({
    // The program is this one.
    wire: { code: 'conflict', reason: 'port-in-use', params: { pid: process.pid } },
  })
})
