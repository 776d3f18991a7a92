import { chmodSync, rmSync } from 'node:fs'
import fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import type { Operation } from '#contract/operation'
import { operations } from '#contract/registry'
import { type Handler, type Handlers } from '../base/handlers.ts'
import { bindOperation, sendError } from './bind-operation.ts'
import { describeApi } from './openapi.ts'

/** Requests are small: specs and paths. Archives are read from disk, never uploaded. */
const maxBodyBytes = 1024 * 1024

/** The HTTP half of the agent. Fastify for routing, body limits and an orderly close. */
export function createHttpServer(handlers: Handlers, log: Logger, version: string): FastifyInstance {
  const server = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    // Waiting for a sandbox's end may take days; a request's head and body may not.
    requestTimeout: 0,
    connectionTimeout: 0,
    routerOptions: { maxParamLength: 512 },
  })
  server.setErrorHandler((error, _request, reply) => sendError(reply, fromFramework(error), log))
  server.setNotFoundHandler((request, reply) => {
    return sendError(
      reply,
      appError('route-not-found', { what: 'operation', route: `${request.method} ${request.url.slice(0, 200)}` }),
      log,
    )
  })
  for (const [key, op] of Object.entries(operations)) {
    const handler = handlers[key as keyof Handlers] as unknown as Handler<Operation>
    bindOperation(server, op as unknown as Operation, handler, log)
  }
  const api = describeApi(version)
  server.get('/v1/openapi.json', () => api)
  return server
}

/** Listens on a socket that only root can open. The caller holds the lock, so a socket that is there is stale. */
export async function listenOnSocket(server: FastifyInstance, path: string): Promise<void> {
  rmSync(path, { force: true })
  // The folder keeps others out meanwhile. Not by the mask, which is the whole process's: what else is made in that moment
  // would get it too (a folder of layers was seen with mode 0600).
  await server.listen({ path })
  chmodSync(path, 0o600)
}

function fromFramework(error: unknown): unknown {
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limit = maxBodyBytes / 2 ** 20
    return appError('body-too-large', { limit })
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return appError('request-not-readable', {}, { detail: message ?? '' })
  }
  return error
}
