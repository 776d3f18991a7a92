import { rmSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { AgentInfo } from '#contract/agent'
import { eventStream } from '#contract/observe'
import { composeServices, type Services } from './compose.ts'
import { composeTime, type Time } from './wire-history.ts'
import { composeWalls, type Walls } from './compose-walls.ts'
import { ability } from './engines/driver.ts'
import { removeCgroups } from './base/kernel/cgroup-files.ts'
import { closeDrivers, createDrivers } from './engines/host/create-drivers.ts'
import { createHostProbe, type HostProbe } from './engines/host/host-probe.ts'
import { preparePrivateMounts } from './host/private-mounts.ts'
import { probeImageTools } from './storage/images/image-tools.ts'
import { createCgroupReader } from './observe/usage/cgroup-reader.ts'
import { createSampler, type Sampler } from './observe/usage/sampler.ts'
import { run } from './base/process/run.ts'
import { watchExits } from './engines/exit-watch.ts'
import { keepNetwork } from './sandboxes/keep-network.ts'
import { watchMonitors } from './sandboxes/monitor-watch.ts'
import { reconcile } from './sandboxes/reconcile.ts'
import { parseRequest } from './api/bind-operation.ts'
import { createHandlers } from './api/handlers.ts'
import { createHttpServer, listenOnSocket } from './api/http-server.ts'
import { type EventSource, serveEventLines } from './api/serve-events.ts'
import { serveIsolation } from './api/serve-isolation.ts'
import { serveUsage } from './api/serve-usage.ts'
import { takeSnapshot } from './api/whole-state.ts'
import { serveSockets } from './api/sockets.ts'
import { createStreamHandlers } from './server/stream-handlers.ts'
import { openDatabase } from './state/database.ts'
import type { StateFolder } from './state/folder.ts'
import { createTerminals, type Terminals } from './sandboxes/terminals/create-terminals.ts'
import { version } from './base/version.ts'

interface Settings {
  readonly folder: StateFolder
  readonly log: Logger
  readonly logPath: string
  /** Who may use the socket besides root; null: only who runs the agent. */
  readonly owner: number | null
  /** `readlink /proc/self/ns/mnt` of whoever started the agent. */
  readonly outerMounts: string | undefined
}

export interface Joeyd {
  /** Stops serving. Sandboxes run on, or are stopped first. Resolves when nothing of the agent is left but them. */
  stop(sandboxes: 'keep' | 'stop'): Promise<void>
  /** Resolves when a client has asked for a stop and it is done. */
  readonly stopped: Promise<void>
}

/** Starts the agent on a state folder that the caller has locked. Resolves when it answers on its socket. */
export async function startJoeyd(settings: Settings): Promise<Joeyd> {
  const { folder, log } = settings
  await preparePrivateMounts(run, settings.outerMounts)
  const drivers = await createDrivers({ folder, run, log })
  const database = openDatabase(folder.database)
  const services = composeServices({ folder, database, log, drivers })
  const { context, sandboxes } = services
  const sampler = createSampler({
    reader: createCgroupReader(),
    list: () => listRunning(services),
    engineMemory: ({ id }) => engineMemoryOf(services, id),
  })
  const terminals = createTerminals({ context, sandboxes })
  const told = [...(await context.images.reconcile()), ...(await reconcile(context, sandboxes))]
  const probe = createProbe(services)
  const time = composeTime(services, database)
  const walls = await composeWalls({
    services,
    offers: async () => (await probe.examine()).classes,
    keep: time.keepBeforeChange,
  })
  for (const message of told) context.events.commit([{ type: 'notice', reason: 'reconciled', message }])
  const unwatch = watchExits(folder.exits, sandboxes.endings.noticed)
  const unwatchMonitors = watchMonitors(context, sandboxes.endings)
  const letNetworkGo = keepNetwork(context)
  await context.images.ensureBuiltIn(context.signal).catch((error: unknown) => {
    log.error({ err: error }, 'the built-in image could not be made')
  })
  // After the watch: a sandbox that is started by it is one to be watched.
  // Both hold what they go on with before anybody is served, so neither may wait for the other.
  const resumed = Promise.all([time.resume(), walls.resume()]).then((told) => {
    for (const message of told.flat()) context.events.commit([{ type: 'notice', reason: 'reconciled', message }])
  })
  terminals.adopt()
  sampler.refresh()
  walls.follow()
  time.follow(() => sampler.now())

  let asked: (what: 'keep' | 'stop') => void = () => undefined
  const stopped = new Promise<'keep' | 'stop'>((resolve) => {
    asked = resolve
  }).then((what) => stop(what))
  const server = createServer(settings, services, { sampler, terminals, probe, walls, time, stop: asked })
  await listenOnSocket(server.http, folder.socketPath, settings.owner)
  void warmUp(services)
  log.info({ home: folder.home, socket: folder.socketPath, told }, 'the agent answers')

  const stop = async (what: 'keep' | 'stop') => {
    log.info({ sandboxes: what }, 'the agent stops')
    if (what === 'stop') await stopAll(services)
    server.closeSockets()
    await server.http.close()
    rmSync(folder.socketPath, { force: true })
    terminals.close()
    sampler.close()
    await walls.close()
    await time.close()
    await resumed
    unwatch()
    unwatchMonitors()
    letNetworkGo()
    // First: machines that are made ready in the background have a place among the cgroups.
    await closeDrivers(drivers)
    await leave(services)
    services.dispose()
    database.close()
  }
  return { stop, stopped }
}

interface Live {
  readonly sampler: Sampler
  readonly terminals: Terminals
  readonly probe: HostProbe
  readonly walls: Walls
  readonly time: Time
  stop(what: 'keep' | 'stop'): void
}

function createServer(
  settings: Settings,
  services: Services,
  live: Live,
): { http: FastifyInstance; closeSockets: () => void } {
  const { context, sandboxes, tasks, settings: chosen } = services
  const { sampler, terminals, probe, walls, time } = live
  const { log } = settings
  const eventSource: EventSource = {
    events: context.events,
    snapshot: () =>
      takeSnapshot({ ...context, tasks, settings: chosen, terminals: terminals.list, snapshots: time.snapshotRecords }),
  }
  const info = describeAgent(settings, new Date())
  const handlers = createHandlers({
    info: () => info,
    stop: live.stop,
    examineHost: () => probe.examine(),
    sandboxes,
    images: context.images,
    imageMounts: context.imageMounts,
    tasks,
    terminals: terminals.handlers,
    readUsage: ({ ref }) => sampler.now(ref === undefined ? undefined : sandboxes.find(ref).sandbox.id),
    settings: chosen,
    ...walls.handlers,
    time: time.handlers,
    snapshots: () => context.snapshots.all().map(({ snapshot }) => snapshot),
    beforeStop: time.beforeStop,
  })
  const http = createHttpServer(handlers, log, version)
  http.get(eventStream.path, (request, reply) => {
    const { since } = parseRequest(eventStream.name, eventStream.request, numbers(request.query))
    reply.hijack()
    serveEventLines(eventSource, reply.raw, since)
  })
  context.events.subscribe((event) => {
    if (event.type === 'sandbox.changed' && event.sandbox.state === 'running') sampler.refresh()
  })
  const streams = createStreamHandlers({
    context,
    sandboxes,
    eventSource,
    serveUsage: (socket, { ref, history }) =>
      serveUsage(socket, sampler, { history, ...(ref === undefined ? {} : { id: sandboxes.find(ref).sandbox.id }) }),
    serveIsolation: (socket, { ref }) =>
      serveIsolation(socket, walls.isolation, ref === undefined ? undefined : sandboxes.find(ref).sandbox.id),
    serveTerminal: terminals.serve,
    files: time.streams,
  })
  return { http, closeSockets: serveSockets(http.server, streams, log) }
}

function createProbe({ context }: Services): HostProbe {
  const others = [() => context.network.examine(), () => probeImageTools(run, context.signal)]
  return createHostProbe({ run, folder: context.folder.home, others })
}

function describeAgent({ folder, logPath }: Settings, startedAt: Date): AgentInfo {
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

function listRunning({ context }: Services) {
  return context.records.all().flatMap(({ sandbox }) => {
    const { id, pid, spec, state } = sandbox
    const driver = context.drivers.get(sandbox.class)
    if (pid === null || !driver || !['running', 'paused', 'stopping'].includes(state)) return []
    return [{ id, pid, cgroup: driver.cgroup(id), limits: spec.limits }]
  })
}

/** Of engines that can tell it: the others share the memory of their guests. */
async function engineMemoryOf({ context }: Services, id: string): Promise<number | null> {
  const of = context.records.get(id)?.sandbox.class
  const driver = of && context.drivers.get(of)
  const measuring = driver ? ability(driver, 'engineMemory') : null
  return (await measuring?.engineMemory(id, context.folder.sandbox(id))) ?? null
}

/** What would make the first start of a sandbox slow is done before somebody asks for it. */
async function warmUp({ context }: Services): Promise<void> {
  await context.network.prepare(context.signal).catch((error: unknown) => {
    context.log.warn({ err: error }, 'the network could not be prepared; it is tried again when a sandbox needs it')
  })
}

async function stopAll({ sandboxes, context }: Services): Promise<void> {
  const results = await Promise.allSettled(sandboxes.list(false).map(({ id }) => sandboxes.stop(id)))
  for (const { reason } of results.filter((result) => result.status === 'rejected')) {
    context.log.error({ err: reason as unknown }, 'a sandbox could not be stopped')
  }
}

/** Leaves the host as it was, as far as no sandbox needs what is there. */
async function leave({ context, sandboxes }: Services): Promise<void> {
  await context.background.settled()
  const keep = sandboxes.list(false).length > 0
  await context.network.close({ keep })
  if (!keep) await removeCgroups(`/joey/${context.folder.tag}`)
}

function numbers(query: unknown): Record<string, unknown> {
  const entries = Object.entries((query ?? {}) as Record<string, unknown>)
  return Object.fromEntries(entries.map(([key, value]) => [key, /^\d+$/.test(String(value)) ? Number(value) : value]))
}
