import type { ProcessPlan } from '../../driver.ts'
import { encodeFields, type FieldList, ProtocolViolation } from './fields.ts'
import { configureError, type GuestFailure, guestGone, programError, requestError } from './guest-errors.ts'
import { type GuestLink, openLink, sendRequest } from './guest-link.ts'
import {
  decodeExit,
  decodeHandlesSignal,
  decodeHello,
  decodeStats,
  encodeConfig,
  encodeGoingOn,
  encodeProcess,
  encodeRenewal,
} from './guest-messages.ts'
import { openSession } from './guest-session.ts'
import type { GuestChannel, GuestExit, GuestHello } from './guest-types.ts'
import { field, limits, target, toGuest, toHost } from './protocol.ts'

/** Emulated guests on a busy machine are slow; a deadline only has to end what hangs. */
const configureMs = 120_000
const requestMs = 30_000
/** A guest's whole memory may wait to be written to a slow disk. */
const flushMs = 300_000

/**
 * Connects to a guest's control port. Resolves when the guest has greeted, which may be only after it has booted; rejects
 * with the signal's reason, `guest-gone` where nobody listens or the guest breaks the protocol, `guest-silent` after a minute.
 */
export async function connectGuest(socketPath: string, signal: AbortSignal): Promise<GuestChannel> {
  const exit = Promise.withResolvers<GuestExit>()
  const { link, hello } = await openLink(socketPath, signal, ({ type, payload }) => {
    if (type !== toHost.MAIN_EXITED) throw new ProtocolViolation('The guest sent a message that belongs to nothing.')
    exit.resolve(decodeExit(payload))
  })
  return createChannel(link, readHello(link, hello), exit.promise)
}

function readHello(link: GuestLink, payload: Buffer): GuestHello {
  try {
    const hello = decodeHello(payload)
    if (hello.protocol === limits.JOEY_PROTOCOL) return hello
    throw new ProtocolViolation(`The guest speaks version ${hello.protocol} of the protocol.`)
  } catch (error) {
    link.close()
    throw error instanceof ProtocolViolation ? guestGone(error.message) : error
  }
}

function createChannel(link: GuestLink, hello: GuestHello, mainExited: Promise<GuestExit>): GuestChannel {
  const request = createRequest(link)
  return {
    hello,
    configure: (config) =>
      request(toGuest.CONFIGURE, encodeConfig(config), { timeoutMs: configureMs, failed: configureError }),
    check: (process) =>
      request(toGuest.CHECK, encodeProcess(process, false), { failed: (failure) => failedProgram(failure, process) }),
    exec: async (process, options) => openSession(link, process, options),
    ...mainRequests(request),
    ...settingRequests(request),
    ...queries(link),
    renew: () => request(toGuest.RENEW, encodeRenewal()),
    flush: () => request(toGuest.FLUSH, [], { timeoutMs: flushMs }),
    hold: () => request(toGuest.HOLD, []),
    goOn: (identity) => request(toGuest.GO_ON, encodeGoingOn(identity)),
    shutdown: () => request(toGuest.SHUTDOWN, []),
    mainExited,
    closed: link.closed,
    close: link.close,
  }
}

/** What concerns the main process. */
function mainRequests(request: SendRequest): Pick<GuestChannel, 'startMain' | 'signal' | 'resizeMain'> {
  return {
    startMain: (process, { stdin }) =>
      request(toGuest.START_MAIN, encodeProcess(process, stdin), {
        answer: toHost.STARTED,
        failed: (failure) => failedProgram(failure, process),
      }),
    signal: (name, number) =>
      request(toGuest.SIGNAL, [
        [field.TARGET, name === 'all' ? target.ALL : target.MAIN],
        [field.NUMBER, number],
      ]),
    resizeMain: (columns, rows) =>
      request(toGuest.RESIZE, [
        [field.TARGET, target.MAIN],
        [field.COLUMNS, columns],
        [field.ROWS, rows],
      ]),
  }
}

/** What changes a guest that runs. */
function settingRequests(request: SendRequest): Pick<GuestChannel, 'setFiles' | 'setLimits'> {
  return {
    setFiles: ({ hosts, resolvConf }) =>
      request(toGuest.SET_FILES, [
        ...(hosts === undefined ? [] : [[field.HOSTS, hosts] as const]),
        ...(resolvConf === undefined ? [] : [[field.RESOLV_CONF, resolvConf] as const]),
      ]),
    setLimits: ({ memoryBytes, pids }) =>
      request(toGuest.SET_LIMITS, [
        ...(memoryBytes === null ? [] : [[field.MEMORY, memoryBytes] as const]),
        ...(pids === null ? [] : [[field.PIDS, pids] as const]),
      ]),
  }
}

/** Requests whose answers say something. */
function queries(link: GuestLink): Pick<GuestChannel, 'stats' | 'handlesSignal'> {
  return {
    stats: () =>
      sendRequest(link, {
        type: toGuest.STATS,
        answer: toHost.STATS,
        read: decodeStats,
        failed: requestError,
        timeoutMs: requestMs,
      }),
    handlesSignal: (number) =>
      sendRequest(link, {
        type: toGuest.HANDLES_SIGNAL,
        payload: encodeFields([[field.NUMBER, number]]),
        answer: toHost.HANDLES_SIGNAL,
        read: decodeHandlesSignal,
        failed: requestError,
        timeoutMs: requestMs,
      }),
  }
}

interface RequestOptions {
  readonly answer?: number
  readonly timeoutMs?: number
  readonly failed?: (failure: GuestFailure) => Error
}

/** A request whose good answer says no more than that it was done. */
type SendRequest = (type: number, content: Uint8Array | FieldList, options?: RequestOptions) => Promise<void>

function createRequest(link: GuestLink): SendRequest {
  return (type, content, options = {}) =>
    sendRequest(link, {
      type,
      payload: content instanceof Uint8Array ? content : encodeFields(content),
      answer: options.answer ?? toHost.OK,
      read: () => undefined,
      failed: options.failed ?? requestError,
      timeoutMs: options.timeoutMs ?? requestMs,
    })
}

function failedProgram(failure: GuestFailure, process: ProcessPlan): Error {
  return programError(failure, process.argv[0] ?? '')
}
