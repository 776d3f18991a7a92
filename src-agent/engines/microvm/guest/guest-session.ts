import { constants } from 'node:os'
import type { GuestProcess, ProcessPlan } from '../../driver.ts'
import { encodeFields, type FieldList, ProtocolViolation } from './fields.ts'
import type { Frame } from './frames.ts'
import { programError, requestError } from './guest-errors.ts'
import { type GuestLink, sendRequest } from './guest-link.ts'
import { decodeExit, decodeFailure, encodeProcess } from './guest-messages.ts'
import { createInput, createOutput, createReceiveWindow, type Input, type Output } from './guest-streams.ts'
import { field, target, toGuest, toHost } from './protocol.ts'

/** As a shell has it: what a program that could not be started, or a lost one, exits with. */
const exitOfNotStarted = 127
const exitOfLost = 128 + constants.signals.SIGKILL
const requestMs = 30_000

interface Session {
  readonly number: number
  readonly program: string
  readonly stdin: Input | null
  readonly stdout: Output
  readonly stderr: Output
  readonly received: (bytes: number) => void
  readonly started: PromiseWithResolvers<void>
  readonly ended: PromiseWithResolvers<number>
}

/** Runs a process in the guest. Throws where the request is larger than any guest would take. */
export function openSession(link: GuestLink, process: ProcessPlan, options: { readonly stdin: boolean }): GuestProcess {
  const session = createSession(link, process, options)
  // Asking for it first: a command that is too long must throw before anybody waits for it.
  const payload = encodeProcess(process, options.stdin)
  link.listen(session.number, {
    onFrame: (frame) => takeFrame(session, frame, () => link.forget(session.number)),
    onClosed: (error) => {
      session.started.reject(error)
      endSession(session, exitOfLost)
    },
  })
  try {
    link.send(toGuest.EXEC, session.number, payload)
  } catch (error) {
    link.forget(session.number)
    throw error
  }
  return toProcess(link, session)
}

function createSession(link: GuestLink, process: ProcessPlan, options: { readonly stdin: boolean }): Session {
  const number = link.nextNumber()
  const window = createReceiveWindow((bytes) => link.send(toGuest.CREDIT, number, u32(bytes)))
  const sendInput = (bytes: Buffer) => link.send(toGuest.DATA, number, bytes)
  const session: Session = {
    number,
    program: process.argv[0] ?? '',
    stdin: options.stdin ? createInput(sendInput, () => link.send(toGuest.STDIN_END, number)) : null,
    stdout: createOutput(window.taken),
    stderr: createOutput(window.taken),
    received: window.received,
    started: Promise.withResolvers<void>(),
    ended: Promise.withResolvers<number>(),
  }
  // Whoever is interested listens; nobody has to.
  session.started.promise.catch(() => {})
  return session
}

function takeFrame(session: Session, { type, payload }: Frame, forget: () => void): void {
  switch (type) {
    case toHost.STARTED:
      return session.started.resolve()
    case toHost.STDOUT:
    case toHost.STDERR:
      session.received(payload.length)
      return (type === toHost.STDOUT ? session.stdout : session.stderr).push(payload)
    case toHost.CREDIT:
      if (payload.length !== 4 || session.stdin === null) throw new ProtocolViolation('A credit makes no sense.')
      return session.stdin.credit(payload.readUInt32LE())
    case toHost.EXIT: {
      const { code } = decodeExit(payload)
      forget()
      session.started.resolve()
      return endSession(session, code)
    }
    case toHost.FAILED: {
      const error = programError(decodeFailure(payload), session.program)
      forget()
      session.started.reject(error)
      return endSession(session, exitOfNotStarted)
    }
    default:
      throw new ProtocolViolation('The guest sent a message that belongs to no session.')
  }
}

function endSession({ stdin, stdout, stderr, ended }: Session, code: number): void {
  stdin?.close()
  void Promise.all([stdout.end(), stderr.end()]).then(() => ended.resolve(code))
}

function toProcess(link: GuestLink, session: Session): GuestProcess {
  const send = async (type: number, fields: FieldList): Promise<void> => {
    const payload = encodeFields([[field.TARGET, target.SESSION], [field.SESSION, session.number], ...fields])
    const answer = { answer: toHost.OK, read: () => undefined, timeoutMs: requestMs }
    await sendRequest(link, { type, payload, ...answer, failed: requestError }).catch(ignoreGone)
  }
  const signal = (name: NodeJS.Signals) => send(toGuest.SIGNAL, [[field.NUMBER, constants.signals[name]]])
  return {
    stdin: session.stdin?.stream ?? null,
    stdout: session.stdout.stream,
    stderr: session.stderr.stream,
    started: session.started.promise,
    exited: session.ended.promise,
    signal,
    resize: (columns, rows) =>
      send(toGuest.RESIZE, [
        [field.COLUMNS, columns],
        [field.ROWS, rows],
      ]),
    kill() {
      // The end is reported after the last byte, so bytes that nobody requested must not stand in its way.
      session.stdout.abandon()
      session.stderr.abandon()
      return signal('SIGKILL')
    },
  }
}

/** Gone already is what a signal wants to bring about. */
function ignoreGone(error: unknown): void {
  const reason = (error as { wire?: { reason?: string } }).wire?.reason
  if (reason !== 'process-gone' && reason !== 'guest-gone') throw error
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
