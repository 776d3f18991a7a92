import { chmodSync, lchownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { appError } from '#contract/app-error'
import { socketFor } from '#contract/client/place'
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

/**
 * Listens on a socket that only its owner can open. The caller holds the lock, so a socket that is there is stale.
 * For another account than the agent's the socket lies in a folder of that account, and `path` is a link to it.
 */
export async function listenOnSocket(server: FastifyInstance, path: string, owner: number | null): Promise<void> {
  const real = owner === null ? path : makeOwnersFolder(owner)
  for (const stale of [path, real]) rmSync(stale, { force: true })
  // The folder keeps others out meanwhile. Not by the mask, which is the whole process's: what else is made in that moment
  // would get it too (a folder of layers was seen with mode 0600).
  await server.listen({ path: real })
  chmodSync(real, 0o600)
  if (owner === null) return
  // By the link's own name: what the account may have put there meanwhile is not followed.
  lchownSync(real, owner, -1)
  symlinkSync(real, path)
}

function makeOwnersFolder(owner: number): string {
  const socket = socketFor(owner)
  const folder = dirname(socket)
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  lchownSync(folder, owner, -1)
  return socket
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
