import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { AgentInfo, HostReport } from '#contract/agent'
import { socketFor } from '#contract/client/place'
import { eventStream } from '#contract/observe'
import { type AccountSockets, createAccountSockets } from './api/account-sockets.ts'
import { parseRequest } from './api/bind-operation.ts'
import { createHandlers } from './api/handlers.ts'
import { createHttpServer } from './api/http-server.ts'
import { lendReserve } from './api/lend-reserve.ts'
import { type EventSource, serveEventLines } from './api/serve-events.ts'
import { serveIsolation } from './api/serve-isolation.ts'
import { serveUsage } from './api/serve-usage.ts'
import { serveSockets } from './api/sockets.ts'
import { createStreamHandlers } from './api/stream-handlers.ts'
import { readWholeState } from './api/whole-state.ts'
import { defineHandlers } from './base/handlers.ts'
import { run } from './base/process/run.ts'
import { version } from './base/version.ts'
import { isBuilder } from './build/builder.ts'
import { type HostProbe } from './engines/host/host-probe.ts'
import { createDiskUsageHandlers } from './observe/disk-usage/disk-usage-handlers.ts'
import { createLeftovers, type Leftovers } from './observe/leftovers/leftovers.ts'
import { type Sampler } from './observe/usage/sampler.ts'
import { type Terminals } from './sandboxes/terminals/create-terminals.ts'
import type { StateFolder } from './state/folder.ts'
import type { Reserve } from './state/reserve.ts'
import { wireBuilds } from './wire-builds.ts'
import { type Callers } from './wire-callers.ts'
import { type Functions } from './wire-functions.ts'
import { type History } from './wire-history.ts'
import { type IsolationServices } from './wire-isolation.ts'
import { type Services } from './wire-services.ts'
import type { UsageServices } from './wire-usage.ts'

export interface ServerSettings {
  readonly folder: StateFolder
  readonly log: Logger
  readonly logPath: string
  /** `readlink /proc/self/ns/mnt` of whoever started the agent. */
  readonly outerMounts: string | undefined
}

/** What serves besides the services. */
interface Live {
  readonly usage: UsageServices
  readonly terminals: Terminals
  readonly probe: HostProbe
  readonly isolation: IsolationServices
  readonly history: History
  readonly reserve: Reserve
  readonly callers: Callers
  readonly functions: Functions
  stop(what: 'keep' | 'stop'): void
}

/** Operations, streams and events on the agent's socket. */
export function wireServer(
  settings: ServerSettings,
  services: Services,
  live: Live,
): { http: FastifyInstance; accounts: AccountSockets; closeSockets: () => void } {
  const { events } = services
  const { sampler } = live.usage
  const { log } = settings
  const eventSource: EventSource = {
    events,
    state: () => readWholeState({ ...services, terminals: live.terminals.list, snapshots: services.snapshotRecords }),
  }
  const builds = wireBuilds(services)
  const serve = (uid: number): Promise<string> => accounts.serve(uid)
  const http = createHttpServer(
    lendReserve(wireHandlers(settings, services, { ...live, serve, builds }), live.reserve),
    log,
    version,
  )
  live.callers.guard(http.server)
  const accounts = createAccountSockets(http.server, (uid) => socketFor(uid, settings.folder.home))
  live.callers.listAccounts(accounts.accounts)
  http.get(eventStream.path, (request, reply) => {
    const { since } = parseRequest(eventStream.name, eventStream.request, numbers(request.query))
    reply.hijack()
    serveEventLines(eventSource, reply.raw, since)
  })
  events.subscribe((event) => {
    if (event.type === 'sandbox.changed' && event.sandbox.state === 'running') sampler.refresh()
  })
  const streams = wireStreams(services, { ...live, builds }, eventSource)
  return { http, accounts, closeSockets: serveSockets(http.server, streams, log) }
}

type Builds = ReturnType<typeof wireBuilds>

interface Serving extends Live {
  readonly builds: Builds
  serve(uid: number): Promise<string>
}

function wireHandlers(settings: ServerSettings, services: Services, live: Serving) {
  const leftovers = createLeftovers({ ...services, run, outerMounts: settings.outerMounts })
  const { usage, terminals, isolation, history, functions } = live
  const info = describeAgent(settings, new Date())
  return createHandlers(
    {
      ...services,
      info: () => info,
      stop: live.stop,
      serve: live.serve,
      examineHost: (fresh) => examineAll(live.probe, leftovers, fresh),
      snapshots: () => services.snapshotRecords.all().map(({ snapshot }) => snapshot),
      beforeStop: history.beforeStop,
      otherUsers: functions.users,
    },
    {
      ...terminals.handlers,
      ...services.pulls.handlers,
      ...live.builds.handlers,
      ...isolation.handlers,
      ...history.handlers,
      ...functions.handlers,
      ...usage.handlers,
      ...createUsageHandlers(usage.sampler, services.sandboxes),
      ...leftovers.handlers,
      ...createDiskUsageHandlers({ ...services, run, isBuilder, usersOfVolume: services.volumes.usersOf }),
    },
  )
}

/** What is left over is looked for each time: it is quick, and what was just removed must not be reported. */
async function examineAll(probe: HostProbe, leftovers: Leftovers, fresh: boolean): Promise<HostReport> {
  const [report, left] = await Promise.all([probe.examine({ fresh }), leftovers.examine()])
  return { ...report, findings: [...report.findings, ...left] }
}

function wireStreams(services: Services, live: Live & { readonly builds: Builds }, eventSource: EventSource) {
  const { isolation } = live
  const { sampler } = live.usage
  const idOf = (ref: string | undefined) => (ref === undefined ? undefined : services.sandboxes.find(ref).sandbox.id)
  return createStreamHandlers({
    ...services,
    eventSource,
    serveUsage: (socket, { ref, history }) => {
      const id = idOf(ref)
      return serveUsage(socket, sampler, { history, ...(id === undefined ? {} : { id }) })
    },
    serveIsolation: (socket, { ref }) => serveIsolation(socket, isolation.isolation, idOf(ref)),
    serveTerminal: live.terminals.serve,
    files: live.history.streams,
    serveBuild: live.builds.serve,
  })
}

function createUsageHandlers(sampler: Sampler, sandboxes: Services['sandboxes']) {
  return defineHandlers({
    readUsage: ({ ref }) => sampler.now(ref === undefined ? undefined : sandboxes.find(ref).sandbox.id),
  })
}

function describeAgent({ folder, logPath }: ServerSettings, startedAt: Date): AgentInfo {
  const { socketPath: socket, home } = folder
  return {
    pid: process.pid,
    version,
    socket,
    home,
    startedAt: startedAt.toISOString(),
    nodeVersion: process.version,
    log: logPath,
  }
}

function numbers(query: unknown): Record<string, unknown> {
  const entries = Object.entries((query ?? {}) as Record<string, unknown>)
  return Object.fromEntries(entries.map(([key, value]) => [key, /^\d+$/.test(String(value)) ? Number(value) : value]))
}
