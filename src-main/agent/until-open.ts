import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import { AppError, appError } from '#contract/app-error'
import { linkError } from '#contract/client/transport'
import { parseAnswer } from '#contract/tolerant'
import { WireError } from '#contract/wire-texts'

const openTimeoutMs = 15_000
const mostAnswerBytes = 64 * 1024

/** Resolves when the agent has accepted a stream; rejects with its own words when it has not. */
export function untilOpen(socket: WebSocket, timeoutMs = openTimeoutMs): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.terminate()
      reject(appError('agent-not-answering'))
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
  return appError('answer-not-valid', { what: 'status', status }, { detail })
}

/** The error in a text, if that is what the text is. */
export function readWireError(text: string): AppError | undefined {
  try {
    const error = parseAnswer(WireError, JSON.parse(text))
    return error.success ? new AppError(error.data) : undefined
  } catch {
    return undefined
  }
}
