import { readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { check } from '../check.ts'
import { findLeaks, findTraces, type Traces } from '../leaks.ts'
import { npmBinary, outDir, root } from '../paths.ts'
import { run } from '../process/run.ts'
import { hasDisplay, underVirtualDisplay } from '../set-up/display.ts'
import { say } from '../steps.ts'
import { type Counts, crashed, readPlaywrightReport, readVitestReport, withExitCode } from './counts.ts'

/** What every stage needs to know. */
export interface Surroundings {
  /** Everything that the tests make lies below this folder. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly tracesBefore: Traces
}

/** One part of the test run. A stage that throws has failed; the others run all the same. */
export interface Stage {
  readonly name: string
  readonly title: string
  /** Whether it starts real engines, which make namespaces, cgroups and networks. */
  readonly needsRoot?: true
  run(surroundings: Surroundings): Promise<Counts>
}

/** Deadlines are for what hangs: the same machine may be four times as slow an hour later. */
const minuteMs = 60_000

/** Every stage that can be chosen by name, in the order in which they run. */
export const stages: readonly Stage[] = [
  { name: 'check', title: 'Types, lint, fences, format, unused code', run: check },
  { name: 'unit', title: 'Unit tests', run: vitestStage('unit', ['unit', 'unit-renderer'], 12 * minuteMs) },
  {
    name: 'real',
    title: 'Tests with real engines',
    needsRoot: true,
    run: vitestStage('real', ['real'], 28 * minuteMs),
  },
  { name: 'e2e', title: 'End-to-end tests in the real window', needsRoot: true, run: playwrightStage },
]

/** Runs after everything else, whatever was chosen. */
export const leakStage: Stage = { name: 'leaks', title: 'Nothing is left behind', run: leakCheck }

function vitestStage(name: string, projects: readonly string[], timeoutMs: number): Stage['run'] {
  return async ({ env }) => {
    const report = join(outDir, 'test', `${name}.json`)
    rmSync(report, { force: true })
    const chosen = projects.flatMap((project) => ['--project', project])
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    // The build, which may have run in this process, says "production", where React has no test helpers.
    const testEnv = { ...env, NODE_ENV: 'test' }
    const plain = { program: npmBinary('vitest'), args: ['run', ...chosen, ...reporters], env: testEnv }
    const { program, args, env: stageEnv } = name === 'real' ? withOwnMounts(plain) : plain
    const { code } = await run(program, args, { cwd: root, env: stageEnv, output: 'inherit', timeoutMs })
    return withExitCode(readVitestReport(report), code)
  }
}

interface CommandLine {
  readonly program: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** As `joey agent start` does for the agent: what tests of the agent's parts mount must not stay on the host. */
function withOwnMounts({ program, args, env }: CommandLine): CommandLine {
  return {
    program: 'unshare',
    args: ['--mount', '--propagation', 'slave', program, ...args],
    env: { ...env, JOEY_OUTER_MOUNTS: readlinkSync('/proc/self/ns/mnt') },
  }
}

async function playwrightStage({ env }: Surroundings): Promise<Counts> {
  const report = join(outDir, 'test', 'e2e.json')
  rmSync(report, { force: true })
  const plain = { program: npmBinary('playwright'), args: ['test'] }
  const { program, args } = hasDisplay() ? plain : underVirtualDisplay(plain)
  const { code } = await run(program, args, {
    cwd: root,
    env: { ...env, JOEY_E2E_REPORT: report },
    output: 'inherit',
    timeoutMs: 16 * minuteMs,
  })
  return withExitCode(readPlaywrightReport(report), code)
}

async function leakCheck({ folder, tracesBefore }: Surroundings): Promise<Counts> {
  const leaks = await findLeaks(() => findTraces(folder), tracesBefore)
  for (const leak of leaks) say(`  left behind: ${leak}`)
  return leaks.length === 0 ? { passed: 1, failed: 0 } : crashed
}
