import { randomBytes } from 'node:crypto'
import { AppError, appError } from '#contract/app-error'
import type { FunctionRevision, Invocation, JoeyFunction } from '#contract/function'
import type { InsideDeps } from '../build/run-inside.ts'
import { chooseRevision, findTarget } from './gateway/find-target.ts'
import type { Forwarded, Forwarder } from './gateway/forward-http.ts'
import { deadline, type GatewayCall, statusOf } from './gateway/gateway.ts'
import { forwardedHeaders, traceOf } from './gateway/headers.ts'
import { runCommand } from './gateway/run-command.ts'
import type { FunctionSandbox } from './instances.ts'
import type { Given } from './revision-runner.ts'

export interface AnswerDeps {
  readonly find: (name: string) => JoeyFunction | undefined
  readonly take: (name: string, revision: FunctionRevision, signal: AbortSignal) => Promise<Given<FunctionSandbox>>
  readonly forwarderOf: (instance: FunctionSandbox, port: number) => Forwarder
  readonly argvOf: (revision: FunctionRevision) => readonly string[]
  readonly record: (name: string, invocation: Invocation) => void
  readonly inside: InsideDeps
  readonly now: () => Date
}

interface Route {
  readonly name: string
  readonly revision: FunctionRevision
  readonly path: string
  readonly traceparent: string
}

const random = (bytes: number): string => randomBytes(bytes).toString('hex')

/** One call, from its address to the end of the answer; put on record however it ends. */
export async function answerCall(deps: AnswerDeps, call: GatewayCall): Promise<void> {
  const { request } = call
  const route = findRoute(deps, request.headers.host, request.url ?? '/', request.headers['traceparent'])
  const limit = deadline(route.revision.spec.timeoutMs)
  const begun = performance.now()
  const about = { at: deps.now().toISOString(), instance: null as string | null, placedMs: null as number | null }
  let how: Invocation['how'] = 'warm'
  const finish = ({ status, bytes }: Forwarded, problem: string | null): void => {
    const { name, revision, path, traceparent } = route
    deps.record(name, {
      ...{ id: random(8), traceparent, revision: revision.number, how, ...about },
      ...{ method: request.method ?? 'GET', path: path.slice(0, 500), status, bytes, problem },
      totalMs: round(performance.now() - begun),
    })
  }
  try {
    const signal = AbortSignal.any([call.signal, limit.signal])
    const place = await deps.take(route.name, route.revision, signal)
    about.instance = place.instance.id
    about.placedMs = round(performance.now() - begun)
    how = place.how
    try {
      finish(await answerAt(deps, call, route, { instance: place.instance, signal }), null)
    } finally {
      place.release()
    }
  } catch (error) {
    const failure = failureOf(error, limit.signal, call.signal)
    finish({ status: statusOf(failure.wire), bytes: 0 }, failure.wire.message)
    throw failure
  } finally {
    limit.end()
  }
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000

function failureOf(error: unknown, limit: AbortSignal, left: AbortSignal): AppError {
  if (limit.aborted) return AppError.from(limit.reason)
  return left.aborted ? appError('cancelled') : AppError.from(error)
}

function findRoute(
  deps: AnswerDeps,
  host: string | undefined,
  url: string,
  trace: string | string[] | undefined,
): Route {
  const target = findTarget(host, url)
  if (target === 'noHost' || target === 'noPath') throw appError('function-host-unknown')
  const { name, tag, path } = target
  const each = deps.find(name)
  if (each === undefined) throw appError('function-not-found', { name })
  const number = chooseRevision(each, tag, Math.random())
  const revision = each.revisions.find((other) => other.number === number)
  if (revision === undefined) throw appError('function-revision-not-found', { name, revision: tag ?? '' })
  return { name, revision, path, traceparent: traceOf(trace, random) }
}

function answerAt(
  deps: AnswerDeps,
  { request, response, socket }: GatewayCall,
  { name, revision, path, traceparent }: Route,
  { instance, signal }: { readonly instance: FunctionSandbox; readonly signal: AbortSignal },
): Promise<Forwarded> {
  if (revision.spec.kind === 'command') {
    if (response === null) throw appError('function-answer-broken')
    return runCommand(deps.inside, request, response, {
      instance: instance.id,
      argv: deps.argvOf(revision),
      path,
      signal,
    })
  }
  const host = request.headers.host ?? `${name}.localhost`
  const headers = forwardedHeaders(request.rawHeaders, { host, traceparent })
  const forwarder = deps.forwarderOf(instance, revision.spec.port)
  if (response !== null) return forwarder.forward(request, response, { path, headers, signal })
  if (socket === null) throw appError('function-answer-broken')
  return forwarder.upgrade(request, socket, { path, headers, signal })
}
