import { connect, type Socket } from 'node:net'
import * as z from 'zod'
import { type AppError, appError } from '#contract/app-error'

/** QEMU's own control socket (https://www.qemu.org/docs/master/interop/qmp-intro.html). */
export interface QmpClient {
  /** Rejects with `engine`/`qemu-refused`, or `qemu-gone` when the connection ends before an answer. */
  execute<T extends z.ZodType>(
    command: string,
    answer: T,
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<z.output<T>>
  close(): void
}

const Message = z.looseObject({
  return: z.unknown().optional(),
  error: z.looseObject({ class: z.string(), desc: z.string() }).optional(),
  event: z.string().optional(),
  QMP: z.unknown().optional(),
})

/** QEMU answers within milliseconds; one that does not is stopped or broken. */
const answerMs = 3_000
/** Longer than the longest answer, a console of 64 KiB with every byte escaped. */
const maxLine = 1024 * 1024

/** Connects and agrees on capabilities. QEMU takes one client at a time; a second one waits until the first has gone. */
export async function connectQmp(path: string): Promise<QmpClient> {
  const socket = await connectSocket(path)
  const client = createClient(socket)
  await client.execute('qmp_capabilities', z.unknown()).catch((error: unknown) => {
    client.close()
    throw error
  })
  return client
}

/** Connects, lets `work` do its part and closes, whatever comes of it. */
export async function withQmp<T>(path: string, work: (client: QmpClient) => Promise<T>): Promise<T> {
  const client = await connectQmp(path)
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

interface Waiter {
  readonly take: (message: z.infer<typeof Message>) => void
  readonly fail: (error: AppError) => void
}

function createClient(socket: Socket): QmpClient {
  const waiters: Waiter[] = []
  let gone = false
  const end = (): void => {
    gone = true
    socket.destroy()
    for (const waiter of waiters.splice(0)) waiter.fail(qemuGone())
  }
  socket.on('error', end)
  socket.on('close', end)
  readLines(socket, end, (line) => {
    const message = parseMessage(line)
    if (message === null) return end()
    if (message.event !== undefined || message.QMP !== undefined) return
    waiters.shift()?.take(message)
  })
  return {
    execute: (command, answer, parameters) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(qemuGone())
        // An answer that does not come would be taken for that of the next command, so the connection ends with it.
        const timer = setTimeout(end, answerMs)
        const fail = (error: AppError) => {
          clearTimeout(timer)
          reject(error)
        }
        const take = (message: z.infer<typeof Message>) => {
          if (message.error) return fail(refused(command, message.error.desc))
          const parsed = answer.safeParse(message.return)
          if (!parsed.success) return fail(refused(command, z.prettifyError(parsed.error)))
          clearTimeout(timer)
          resolve(parsed.data)
        }
        waiters.push({ take, fail })
        socket.write(`${JSON.stringify({ execute: command, ...(parameters && { arguments: parameters }) })}\n`)
      }),
    close: end,
  }
}

function readLines(socket: Socket, fail: () => void, take: (line: string) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLine) return fail()
    for (const line of lines) if (line.trim() !== '') take(line)
  })
}

function parseMessage(line: string): z.infer<typeof Message> | null {
  try {
    return Message.parse(JSON.parse(line))
  } catch {
    return null
  }
}

function connectSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', (error) => reject(qemuGone(error)))
  })
}

function refused(command: string, detail: string): AppError {
  return appError('qemu-refused', { command }, { detail })
}

function qemuGone(cause?: Error): AppError {
  return appError('qemu-gone', {}, { ...(cause && { cause, detail: cause.message }) })
}
