import { lookup } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'
import { leadsInside, type Target } from './gate-rules.ts'

const connectMs = 20_000
const answerBytes = 8192

/** Opens a connection, directly or through another proxy. Rejects with the code of the kernel or of the resolver. */
export async function connectTo(target: Target, registry: string, proxy: Target | null): Promise<Socket> {
  if (proxy !== null) return connectThrough(await connectDirectly(proxy), target)
  // Resolved here and not by `connect`, so that the address which is looked at is the one that is used.
  const found = await lookup(target.host, { all: true })
  const addresses = found.filter(({ address }) => !leadsInside(registry, target.host, address))
  if (addresses.length === 0) throw withCode('EACCES')
  let failure: unknown
  for (const { address } of addresses.slice(0, 4)) {
    try {
      return await connectDirectly({ host: address, port: target.port })
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

function connectDirectly({ host, port }: Target): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  return new Promise((resolve, reject) => {
    socket.setTimeout(connectMs, () => socket.destroy(withCode('ETIMEDOUT')))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.setTimeout(0)
      resolve(socket)
    })
  })
}

/** Has a proxy connect, as HTTP/1.1 knows it. */
function connectThrough(socket: Socket, { host, port }: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0)
    const fail = (code: string): void => {
      socket.destroy()
      reject(withCode(code))
    }
    const onData = (chunk: Buffer): void => {
      answer = Buffer.concat([answer, chunk])
      const end = answer.indexOf('\r\n\r\n')
      if (end < 0) return answer.length > answerBytes ? fail('EPROTO') : undefined
      if (!/^HTTP\/1\.[01] 200 /.test(answer.subarray(0, 13).toString('latin1'))) return fail('EPROXY')
      socket.off('data', onData)
      socket.off('close', onClose)
      socket.setTimeout(0)
      socket.pause()
      if (answer.length > end + 4) socket.unshift(answer.subarray(end + 4))
      resolve(socket)
    }
    const onClose = (): void => fail('EPROXY')
    socket.setTimeout(connectMs, () => fail('ETIMEDOUT'))
    socket.on('data', onData)
    socket.once('close', onClose)
    socket.once('error', () => fail('EPROXY'))
    socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`)
  })
}

function withCode(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}
