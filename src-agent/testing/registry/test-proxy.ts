import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/** A proxy on loopback that leads every host to one port of this machine. */
export interface TestProxy {
  readonly address: string
  /** Hosts that it was asked for. */
  readonly asked: string[]
  close(): Promise<void>
}

export async function openTestProxy(port: number): Promise<TestProxy> {
  const asked: string[] = []
  const server = createServer()
  server.on('connect', (request, near) => {
    asked.push(request.url ?? '')
    const far = connect({ host: '127.0.0.1', port })
    far.on('error', () => near.destroy())
    near.on('error', () => far.destroy())
    far.on('connect', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(near).pipe(far)
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
