import { request as httpRequest } from 'node:http'
import { appError } from '../app-error.ts'

/** Where the agent answers. */
export interface Address {
  readonly socketPath: string
}

/** A text answer larger than this is no answer of the agent. */
export const maxAnswerBytes = 64 * 1024 * 1024

/** What is sent. */
export interface Exchange {
  readonly method: string
  readonly path: string
  /** JSON. */
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What comes back. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/**
 * One HTTP exchange over the unix socket, on a connection that later ones use again. Rejects with `agent-not-running` where
 * nobody listens.
 */
export function exchange({ socketPath }: Address, options: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = { host: 'joey', accept: 'application/json' }
    if (options.body !== undefined) {
      headers['content-type'] = 'application/json'
      headers['content-length'] = Buffer.byteLength(options.body)
    }
    const { method, path, signal } = options
    // No name of a server: Node would look whether the host is an address, and build the patterns for that.
    const place = { socketPath, servername: '' }
    const outgoing = httpRequest({ ...place, method, path, headers, ...(signal ? { signal } : {}) }, (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxAnswerBytes) incoming.destroy(new Error('The answer is too large.'))
        else chunks.push(chunk)
      })
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
      incoming.on('error', (error) => reject(linkError(error, signal)))
    })
    outgoing.on('error', (error) => reject(linkError(error, signal)))
    outgoing.end(options.body)
  })
}

/** Turns a failure of the link into the sentence and remedy that every client shows. */
export function linkError(error: unknown, signal?: AbortSignal): Error {
  if (signal?.aborted) return appError('cancelled', {}, { cause: error })
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return appError('agent-not-running', {}, { cause: error })
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return appError('agent-not-yours', {}, { cause: error })
  }
  const detail = error instanceof Error ? error.message : String(error)
  return appError('agent-connection-lost', { during: 'request' }, { detail, cause: error })
}
