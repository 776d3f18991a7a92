import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sentence } from '#contract/sentence'
import { listProcesses, removeCgroup } from '../../base/kernel/cgroup-files.ts'
import { openCgroups } from '../../base/kernel/cgroup-hierarchy.ts'
import { limitation } from '../class-sentences.ts'
import type { FlavourDeps, OciFlavour } from './flavour.ts'
import { readKernelPhase } from './kernel-phase.ts'
import { buildRuntimeConfig, buildUpdate } from './runtime-config.ts'
import { startMade } from './start-made.ts'

/** crun and runc: namespaces and cgroups of the host's own kernel. */
export function containerFlavour({ engine, host, runtimeRoot }: FlavourDeps): OciFlavour {
  return {
    class: 'container',
    sharesProcesses: true,
    mapsIds: 'guest',
    limitations: [
      limitation('liveSnapshot', sentence('container-live-snapshot')),
      limitation('ownKernelModules', sentence('container-kernel-modules')),
    ],
    engineName: (id) => id,
    options: [],
    launch: () => ({ options: [], hidesNetSettings: false }),
    config: buildRuntimeConfig,
    readOnlyBinds: () => [],
    settle: async () => undefined,
    pidFile: (path) => ['--pid-file', path],
    reach: () => null,
    async update(id, _cgroup, limits) {
      // By file: a child's standard input is a socket here, which crun cannot open by name.
      const file = join(runtimeRoot, `update-${id}.json`)
      await writeFile(file, JSON.stringify(buildUpdate(limits, host)), { mode: 0o600 })
      try {
        await engine(['update', '--resources', file, id])
      } finally {
        await rm(file, { force: true })
      }
    },
    killAllOptions: ['--all'],
    killAnyway: async () => false,
    clear: async () => undefined,
    phaseWithoutRuntime: (id, cgroup) => readKernelPhase({ runtimeRoot, id, cgroup, hierarchy: openCgroups() }),
    startWithoutRuntime: (id) => startMade(join(runtimeRoot, id)),
    removeWithoutRuntime: (id, cgroup) => removeEnded(join(runtimeRoot, id), cgroup),
    correctPhase: async (_id, reported) => reported,
    codeWithoutProcesses: null,
    forget: async () => undefined,
  }
}

/**
 * Without hooks all that crun and runc keep of a container is a folder and its cgroup (their `delete` removes these, after it has
 * killed what still runs, which is left to it). It takes a process of five milliseconds, which hundreds at once wait for.
 */
async function removeEnded(folder: string, cgroup: string): Promise<boolean> {
  if ((await listProcesses(cgroup)).length > 0) return false
  await removeCgroup(cgroup)
  const { folderOf } = openCgroups()
  if (existsSync(folderOf('pids', cgroup))) return false
  await rm(folder, { recursive: true, force: true })
  return true
}
