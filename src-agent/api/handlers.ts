import type { AgentInfo, HostReport } from '#contract/agent'
import { defineHandlers, type Handlers } from '../base/handlers.ts'
import type { MemoryCeiling } from '../engines/memory-ceiling.ts'
import { defaultDisk, defaultMemory } from '../sandboxes/default-limits.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import { listUnreadable, type Quarantine, toEntry } from '../state/quarantine.ts'
import type { SettingsStore } from '../state/settings-store.ts'
import { type ImageHandlerDeps, imageHandlers } from './image-handlers.ts'
import { type NetworkHandlerDeps, networkHandlers } from './network-handlers.ts'
import { type VolumeHandlerDeps, volumeHandlers } from './volume-handlers.ts'

/** What the operations need; each handler is a translation, rules live in the services. */
export interface HandlerDeps extends ImageHandlerDeps, VolumeHandlerDeps, NetworkHandlerDeps {
  readonly info: () => AgentInfo
  readonly stop: (sandboxes: 'keep' | 'stop') => void
  readonly serve: (uid: number) => Promise<string>
  readonly examineHost: (fresh: boolean) => Promise<HostReport>
  readonly sandboxes: SandboxService
  readonly settings: SettingsStore
  readonly quarantine: Quarantine
  readonly memoryCeiling: Pick<MemoryCeiling, 'change'>
  /** What a schedule has to do before a person stops a sandbox. */
  readonly beforeStop: (ref: string, signal: AbortSignal) => Promise<void>
}

/** Everything the agent answers: what the rooms answer themselves, and what is a mere translation, here. */
export function createHandlers(deps: HandlerDeps, rooms: Omit<Handlers, keyof ReturnType<typeof translate>>): Handlers {
  return { ...translate(deps), ...rooms }
}

function translate(deps: HandlerDeps) {
  const { sandboxes, tasks, settings } = deps
  return defineHandlers({
    readAgent: async () => deps.info(),
    stopAgent: async ({ sandboxes: what }) => {
      deps.stop(what)
      return { pid: process.pid }
    },
    serveAccount: async ({ uid }) => ({ socket: await deps.serve(uid) }),
    examineHost: async ({ fresh }) => {
      const { findings, classes, cpus, memoryBytes } = await deps.examineHost(fresh)
      return { findings, classes, cpus, memoryBytes }
    },
    listUnreadable: async () => listUnreadable(deps.quarantine),
    dropUnreadable: async ({ table, id }) => toEntry(deps.quarantine.drop(table, id)),
    ...imageHandlers(deps),
    ...volumeHandlers(deps),
    ...networkHandlers(deps),
    cancelTask: async ({ id }) => {
      tasks.cancel(id)
      return { id }
    },
    createSandbox: ({ name, spec, start, publishExposed, terminal }, signal) => {
      const chosen = spec.class ?? settings.read().defaultClass
      const now = settings.read()
      const { memoryBytes = defaultMemory(chosen, now), diskBytes = defaultDisk(chosen, now), ...limits } = spec.limits
      const whole = { ...spec, class: chosen, limits: { ...limits, memoryBytes, diskBytes } }
      const memoryFromSettings = spec.limits.memoryBytes === undefined
      return sandboxes.create({ name, spec: whole, start, publishExposed, memoryFromSettings, terminal }, signal)
    },
    listSandboxes: async ({ all }) => sandboxes.list(all),
    inspectSandbox: async ({ ref }) => {
      const { sandbox, healthLog } = sandboxes.find(ref)
      return { ...sandbox, healthLog }
    },
    startSandbox: ({ ref }, signal) => sandboxes.start(ref, signal),
    stopSandbox: async ({ ref, ...wish }, signal) => {
      await deps.beforeStop(ref, signal)
      return sandboxes.stop(ref, wish)
    },
    restartSandbox: ({ ref, ...wish }, signal) => sandboxes.restart(ref, wish, signal),
    killSandbox: ({ ref, signal }) => sandboxes.kill(ref, signal),
    pauseSandbox: ({ ref }) => sandboxes.pause(ref),
    resumeSandbox: ({ ref }) => sandboxes.resume(ref),
    renameSandbox: ({ ref, name }) => sandboxes.rename(ref, name),
    updateSandbox: ({ ref, ...limits }) => sandboxes.update(ref, limits),
    removeSandbox: ({ ref, force, volumes }) => sandboxes.remove(ref, force, volumes),
    waitSandbox: ({ ref }, signal) => sandboxes.wait(ref, signal),
    awaitSandbox: ({ ref, condition }, signal) => sandboxes.awaitCondition(ref, condition, signal),
    setGrants: ({ ref, grants }) => sandboxes.setGrants(ref, grants),
    readSettings: async () => settings.read(),
    updateSettings: async (change) => {
      if (change.totalMemoryPercent !== undefined) await deps.memoryCeiling.change(change.totalMemoryPercent)
      return settings.update(change)
    },
  })
}
