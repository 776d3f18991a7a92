import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { appError } from '#contract/app-error'
import { type InsideDeps, runInside, type Sink } from '../../build/run-inside.ts'
import type { Forwarded } from './forward-http.ts'
import { cgiEnvironment } from './headers.ts'

interface Call {
  readonly instance: string
  readonly argv: readonly string[]
  readonly path: string
  readonly signal: AbortSignal
}

/** An answer of up to so many bytes waits for the exit code, which may make it a failure. */
const heldBytes = 1024 * 1024
const shownErrorBytes = 4096

/** Runs the command of a function once: the body is its input, what it prints the answer, and another code than 0 a failure. */
export async function runCommand(
  deps: InsideDeps,
  request: IncomingMessage,
  response: ServerResponse,
  { instance, argv, path, signal }: Call,
): Promise<Forwarded> {
  const env = cgiEnvironment({ method: request.method ?? 'GET', path, headers: request.headers })
  const answer = createAnswer(response)
  const code = await runInside(deps, { ref: instance, argv, env, input: request, sink: answer.sink, signal })
  return answer.end(code)
}

function createAnswer(response: ServerResponse) {
  let held: Buffer[] | null = []
  let errors = Buffer.alloc(0)
  let bytes = 0
  const begin = (): void => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' })
    for (const chunk of held ?? []) response.write(chunk)
    held = null
  }
  const sink: Sink = {
    isFull: () => response.writableNeedDrain && !response.destroyed,
    room: async () => {
      if (response.writableNeedDrain && !response.destroyed)
        await Promise.race([once(response, 'drain'), once(response, 'close')])
    },
    take(stream, chunk) {
      if (stream === 'stderr') {
        errors = Buffer.concat([errors, chunk]).subarray(-shownErrorBytes)
        return
      }
      bytes += chunk.length
      if (held === null) response.write(chunk)
      else {
        held.push(chunk)
        if (bytes > heldBytes) begin()
      }
    },
  }
  return {
    sink,
    end(code: number): Forwarded {
      if (code === 0) {
        if (held !== null) begin()
        response.end()
        return { status: 200, bytes }
      }
      // The caller has a part of it already: that the rest is missing shall not look like an end.
      if (held === null) response.destroy()
      throw appError('function-command-failed', { code }, { detail: errors.toString('utf8') })
    },
  }
}
