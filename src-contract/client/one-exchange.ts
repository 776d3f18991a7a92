import { connect } from 'node:net'
import { type Address, type Answer, type Exchange, linkError, maxAnswerBytes } from './transport.ts'

const endOfHead = Buffer.from('\r\n\r\n')

/**
 * One exchange on a connection of its own. In HTTP/1.0 (RFC 1945), where an answer is never sent in chunks and ends with
 * the connection, so that it is read without `node:http`: to load that takes a third as long as Node itself.
 * Rejects as `exchange` does.
 */
export function exchangeOnce({ socketPath }: Address, { method, path, body, signal }: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath, ...(signal && { signal }) })
    const chunks: Buffer[] = []
    let size = 0
    socket.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxAnswerBytes) socket.destroy(new Error('The answer is too large.'))
      else chunks.push(chunk)
    })
    socket.on('error', (error) => reject(linkError(error, signal)))
    socket.on('close', () => {
      try {
        resolve(readAnswer(Buffer.concat(chunks)))
      } catch (error) {
        reject(linkError(error, signal))
      }
    })
    socket.write(requestText(method, path, body))
  })
}

function requestText(method: string, path: string, body: string | undefined): string {
  const head = [`${method} ${path} HTTP/1.0`, 'host: joey', 'accept: application/json']
  if (body !== undefined) head.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`)
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`
}

/** Throws where the connection ended before the whole answer had come. */
function readAnswer(bytes: Buffer): Answer {
  const end = bytes.indexOf(endOfHead)
  const head = bytes.subarray(0, Math.max(end, 0)).toString('latin1')
  const status = /^HTTP\/1\.[01] ([0-9]{3})(?: |\r|$)/.exec(head)?.[1]
  if (status === undefined) throw new Error('The connection ended before an answer came.')
  const body = bytes.subarray(end + endOfHead.length)
  const length = /\r\ncontent-length: *([0-9]+)(?:\r|$)/i.exec(head)?.[1]
  if (length !== undefined && Number(length) !== body.length) throw new Error('The connection ended within the answer.')
  return { status: Number(status), text: body.toString('utf8') }
}
