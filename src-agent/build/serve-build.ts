import type { RawData, WebSocket } from 'ws'
import { appError } from '#contract/app-error'
import { type BuildDown, BuildRequest, BuildUp } from '#contract/build'
import { streamPrefix } from '../io/streams/exec-output.ts'
import {
  closedSignal,
  createFrameSender,
  type FrameSender,
  frameBytes,
  parseControl,
} from '../io/streams/socket-frames.ts'
import type { Progress, Tasks } from '../state/tasks.ts'
import type { BuildService } from './build-image.ts'

interface Deps {
  readonly builds: BuildService
  readonly tasks: Tasks
}

/** How long a client may take to say what to build. */
const requestMs = 10_000
/** Of a task, where each phase is; how long the steps take nobody knows. */
const taskPhases = { preparing: 'checking', pulling: 'fetching', handing: 'working', building: 'working' } as const

/** Serves the stream `image.build` to its end. Never rejects: what fails is sent to the client. */
export async function serveBuild(socket: WebSocket, { builds, tasks }: Deps): Promise<void> {
  const sender = createFrameSender(socket)
  const closed = closedSignal(socket)
  const inbox = createInbox(socket, closed)
  try {
    const { type: _type, task, ...request } = await firstRequest(inbox)
    const subject = request.names[0] ?? 'Dockerfile'
    const image = await tasks.run({ id: task, kind: 'image.build', subject, signal: closed }, (signal, report) =>
      builds.build({
        ...request,
        ...{ files: filesOf(inbox), output: outputTo(sender), signal },
        onPhase(phase, about) {
          report(taskPhaseOf(phase), null)
          sender.message({ type: 'phase', phase, subject: about } satisfies BuildDown)
        },
      }),
    )
    sender.finish({ type: 'built', image } satisfies BuildDown)
  } catch (error) {
    sender.fail(error)
  } finally {
    // Unless the client's words are read, its goodbye is not heard either.
    inbox.ignoreRest()
  }
}

function taskPhaseOf(phase: string): Parameters<Progress>[0] {
  return taskPhases[phase as keyof typeof taskPhases] ?? 'converting'
}

function outputTo(sender: FrameSender) {
  return {
    isFull: sender.isFull,
    room: sender.room,
    take: (stream: 'stdout' | 'stderr', chunk: Buffer) => sender.bytes(streamPrefix[stream], chunk),
  }
}

interface Frame {
  readonly data: RawData
  readonly isBinary: boolean
}

interface Inbox {
  /** Null once the client is gone. */
  next(): Promise<Frame | null>
  ignoreRest(): void
}

/** That many bytes of a client are taken before they are needed. */
const mostWaiting = 4 * 1024 * 1024

/** One frame after the other, read no faster than they are taken. While little waits, the socket is read: its end is heard. */
function createInbox(socket: WebSocket, closed: AbortSignal): Inbox {
  const early: Frame[] = []
  let [ignored, waiting] = [false, 0]
  let wake = (): void => {}
  socket.on('message', (data, isBinary) => {
    if (ignored) return
    early.push({ data, isBinary })
    waiting += frameBytes(data).length
    if (waiting > mostWaiting) socket.pause()
    wake()
  })
  closed.addEventListener('abort', () => wake(), { once: true })
  return {
    async next() {
      while (early.length === 0 && !closed.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        await promise
      }
      const frame = early.shift() ?? null
      waiting -= frame === null ? 0 : frameBytes(frame.data).length
      if (waiting <= mostWaiting) socket.resume()
      return frame
    },
    ignoreRest() {
      ignored = true
      early.length = 0
      socket.resume()
    },
  }
}

async function firstRequest(inbox: Inbox): Promise<BuildRequest> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), requestMs)
  })
  const first = await Promise.race([inbox.next(), late]).finally(() => clearTimeout(timer))
  if (first === 'late') throw appError('exec-request-late', { seconds: requestMs / 1000 })
  if (first === null) throw appError('cancelled')
  if (first.isBinary) throw appError('message-not-valid', { what: 'first' })
  return parseControl(BuildRequest, first.data)
}

/** What comes until its end is said. A client that has gone before that has not sent all. */
async function* filesOf(inbox: Inbox): AsyncGenerator<Uint8Array> {
  for (;;) {
    const frame = await inbox.next()
    if (frame === null) throw appError('cancelled')
    if (!frame.isBinary) {
      if (parseControl(BuildUp, frame.data).type === 'contextEnd') return
      throw appError('exec-already-started')
    }
    yield frameBytes(frame.data)
  }
}
