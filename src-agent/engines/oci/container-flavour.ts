import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sentence } from '#contract/sentence'
import { limitation } from '../class-sentences.ts'
import type { FlavourDeps, OciFlavour } from './flavour.ts'
import { buildRuntimeConfig, buildUpdate } from './runtime-config.ts'

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
    correctPhase: async (_id, reported) => reported,
    codeWithoutProcesses: null,
    forget: async () => undefined,
  }
}
