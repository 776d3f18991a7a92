import { rmSync } from 'node:fs'
import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import type { Sentence } from '#contract/sentence'
import { listenOnSocket } from './api/http-server.ts'
import { removeCgroups } from './base/kernel/cgroup-files.ts'
import { preparePrivateMounts } from './base/kernel/private-mounts.ts'
import { boundAgent } from './base/process/bound-agent.ts'
import { findResource } from './base/process/resources.ts'
import { run, startProgramsBy } from './base/process/run.ts'
import { endBuilds } from './build/builder.ts'
import { watchExits } from './engines/exit-watch.ts'
import { type AppArmorVerdict, examineAppArmor, loadAppArmor } from './engines/host/apparmor.ts'
import { closeDrivers, createDrivers } from './engines/host/create-drivers.ts'
import { createHostProbe, type HostProbe } from './engines/host/host-probe.ts'
import { examineIdMaps, probeIdMaps } from './engines/host/probe-id-maps.ts'
import { examineSelinux, loadSelinux, type SelinuxVerdict } from './engines/host/selinux.ts'
import { createPipes } from './io/streams/pipes.ts'
import { protectDiskRoom } from './sandboxes/disk-room/protect-disk-room.ts'
import { checkHealth } from './sandboxes/health/create-health.ts'
import { keepNetwork } from './sandboxes/keep-network.ts'
import { watchMonitors } from './sandboxes/monitor-watch.ts'
import { reconcile } from './sandboxes/reconcile.ts'
import { followRestarts } from './sandboxes/restarts.ts'
import { createTerminals } from './sandboxes/terminals/create-terminals.ts'
import { watchMounts } from './sandboxes/watch/watch-mounts.ts'
import { openDatabase } from './state/database.ts'
import { examineQuarantine } from './state/quarantine.ts'
import { refuseNewRecords } from './state/require-records.ts'
import { createReserve } from './state/reserve.ts'
import { readSettings } from './state/settings-store.ts'
import { probeImageTools } from './storage/images/image-tools.ts'
import { type Callers, openCallers } from './wire-callers.ts'
import { wireFunctions } from './wire-functions.ts'
import { wireHistory } from './wire-history.ts'
import { wireIsolation } from './wire-isolation.ts'
import { type ServerSettings, wireServer } from './wire-server.ts'
import { type Services, wireServices } from './wire-services.ts'
import { type UsageServices, wireUsage } from './wire-usage.ts'

interface Settings extends ServerSettings {
  /** Who may use the agent besides who runs it. */
  readonly accounts: readonly number[]
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
  await preparePrivateMounts(run, settings.outerMounts, sayNoNull(log))
  const endStarter = await boundPrograms(log)
  const reserve = createReserve({ file: folder.reserve, log })
  // With a full disk the records could not even be opened.
  await reserve.makeWay()
  const database = openDatabase(folder.database, () => refuseNewRecords(folder))
  const { microvmKernel } = readSettings(database)
  // Read when a sandbox is saved, long after the settings are opened below.
  const mayPatchGvisor = (): boolean => services.settings.read().patchGvisorToSave
  const { outside, modules, drivers } = await openEngines(settings, { microvmKernel, mayPatchGvisor })
  const services = wireServices({ folder, database, log, drivers, outside })
  const usage = wireUsage(services)
  const terminals = createTerminals(services)
  const known = [...(await reconcileStorage(services)), ...(await reconcile(services, services.sandboxes))]
  const messages = [...known, ...(await endBuilds(services.sandboxes))]
  const callers = await openCallers(services)
  const probe = createProbe(services, callers, modules)
  const history = wireHistory(services, database)
  const functions = wireFunctions(services)
  const offers = async () => (await probe.examine()).classes
  const isolation = await wireIsolation({ services, offers, keep: history.keepBeforeChange })
  notify(services, messages)
  const stopWatching = watchHost(services)
  await makeBuiltIn(services)
  await functions.resume()
  // After the watch: a sandbox that is started by it is one to be watched.
  // Both hold what they go on with before anybody is served, so neither may wait for the other.
  const resumed = Promise.all([history.resume(), isolation.resume()]).then((more) => notify(services, more.flat()))
  takeUp({ terminals, usage, isolation, history })

  const wanted = Promise.withResolvers<'keep' | 'stop'>()
  const stopped = wanted.promise.then((what) => stop(what))
  const live = { usage, terminals, probe, isolation, history, reserve, callers, functions, stop: wanted.resolve }
  const server = wireServer(settings, services, live)
  await listenOnSocket(server.http, folder.socketPath)
  for (const uid of settings.accounts) await server.accounts.serve(uid)
  const stopRestarts = followRestarts(services)
  void warmUp(services, reserve)
  log.info({ home: folder.home, socket: folder.socketPath }, 'the agent answers')

  const stop = async (what: 'keep' | 'stop') => {
    log.info({ sandboxes: what }, 'the agent stops')
    stopRestarts()
    // First: whoever calls one now would start what is being stopped.
    await functions.close()
    if (what === 'stop') await reserve.lend(() => stopAll(services))
    await stopServing(server, folder.socketPath)
    for (const part of [callers, terminals, usage, isolation, history, reserve]) await part.close()
    await resumed
    await stopWatching()
    // First: machines that are made ready in the background have a place among the cgroups.
    await closeDrivers(drivers)
    await leave(services)
    database.close()
    await endStarter()
  }
  return { stop, stopped }
}

/**
 * What holds for everything that the agent starts, and what starts it from then on, because that passes it on. Where that does
 * not work here, the agent starts programs itself, which takes longer.
 */
async function boundPrograms(log: Logger): Promise<() => Promise<void>> {
  await boundAgent(run)
  const outside = findResource(`outside/${process.arch}/joey-outside`)
  const nothing = async () => undefined
  if (outside === null) return nothing
  return startProgramsBy(outside).catch((err: unknown) => {
    log.warn({ err }, 'the agent starts programs itself')
    return nothing
  })
}

async function reconcileStorage({ images, pulls, volumes }: Services): Promise<readonly Sentence[]> {
  return [...(await images.reconcile()), ...(await pulls.reconcile()), ...(await volumes.reconcile())]
}

function sayNoNull(log: Logger): (error: unknown) => void {
  return (err) =>
    log.warn({ err }, 'the agent has no null device of its own; engines may give away that of this machine')
}

/** What runs already is followed from here on. */
function takeUp(parts: {
  readonly terminals: ReturnType<typeof createTerminals>
  readonly usage: UsageServices
  readonly isolation: Awaited<ReturnType<typeof wireIsolation>>
  readonly history: ReturnType<typeof wireHistory>
}): void {
  const { terminals, usage, isolation, history } = parts
  terminals.adopt()
  usage.follow()
  isolation.follow()
  history.follow(() => usage.sampler.now())
}

/** Without it the agent serves all the same. */
async function makeBuiltIn({ images, signal, log }: Services): Promise<void> {
  await images.ensureBuiltIn(signal).catch((error: unknown) => {
    log.error({ err: error }, 'the built-in image could not be made')
  })
}

async function stopServing(
  { accounts, closeSockets, http }: ReturnType<typeof wireServer>,
  socketPath: string,
): Promise<void> {
  closeSockets()
  await accounts.close()
  await http.close()
  rmSync(socketPath, { force: true })
}

/** What people should know of the start. */
function notify({ events, log }: Services, messages: readonly Sentence[]): void {
  for (const what of messages) {
    log.info({ what: what.message }, 'found at the start')
    events.commit([notice('reconciled', { what })])
  }
}

/** What this machine can run, found by trying. */
async function openEngines(
  { folder, log }: Pick<Settings, 'folder' | 'log'>,
  choices: Pick<Parameters<typeof createDrivers>[0], 'microvmKernel' | 'mayPatchGvisor'>,
) {
  const { outside } = await probeIdMaps({ run, folder: folder.home })
  const apparmor = await loadAppArmor({ run, folder: folder.home })
  const selinux = await loadSelinux({ run, folder: folder.home })
  const confined = { apparmor: apparmor.profile, selinux: selinux.types }
  const drivers = await createDrivers({ ...choices, ...confined, folder, run, log, outside })
  return { outside, modules: { apparmor, selinux }, drivers }
}

/** Follows what happens to sandboxes without the agent. Returns its own undo. */
function watchHost(services: Services): () => Promise<void> {
  const { folder, sandboxes } = services
  const pipes = createPipes()
  const mounts = watchMounts({ ...services, pipes })
  mounts.follow()
  const endChecks = checkHealth({ ...services, pipes })
  const undo = [
    watchExits(folder.exits, sandboxes.endings.onExitFile),
    watchMonitors(services, sandboxes.endings),
    keepNetwork(services),
    protectDiskRoom(services),
  ]
  return async () => {
    for (const each of undo) each()
    await endChecks()
    await mounts.close()
  }
}

/** What the security modules of this machine's kernel do for containers. */
interface Modules {
  readonly apparmor: AppArmorVerdict
  readonly selinux: SelinuxVerdict
}

function createProbe(services: Services, callers: Callers, { apparmor, selinux }: Modules): HostProbe {
  const { network, signal, folder, quarantine, settings, memoryCeiling } = services
  const others = [
    () => network.examine(),
    () => memoryCeiling.examine(),
    () => probeImageTools(run, signal),
    async () => examineQuarantine(quarantine),
    async () => callers.examine(),
    async () => [examineAppArmor(apparmor), ...examineSelinux(selinux)],
    async () => examineIdMaps(await probeIdMaps({ run, folder: folder.home })),
  ]
  const microvmKernel = () => settings.read().microvmKernel
  return createHostProbe({ run, folder: folder.home, others, microvmKernel })
}

/** What would make the first start of a sandbox slow is done before somebody asks for it. */
async function warmUp({ network, signal, log }: Services, reserve: ReturnType<typeof createReserve>): Promise<void> {
  void reserve.renew()
  await network.prepare(signal).catch((error: unknown) => {
    log.warn({ err: error }, 'the network could not be prepared; it is tried again when a sandbox needs it')
  })
}

async function stopAll({ sandboxes, records, log }: Services): Promise<void> {
  const stop = async (id: string): Promise<void> => {
    await sandboxes.stop(id)
    // For what starts again by its policy, the next agent's start is the machine's: nobody has stopped this one sandbox.
    const record = records.get(id)
    if (record) records.put({ ...record, endWanted: false })
  }
  const results = await Promise.allSettled(sandboxes.list(false).map(({ id }) => stop(id)))
  for (const { reason } of results.filter((result) => result.status === 'rejected')) {
    log.error({ err: reason as unknown }, 'a sandbox could not be stopped')
  }
}

/** Leaves the host as it was, as far as no sandbox needs what is there. */
async function leave({ background, network, folder, sandboxes, limitedDisks, dispose }: Services): Promise<void> {
  await background.settled()
  await limitedDisks.close()
  const keep = sandboxes.list(false).length > 0
  await network.close({ keep })
  if (!keep) await removeCgroups(`/joey/${folder.tag}`)
  dispose()
}
