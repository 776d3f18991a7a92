import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { DiskFlushing, Driver, LaunchPlan, LiveSaving } from '../../driver.ts'
import { resolveGrants } from '../grants.ts'
import { type GvisorSetup, gvisorFlavour } from './gvisor-flavour.ts'
import { rootfsOf, startMonitor } from '../monitor.ts'
import { createEngine, type OciDeps, writeBundle } from '../oci-driver.ts'
import { letConnectionsGo } from '../../../drivers/oci/gvisor-live/connections.ts'
import { createEngineNames } from './engine-names.ts'
import { createGuestHelper, type GuestHelper } from './guest-helper.ts'
import { restoreState } from './restore-state.ts'
import { saveState } from './save-state.ts'
import { awaitSuccessor } from './successor.ts'

type Live = DiskFlushing & LiveSaving & Pick<Driver, 'phase'>

/** What a driver of gVisor has beyond other OCI runtimes. All of it needs the helper inside; without that there is none. */
export function createLiveSaving(deps: OciDeps, setup: GvisorSetup, driver: Driver): Live | Record<string, never> {
  const { host, runtimeRoot } = deps
  if (host.probe === null) return {}
  const flavour = gvisorFlavour({ engine: (...args) => engine(...args), host, runtimeRoot }, setup)
  const engine = createEngine(deps, () => flavour.options)
  const names = createEngineNames(runtimeRoot)
  const helper = createGuestHelper({ engine, engineName: names.current })
  const stateKey = describeEngine(setup)
  const config = (plan: LaunchPlan) => flavour.config(plan, host, rootfsOf(plan.paths.run), resolveGrants(plan.grants))

  return {
    stateKey,
    flushDisk: (id, paths) => helper.flush(id, paths),
    refusesSave,
    async phase(id) {
      // Where an agent died while it had a memory saved, the sandbox is about to go on.
      await awaitSuccessor(names, id)
      return driver.phase(id)
    },
    saveState: (plan, folder, wanted) => {
      const launch = flavour.launch(plan)
      const options = [...flavour.options, ...launch.options]
      const makeSavable = (of: LaunchPlan, pid: number) => makeReady(helper, setup, of, pid)
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
        const running = await startMonitor(deps, flavour, wanted, until, image)
        await flavour.settle(driver.cgroup(wanted.id))
        return running
      }
      const remove = ({ id, paths }: LaunchPlan) => driver.remove(id, paths)
      return restoreState({ stateKey, helper, begin, remove }, plan, folder, signal)
    },
  }
}

/** Takes from the guest what a sentry cannot save, and would end of. */
async function makeReady(helper: GuestHelper, setup: GvisorSetup, plan: LaunchPlan, pid: number): Promise<void> {
  await helper.endCommands(plan.id, plan.paths, plan.process)
  if (plan.netns === null || setup.disconnects || (await letConnectionsGo(pid))) return
  const message =
    'This version of gVisor cannot let go of network connections, and would end instead of saving its memory. Save the disk only, or install a newer gVisor.'
  throw appError('conflict', 'live-not-possible', message)
}

function refusesSave({ hostNetwork }: Pick<LaunchPlan, 'hostNetwork'>): string | null {
  if (hostNetwork)
    return "Memory cannot be saved with the host's network granted. Take the grant back, or save the disk only."
  return null
}

/** gVisor refuses a state on a processor that lacks a feature which the saved one had. */
function describeEngine({ version, platform }: GvisorSetup): string {
  const cpu = readFileSync('/proc/cpuinfo', 'utf8')
  const features = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpu)?.[1]?.split(/\s+/).sort().join(' ') ?? ''
  const hash = createHash('sha256').update(features).digest('hex').slice(0, 16)
  return `runsc ${version} ${platform} ${process.arch} ${hash}`
}
