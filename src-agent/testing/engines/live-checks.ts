import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { listProcesses } from '../../base/kernel/cgroup-files.ts'
import { run } from '../../base/process/run.ts'
import type { LaunchPlan } from '../../engines/driver.ts'
import type { LiveFixture } from './live-fixture.ts'
import type { Trial } from './trial.ts'

/** The body of a test that runs only where the driver can save memory. */
export type Live = (body: (fixture: LiveFixture, trial: Trial) => Promise<void>) => () => Promise<void>

/** The main process of most tests: what it has counted shows where it goes on. */
export const counting = 'n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done'
export const soon = { timeout: 20_000, interval: 20 }

/** The numbers that the main process has printed. */
export function countsOf(fixture: LiveFixture, plan: LaunchPlan): number[] {
  return fixture
    .output(plan)
    .filter((line) => /^\d+$/.test(line))
    .map(Number)
}

/** It goes on counting. */
export async function countsOn(fixture: LiveFixture, plan: LaunchPlan): Promise<void> {
  const before = countsOf(fixture, plan).length
  await expect.poll(() => countsOf(fixture, plan).length, soon).toBeGreaterThan(before + 2)
}

/** Removes the sandbox and expects that its processes are gone. */
export async function expectNothingOf(fixture: LiveFixture, plan: LaunchPlan, pids: readonly number[]): Promise<void> {
  await fixture.driver.remove(plan.id, plan.paths)
  await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), soon).toEqual([])
  await expectAbsent(fixture, plan)
}

/** Nothing of it is known to the engine or left among the processes. */
export async function expectAbsent({ driver }: LiveFixture, { id, paths }: LaunchPlan): Promise<void> {
  expect(await driver.phase(id)).toBe('absent')
  expect(await listProcesses(driver.cgroup(id))).toEqual([])
  const { stdout } = await run('ps', ['-eo', 'args'])
  expect(stdout.split('\n').filter((line) => line.includes(paths.run))).toEqual([])
}
