import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type * as z from 'zod'
import { appError, type WireError } from '#contract/app-error'
import { fromQuery, type Operation, pathFields } from '#contract/operation'
import { explainFailure } from '../base/failures/machine-failure.ts'
import type { Handler } from '../base/handlers.ts'

/** Binds one declared operation to its handler: validates on the way in and on the way out. */
export function bindOperation(server: FastifyInstance, op: Operation, handler: Handler<Operation>, log: Logger): void {
  server.route({
    method: op.method,
    url: op.path,
    handler: async (incoming, reply) => {
      const gone = watchClient(reply)
      try {
        const answer = await handler(readRequest(op, incoming), gone.signal)
        return await reply.send(op.response.parse(answer))
      } catch (error) {
        return await sendError(reply, error, log)
      } finally {
        gone.dispose()
      }
    },
  })
}

/** Answers with a failure as data. Bugs go to the log with their stack, and to the client without. */
export function sendError(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  const { wire } = explainFailure(error)
  if (wire.code === 'internal') log.error({ err: error }, 'a request failed by a bug')
  return reply.status(statusOf[wire.code]).send(wire.code === 'internal' ? { ...wire, detail: undefined } : wire)
}

const statusOf: Record<WireError['code'], number> = {
  invalidRequest: 400,
  refused: 403,
  notFound: 404,
  conflict: 409,
  tooLarge: 413,
  cancelled: 499,
  engine: 500,
  internal: 500,
  unavailable: 503,
  timeout: 504,
}

function readRequest(op: Operation, incoming: FastifyRequest): Record<string, unknown> {
  const inPath = incoming.params as Record<string, string>
  const rest = op.method === 'GET' || op.method === 'DELETE' ? readQuery(op, incoming) : readBody(incoming)
  const twice = pathFields(op.path).find((field) => field in rest)
  if (twice !== undefined) {
    throw appError('request-not-valid', { what: 'twice', where: twice })
  }
  return parseRequest(op.name, op.request, { ...rest, ...inPath })
}

/** Parses with the schema of an operation or a stream, and says what is wrong in one sentence. */
export function parseRequest<S extends z.ZodType>(name: string, schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = issue?.path.join('.') ?? ''
  throw appError(
    'request-not-valid',
    { what: 'field', where, problem: issue?.message ?? 'unknown' },
    { detail: `${name}: ${JSON.stringify(result.error.issues)}` },
  )
}

function readQuery(op: Operation, incoming: FastifyRequest): Record<string, unknown> {
  const at = incoming.url.indexOf('?')
  if (incoming.body !== undefined && incoming.body !== null) {
    throw appError('request-not-valid', { what: 'query', where: op.method })
  }
  return fromQuery(op.request, new URLSearchParams(at < 0 ? '' : incoming.url.slice(at + 1)))
}

function readBody({ body, url }: FastifyRequest): Record<string, unknown> {
  if (url.includes('?')) throw appError('request-not-valid', { what: 'body' })
  if (body === undefined || body === null) return {}
  if (typeof body === 'object' && !Array.isArray(body)) return body as Record<string, unknown>
  throw appError('request-not-valid', { what: 'object' })
}

function watchClient(reply: FastifyReply): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController()
  const onClose = () => {
    if (!reply.raw.writableEnded) controller.abort()
  }
  reply.raw.on('close', onClose)
  return { signal: controller.signal, dispose: () => reply.raw.off('close', onClose) }
}
