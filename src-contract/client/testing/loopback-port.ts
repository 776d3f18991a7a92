import { type AddressInfo, connect, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'

/** A port of loopback on which nobody listens now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** For a program that says nowhere when it listens. */
export async function untilAnswers(port: number, program: string): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await canConnect(port))) {
    if (performance.now() > deadline) throw new Error(`${program} does not answer`)
    await setImmediate()
  }
}

function canConnect(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  return new Promise((resolve) => {
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
