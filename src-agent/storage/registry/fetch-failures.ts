import { AppError, appError } from '#contract/app-error'
import { diskFull } from '../images/refusals.ts'
import type { GateFacts } from './registry-gate.ts'

/** What was asked for, for the sentences. */
export interface Asked {
  readonly registry: string
  /** As it was meant: with its registry. */
  readonly whole: string
  /** As it is called here. */
  readonly name: string
  /** Names of the images that are here; null where none was asked for. */
  readonly here: (() => readonly string[]) | null
}

/** Whether trying again may help. */
export interface FetchFailure {
  readonly error: AppError
  readonly mayPass: boolean
}

const noNetwork = new Set(['ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN', 'EHOSTUNREACH'])

/**
 * Why skopeo did not fetch. What the gate saw comes first: it is known, where skopeo's words are to be guessed at. Its words
 * go into the details only.
 */
export function explainFetch(error: unknown, facts: GateFacts, asked: Asked): FetchFailure {
  if (!(error instanceof AppError)) return { error: AppError.from(error), mayPass: false }
  const { reason, detail = '' } = error.wire
  if (reason === 'tool-output-too-large')
    return lasting(appError('registry-answer-too-large', { registry: asked.registry }))
  if (reason !== 'tool-failed' && reason !== 'tool-timeout') return { error, mayPass: false }
  const more = { detail: wordsOf(detail), cause: error }
  if (/^bwrap: /m.test(more.detail)) return lasting(appError('confinement-unavailable', { what: 'image' }, more))
  return ofGate(facts, asked, more) ?? ofWords(asked, more) ?? whatElse(facts, asked, more)
}

type More = { readonly detail: string; readonly cause: unknown }

function ofGate(
  { refused, unreachable, exceeded }: GateFacts,
  { registry, ...asked }: Asked,
  more: More,
): FetchFailure | null {
  const [host] = refused
  if (host?.startsWith('http:')) return lasting(appError('registry-plain-refused', { registry, host }, more))
  if (host !== undefined) return lasting(appError('registry-host-refused', { registry, host, name: asked.name }, more))
  if (exceeded) return lasting(appError('registry-answer-too-large', { registry }, more))
  const last = unreachable.at(-1)
  if (last === undefined) return null
  const here = (asked.here?.() ?? []).slice(0, 10).join(', ')
  const purpose = asked.here === null ? 'login' : 'image'
  const why = noNetwork.has(last.code)
    ? 'network'
    : last.code === 'ENOTFOUND'
      ? 'name'
      : last.code === 'EPROXY'
        ? 'proxy'
        : 'host'
  const failure = appError('registry-unreachable', { registry: last.host, why, code: last.code, here, purpose }, more)
  return { error: failure, mayPass: last.code !== 'ENOTFOUND' && last.code !== 'ENETUNREACH' }
}

type Reading = readonly [words: RegExp, make: (asked: Asked, more: More) => AppError]

/** Words of skopeo 1.9 and of the registries that it cites. */
const readings: readonly Reading[] = [
  [/no space left on device/i, (_asked, { detail }) => diskFull(detail)],
  [
    /file too large|exceed(s|ed) maximum allowed size|too large/i,
    ({ registry }, more) => appError('registry-answer-too-large', { registry }, more),
  ],
  [/x509|certificate/i, ({ registry }, more) => appError('registry-certificate', { registry }, more)],
  [
    /server gave HTTP response to HTTPS client/i,
    ({ registry }, more) => appError('registry-plain', { registry }, more),
  ],
  [
    /unauthorized|authentication required|access to the resource is denied|denied:|invalid username\/password|status 401|status 403|403 \(?forbidden/i,
    ({ registry, whole }, more) => appError('registry-login', { registry, whole }, more),
  ],
  [
    /manifest unknown|name unknown|not found|status 404|NAME_UNKNOWN/i,
    ({ whole }, more) => appError('registry-image-missing', { whole }, more),
  ],
  [
    /digest did not match|does not match|size mismatch|digest mismatch|corrupted|invalid checksum|unexpected digest/i,
    ({ registry }, more) => appError('registry-wrong-content', { registry }, more),
  ],
  [
    /toomanyrequests|too many requests|status 429/i,
    ({ registry }, more) => appError('registry-busy', { registry }, more),
  ],
]

function ofWords(asked: Asked, more: More): FetchFailure | null {
  const found = readings.find(([words]) => words.test(more.detail))
  if (!found) return null
  const error = found[1](asked, more)
  return { error, mayPass: error.wire.reason === 'registry-busy' }
}

function whatElse({ broken }: GateFacts, { registry }: Asked, more: More): FetchFailure {
  const lost =
    broken ||
    /EOF|reset by peer|broken pipe|timeout|connection refused|use of closed|status 50\d|50\d |TLS handshake/i.test(
      more.detail,
    )
  if (lost) return { error: appError('registry-connection-lost', { registry }, more), mayPass: true }
  return lasting(appError('registry-failed', { registry }, more))
}

function lasting(error: AppError): FetchFailure {
  return { error, mayPass: false }
}

/** Without the command, which is one long line and the same each time. */
function wordsOf(detail: string): string {
  return detail.replace(/^\$ [^\n]*\n/, '').slice(-4096)
}
