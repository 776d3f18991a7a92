import { Socket } from 'node:net'
import { appError } from '#contract/app-error'

/** What runs as root beside a window that root has opened, and starts the agent for it: tools/start/as-account.sh. */
export interface Starter {
  /** Where it answers, and where it reads: descriptors of this process. */
  readonly read: number
  readonly write: number
  /** Where the agent that it starts answers to the window's account. */
  readonly socketPath: string
}

/** Reads what tools/start/window-account.ts has left; null where this window runs as whom it was opened by. */
export function findStarter(env: Readonly<Record<string, string | undefined>>): Starter | null {
  const [, read, write, socketPath] = /^(\d+) (\d+) (\/.*)$/.exec(env['JOEY_STARTER'] ?? '') ?? []
  if (read === undefined || write === undefined || socketPath === undefined) return null
  return { read: Number(read), write: Number(write), socketPath }
}

const mostAnswer = 16 * 1024

/**
 * Has the agent started. It knows one word, and answers with one line: `ok`, or what was the matter.
 *
 * Returns a function that resolves when the agent answers, for one request at a time.
 */
export function connectStarter({ read, write }: Omit<Starter, 'socketPath'>, timeoutMs = 60_000): () => Promise<void> {
  const requests = new Socket({ fd: write, readable: false, writable: true })
  const answers = new Socket({ fd: read, readable: true, writable: false })
  for (const each of [requests, answers]) each.on('error', () => undefined).unref()
  return () =>
    new Promise((resolve, reject) => {
      let text = ''
      const settle = (line: string): void => {
        clearTimeout(timer)
        answers.off('data', onData).off('close', onClose)
        if (line === 'ok') resolve()
        else reject(appError('agent-start-failed', {}, { detail: line }))
      }
      const onClose = (): void => settle(text || 'nobody is left who could start it')
      const onData = (bytes: Buffer): void => {
        text = (text + bytes.toString('utf8')).slice(-mostAnswer)
        if (text.endsWith('\n')) settle(text.trim())
      }
      const timer = setTimeout(() => settle(`no answer within ${timeoutMs / 1000} s`), timeoutMs)
      answers.on('data', onData).on('close', onClose)
      requests.write('start\n')
    })
}
