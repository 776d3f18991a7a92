import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import { AppError, appError, WireError } from '#contract/app-error'
import { linkError } from '#contract/client/transport'

const openTimeoutMs = 15_000
const mostAnswerBytes = 64 * 1024

/** Resolves when the agent has accepted a stream; rejects with its own words when it has not. */
export function untilOpen(socket: WebSocket, timeoutMs = openTimeoutMs): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.terminate()
      reject(appError('timeout', 'agent-not-answering', 'The agent does not answer.', { remedy: { kind: 'retry' } }))
    }, timeoutMs)
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      act()
    }
    socket.once('open', () => settle(resolve))
    socket.once('error', (error) => settle(() => reject(linkError(error))))
    socket.once('close', () => settle(() => reject(linkError(new Error('closed before it was open')))))
    socket.once('unexpected-response', (request, response) => {
      const refuse = (error: Error): void => {
        settle(() => reject(error))
        request.destroy()
      }
      readRefusal(response).then(refuse, (error: unknown) => refuse(linkError(error)))
    })
  })
}

/** The agent refuses a stream like it refuses a request: with a WireError as the answer to the upgrade. */
async function readRefusal(response: IncomingMessage): Promise<AppError> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostAnswerBytes) break
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  return readWireError(text) ?? badAnswer(response.statusCode ?? 0, text)
}

function badAnswer(status: number, text: string): AppError {
  const detail = text.slice(0, 2000)
  return appError('internal', 'answer-not-valid', `The agent answered with status ${status}.`, { detail })
}

/** The error in a text, if that is what the text is. */
export function readWireError(text: string): AppError | undefined {
  try {
    return new AppError(WireError.parse(JSON.parse(text)))
  } catch {
    return undefined
  }
}
