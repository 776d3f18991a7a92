import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { DiskFlushing, Driver, LaunchPlan, LiveSaving, SavePlan, SaveRefusal } from '../../driver.ts'
import { resolveGrants } from '../grants.ts'
import { startMonitor } from '../monitor.ts'
import { createEngine, type OciDeps, writeBundle } from '../oci-driver.ts'
import { rootfsFor } from '../runtime-config.ts'
import { type CodePatch, patchDisconnectOk } from './connections.ts'
import { createEngineNames } from './engine-names.ts'
import { createGuestHelper, type GuestHelper } from './guest-helper.ts'
import { type GvisorSetup, gvisorFlavour } from './gvisor-flavour.ts'
import { createConnectionGuard } from './require-no-connections.ts'
import { restoreState } from './restore-state.ts'
import { saveState } from './save-state.ts'
import { createKill } from './send-signal.ts'
import { awaitSuccessor } from './successor.ts'

type Live = DiskFlushing & LiveSaving & Pick<Driver, 'phase' | 'kill'>

/** What a driver of gVisor has beyond other OCI runtimes. All of it needs the helper inside; without that there is none. */
export function createLiveSaving(
  deps: OciDeps,
  setup: GvisorSetup,
  driver: Driver,
  mayPatch: () => boolean,
): Live | Record<string, never> {
  const { host, runtimeRoot } = deps
  if (host.inside === null) return {}
  const flavour = gvisorFlavour({ engine: (...args) => engine(...args), host, runtimeRoot }, setup)
  const engine = createEngine(deps, () => flavour.options)
  const names = createEngineNames(runtimeRoot)
  const helper = createGuestHelper({ engine, engineName: names.current, runtimeRoot })
  const makeSavable = createSavableMaker(helper, setup, mayPatch)
  const stateKey = describeEngine(setup)
  const config = (plan: LaunchPlan) => flavour.config(plan, host, rootfsFor(plan, host), resolveGrants(plan))

  return {
    stateKey,
    flushDisk: (id, paths) => helper.flush(id, paths),
    refusesSave,
    kill: createKill(driver, helper),
    async phase(id) {
      // Where an agent died while it had a memory saved, the sandbox is about to go on.
      await awaitSuccessor(names, id)
      return driver.phase(id)
    },
    saveState: (plan, folder, wanted) => {
      const launch = flavour.launch(plan)
      const options = [...flavour.options, ...launch.options]
      const live = {
        ...deps,
        engine,
        names,
        stateKey,
        config,
        cgroup: driver.cgroup,
        phase: driver.phase,
        options,
        makeSavable,
      }
      return saveState(live, plan, folder, wanted)
    },
    restoreState: (plan, folder, signal) => {
      const begin = async (wanted: LaunchPlan, image: string, until: AbortSignal) => {
        await writeBundle(wanted, deps, flavour)
        await rm(join(deps.exits, wanted.id), { force: true })
        const running = await startMonitor(deps, flavour, wanted, { signal: until, image })
        await flavour.settle(driver.cgroup(wanted.id))
        return running
      }
      const remove = ({ id, paths }: LaunchPlan) => driver.remove(id, paths)
      return restoreState({ stateKey, helper, begin, remove }, plan, folder, signal)
    },
  }
}

type MakeSavable = (plan: LaunchPlan, pid: number) => Promise<CodePatch | null>

/**
 * Takes from the guest what a sentry cannot save, and would end of. Network connections are the guest's own to close: a
 * sandbox that has some is refused before anything of it is ended, unless its runsc drops them by itself or the person has
 * allowed to change it. What the guest opens between this and the save still ends the sandbox.
 */
function createSavableMaker(helper: GuestHelper, setup: GvisorSetup, mayPatch: () => boolean): MakeSavable {
  const requireNoConnections = createConnectionGuard()
  return async (plan, pid) => {
    const isSafe = plan.netns === null || setup.disconnects === true
    const patches = !isSafe && mayPatch()
    if (!isSafe && !patches) {
      requireNoConnections(`${plan.id} ${pid}`, await helper.readConnections(plan.id, plan.paths))
    }
    await helper.endCommands(plan.id, plan.paths, plan.process)
    if (!patches) return null
    const patch = await patchDisconnectOk(pid)
    if (patch !== null) return patch
    throw appError('live-not-possible', { why: 'connections' })
  }
}

function refusesSave({ hostNetwork, mounts }: SavePlan): SaveRefusal | null {
  if (mounts.some(({ recursive }) => recursive)) return 'recursiveMounts'
  return hostNetwork ? 'hostNetwork' : null
}

/** gVisor refuses a state on a processor that lacks a feature which the saved one had. */
function describeEngine({ version, platform }: GvisorSetup): string {
  const cpu = readFileSync('/proc/cpuinfo', 'utf8')
  const features = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpu)?.[1]?.split(/\s+/).sort().join(' ') ?? ''
  const hash = createHash('sha256').update(features).digest('hex').slice(0, 16)
  return `runsc ${version} ${platform} ${process.arch} ${hash}`
}
